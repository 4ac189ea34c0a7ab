"""Bank transfer: what the shopper is told."""

from __future__ import annotations

import pytest
import segno

from app.kernel.errors import ProviderRejected
from app.kernel.money import Money
from app.services.payment.port import PaymentState
from app.services.payment.transfer import BankAccount, Transfer, epc_payload, grouped
from tests.services.payment.charges import a_charge

ACCOUNT = BankAccount("Nordlys Handel GmbH", "DE89370400440532013000", "COBADEFFXXX", "Nordbank")


def test_the_instructions_name_account_amount_and_reference() -> None:
    session = Transfer(lambda: ACCOUNT).start(a_charge(123450))

    assert session.state == PaymentState.PENDING
    assert session.redirect_url is None
    told = session.instructions
    assert told["iban"] == "DE89 3704 0044 0532 0130 00"
    assert (told["holder"], told["bic"]) == ("Nordlys Handel GmbH", "COBADEFFXXX")
    assert (told["amount"], told["currency"]) == ("1234.50", "EUR")
    assert told["reference"] == "TW-1001"


def test_the_epc_text_fits_a_code_of_the_allowed_size() -> None:
    text = epc_payload(ACCOUNT, Money(1999, "EUR"), "TW-1001")
    assert text.split("\n") == [
        "BCD", "002", "1", "SCT", "COBADEFFXXX", "Nordlys Handel GmbH", "DE89370400440532013000",
        "EUR19.99", "", "", "TW-1001"]
    assert segno.make_qr(text, error="m", boost_error=False).version <= 13


def test_the_longest_epc_text_of_a_shop_fits_too() -> None:
    longest = BankAccount("Ä" * 90, "MT84MALT011000012345MTLCAST001S", "MALTMTMTXXX")
    text = epc_payload(longest, Money(99_999_999_999, "EUR"), "N" * 32)
    assert len(text.encode()) <= 331  # the guideline's limit
    assert segno.make_qr(text, error="m", boost_error=False).version <= 13


def test_other_currencies_get_no_code_and_may_be_refused() -> None:
    anywhere = Transfer(lambda: ACCOUNT, currencies=None)
    told = anywhere.start(a_charge(12350, "KWD")).instructions
    assert told["amount"] == "12.350"
    assert "epc_qr" not in told
    with pytest.raises(ProviderRejected):
        Transfer(lambda: ACCOUNT).start(a_charge(12350, "KWD"))


def test_the_order_is_found_in_the_reference() -> None:
    transfer = Transfer(lambda: ACCOUNT)
    session = transfer.start(a_charge())
    assert transfer.look_up(session.reference).order_number == "TW-1001"
    with pytest.raises(ProviderRejected):
        transfer.look_up("cs_test_1")


def test_an_iban_is_grouped_by_four() -> None:
    assert grouped("NO9386011117947") == "NO93 8601 1117 947"
