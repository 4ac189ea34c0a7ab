"""Tax ids: checksum at once, the register later, an outage never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.commands.worker import HANDLERS
from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.errors import Invalid, ProviderRejected, ProviderUnavailable
from app.models.market import Market
from app.models.outbox import Job
from app.models.tax_id import TaxIdAnswer
from app.services import markets
from app.services.cart.view import view
from app.services.checkout import placing, steps
from app.services.circuit import Circuit
from app.services.outbox import jobs, log
from app.services.tax_ids import flow, numbers
from app.services.tax_ids.hmrc import Hmrc
from app.services.tax_ids.vies import Vies
from tests.registers import Registers
from tests.shoppers import cart_of, ready
from tests.world import ADA

BUSINESS = {**ADA, "company": "Muster GmbH", "tax_id": "DE 136 695 976"}


@pytest.fixture
def registers() -> Iterator[Registers]:
    with Registers() as found:
        yield found


@pytest.fixture
def asking(shop: Flask, registers: Registers) -> Registers:
    """A shop whose worker can ask VIES and HMRC."""
    registers.known = {"DE136695976": True, "GB980780684": True}
    providers().tax_ids = {
        "vies": Vies(registers.url),
        "hmrc": Hmrc(registers.url, "id", "secret"),
    }
    return registers


# Worked out by the published checksums; the first of each pair passes, the second does not.
@pytest.mark.parametrize(("typed", "country", "kept", "given_by"), [
    ("de 136.695.976", "AT", "DE136695976", "DE"),
    ("U13585627", "AT", "ATU13585627", "AT"),
    ("GR094259216", "FR", "EL094259216", "EL"),  # Greece is EL
    ("094259216", "GR", "EL094259216", "EL"),
    ("XI980780684", "GB", "XI980780684", "XI"),
    ("GB 980 7806 84", "GB", "GB980780684", "GB"),
    ("CHE-107.787.577 MWST", "CH", "CHE107787577", "CH"),
    ("995 525 828", "NO", "NO995525828MVA", "NO"),
    ("51 824 753 556", "AU", "51824753556", "AU"),
    ("49-091-850", "NZ", "49091850", "NZ"),
    ("100123456700003", "AE", "100123456700003", "AE"),  # no published checksum
])
def test_a_number_is_kept_in_its_standard_form(typed: str, country: str, kept: str,
                                              given_by: str) -> None:
    found = numbers.read(typed, country)

    assert (found.number, found.country) == (kept, given_by)


@pytest.mark.parametrize(("typed", "country", "why"), [
    ("DE136695977", "DE", "tax_id_invalid"), ("ATU13585628", "AT", "tax_id_invalid"),
    ("GB980780685", "GB", "tax_id_invalid"), ("51824753557", "AU", "tax_id_invalid"),
    ("EU372022452", "DE", "tax_id_invalid"),  # a seller's number of the OSS, not a buyer's
    ("GB980780684000", "GB", "tax_id_eori"), ("DE123456789012345", "DE", "tax_id_eori"),
    ("hello", "DE", "tax_id_invalid"), ("x" * 50, "DE", "tax_id_invalid"),
    ("DE136695977", "US", "tax_id_invalid"), (" - ", "DE", "field_required"),
    ("DE１３６６９５９７６", "DE", "tax_id_invalid"),
])
def test_what_cannot_be_a_number_is_said(typed: str, country: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        numbers.read(typed, country)

    assert refused.value.fields == {"tax_id": why}


def test_every_example_passes() -> None:
    for country in [*numbers.KINDS, "DE", "AT", "FR", "GR", "IT", "NL", "ES", "PL", "PT", "BE"]:
        assert numbers.read(numbers.example(country), country).country.replace("EL", "GR") == (
            country)


def test_vies_gives_name_address_and_consultation_number(registers: Registers) -> None:
    registers.known["DE136695976"] = True

    found = Vies(registers.url).ask("DE136695976", "PT510123457")

    assert found.is_valid
    assert (found.name, found.address) == ("MUSTER GMBH", "RING 1 1010 WIEN")
    assert found.consultation == "WAPIAAAA"
    assert registers.asked == [{"countryCode": "DE", "vatNumber": "136695976",
                                "requesterMemberStateCode": "PT", "requesterNumber": "510123457"}]


def test_an_unknown_number_has_no_holder(registers: Registers) -> None:
    found = Vies(registers.url).ask("ATU13585627", "")

    assert not found.is_valid
    assert (found.name, found.address, found.consultation) == ("", "", "")


@pytest.mark.parametrize(("fault", "kind"), [
    ("MS_UNAVAILABLE", ProviderUnavailable), ("GLOBAL_MAX_CONCURRENT_REQ", ProviderUnavailable),
    ("INVALID_REQUESTER_INFO", ProviderRejected),
])
def test_an_outage_is_no_answer(registers: Registers, fault: str, kind: type[Exception]) -> None:
    registers.fault = fault

    with pytest.raises(kind):
        Vies(registers.url).ask("DE136695976", "")


def test_hmrc_tells_registered_from_unknown(registers: Registers) -> None:
    registers.known["GB980780684"] = True
    hmrc = Hmrc(registers.url, "id", "secret")

    assert hmrc.ask("GB980780684", "").name == "Example Ltd"
    assert hmrc.ask("GB980780684", "GB123456782").consultation == "AAA-1-BBB"
    assert not hmrc.ask("GB123456782", "").is_valid
    registers.fault = "SERVER_ERROR"
    with pytest.raises(ProviderUnavailable):
        hmrc.ask("GB980780684", "")


def test_a_register_that_fails_is_left_alone(registers: Registers) -> None:
    registers.fault = "TIMEOUT"
    vies, circuit = Vies(registers.url), Circuit("vies", failures=2, rest=60)

    for _ in range(5):
        with pytest.raises(ProviderUnavailable):
            circuit.call(lambda: vies.ask("DE136695976", ""))

    assert len(registers.asked) == 2


def test_nobody_is_asked_where_no_register_is_configured(shop: Flask) -> None:
    cart = cart_of("de-de")
    steps.set_address(cart, BUSINESS)

    assert cart.address["tax_id"] == "DE136695976"
    assert db.session.scalar(select(Job.id).where(Job.kind == "tax_id")) is None
    assert flow.standing(cart.address, markets.find("de")) == "unconfirmed"


def test_a_confirmed_number_takes_the_tax_off(asking: Registers) -> None:
    cart = ready("de-de")
    before = view(cart).quote
    assert before is not None
    with transaction():
        cart.address = {**cart.address, "tax_id": "DE136695976", "company": "Muster GmbH"}
        flow.ask_soon(cart.address, markets.find("de"))
    waiting = view(cart).quote
    run_jobs()
    after = view(cart).quote

    assert waiting is not None
    assert after is not None
    assert waiting.total == before.total
    assert {part.treatment for part in after.consignments} == {"INTRA_COMMUNITY_SUPPLY"}
    assert after.tax.minor == 0
    assert after.total.minor == before.total.minor - before.tax.minor
    assert any(why.rule == "treatment_art_138" for why in after.why)
    assert [tax.net.minor for tax in after.taxes] == [after.total.minor]


def test_the_prices_may_be_kept(asking: Registers) -> None:
    set_policy(price="kept")
    cart = ready("de-de")
    before = view(cart).quote
    flow.ask("DE136695976", "vies", "")
    with transaction():
        cart.address = {**cart.address, "tax_id": "DE136695976"}
    after = view(cart).quote

    assert before is not None
    assert after is not None
    assert (after.tax.minor, after.total) == (0, before.total)


def test_an_invalid_number_is_taxed_as_the_market_says(asking: Registers) -> None:
    asking.known = {}
    cart = ready("de-de")
    with transaction():
        cart.address = {**cart.address, "tax_id": "DE136695976"}
    flow.ask("DE136695976", "vies", "")

    assert flow.standing(cart.address, markets.find("de")) == "invalid"
    assert treatments(cart) == {"OSS_UNION"}
    set_policy(unproven="origin")
    assert treatments(cart) == {"ORIGIN_VAT_B2B"}


def test_an_outage_is_kept_and_asked_again(asking: Registers) -> None:
    asking.fault = "MS_UNAVAILABLE"
    cart = cart_of("de-de")
    steps.set_address(cart, BUSINESS)
    run_jobs()

    job = db.session.scalar(select(Job).where(Job.kind == "tax_id"))
    assert job is not None
    assert (job.state, job.attempts) == ("waiting", 1)
    assert [row.state for row in db.session.scalars(select(TaxIdAnswer))] == ["unavailable"]
    assert flow.standing(cart.address, markets.find("de")) == "waiting"
    assert treatments(cart) == {"OSS_UNION"}


def test_the_same_number_is_asked_once_a_day(asking: Registers) -> None:
    for _ in range(3):
        steps.set_address(cart_of("de-de"), BUSINESS)
        run_jobs()

    assert len(asking.asked) == 1
    later = clock.now() + timedelta(hours=25)
    number = numbers.read("DE136695976", "DE")
    assert flow.check_of(number, markets.find("de"), later)[0] == "unavailable"


def test_the_order_freezes_the_evidence(asking: Registers) -> None:
    cart = ready("de-de")
    flow.ask("DE136695976", "vies", "PT510123457")
    with transaction():
        cart.address = {**cart.address, "tax_id": "DE136695976"}
    order = placing.place(cart)

    proof = order.tax_evidence
    assert proof["check"] == "valid"
    assert proof["number"] == "DE136695976"
    assert proof["name"] == "MUSTER GMBH"
    assert proof["consultation"] == "WAPIAAAA"
    assert proof["asker"] == "PT510123457"
    assert proof["asked_at"]
    assert proof["answer"]["requestDate"]


def test_a_consumer_leaves_no_evidence(shop: Flask) -> None:
    assert placing.place(ready("de-de")).tax_evidence == {}


def test_a_country_may_be_trusted_by_checksum(shop: Flask) -> None:
    set_policy(trusted=["DE"])
    cart = ready("de-de")
    with transaction():
        cart.address = {**cart.address, "tax_id": "DE136695976"}

    assert treatments(cart) == {"INTRA_COMMUNITY_SUPPLY"}
    assert placing.place(cart).tax_evidence["is_trusted"] is True


def treatments(cart: object) -> set[str]:
    found = view(cart).quote  # type: ignore[arg-type]
    assert found is not None
    return {part.treatment for part in found.consignments}


def set_policy(**changes: object) -> None:
    with transaction() as session:
        for market in session.scalars(select(Market)):
            market.tax_ids = {**market.tax_ids, **changes}
        log.emit("market")


def run_jobs() -> None:
    for job_id, kind, payload, attempt in jobs.claim(50):
        jobs.run(job_id, kind, payload, attempt, HANDLERS)
