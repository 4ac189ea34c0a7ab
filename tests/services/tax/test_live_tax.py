"""Local sales tax by a service: a fact of the quote, with the table's estimate to fall back on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug import Request, Response

from app.commands.worker import HANDLERS
from app.extensions import db, providers, transaction
from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.models.cart import Cart
from app.models.live_tax import LiveTaxRate
from app.models.market import Seller
from app.models.outbox import Job
from app.rules.result import Quote
from app.services.cart.view import view
from app.services.checkout import steps
from app.services.outbox import jobs, log
from app.services.tax.port import TaxPlace
from app.services.tax.stripe_tax import StripeTax
from tests.local_server import LocalServer
from tests.shoppers import cart_of
from tests.world import BO, CUP

HERE = TaxPlace("US", "CA", "94103", "San Francisco")


def taxed(percent: str, reason: str = "standard_rated", base: int = 10000) -> dict[str, Any]:
    return {"taxable_amount": base, "taxability_reason": reason, "tax_rate_details": {
        "country": "US", "percentage_decimal": percent, "tax_type": "sales_tax"}}


class TaxDouble(LocalServer):
    """Stripe's tax calculations over real HTTP; `answer` is what comes next."""

    def __init__(self) -> None:
        self.status, self.asked = 200, []
        self.answer: dict[str, Any] = {
            "line_items": {"data": [{"reference": "goods", "tax_breakdown": [
                taxed("6.0"), taxed("0.25"), taxed("1.0"), taxed("1.375")]}]},
            "shipping_cost": {"tax_breakdown": [taxed("6.0", "not_subject_to_tax", 0)]},
        }
        super().__init__(self.wsgi)

    @Request.application
    def wsgi(self, request: Request) -> Response:
        self.asked.append(dict(request.form))
        return Response(json.dumps(self.answer), self.status, content_type="application/json")


@pytest.fixture
def double() -> Iterator[TaxDouble]:
    with TaxDouble() as found:
        yield found


@pytest.fixture
def cart(shop: Flask, double: TaxDouble) -> Cart:
    """Somebody in a state the seller collects in, with a service to ask."""
    with transaction() as session:
        for seller in session.scalars(select(Seller)):
            seller.registrations = sorted({*seller.registrations, f"US:{BO['region']}"})
        log.emit("market")
    providers().sales_tax = {"stripe": StripeTax("sk_test", double.url)}
    found = cart_of("en-us", (CUP, 2))
    steps.set_address(found, BO)
    return found


def run_jobs() -> None:
    for job_id, kind, payload, attempt in jobs.claim(50):
        jobs.run(job_id, kind, payload, attempt, HANDLERS)


def quoted(cart: Cart) -> Quote:
    found = view(cart).quote
    assert found is not None
    return found


# 6 + 0.25 + 1 + 1.375 = 8.625; shipping that is stated separately is not taxed in California.
def test_rates_of_all_that_tax_are_added_up(double: TaxDouble) -> None:
    found = StripeTax("sk_test", double.url).rate(HERE)

    assert (found.percent, found.shipping_percent) == (Decimal("8.625"), Decimal(0))
    assert double.asked[0]["customer_details[address][postal_code]"] == "94103"
    assert double.asked[0]["line_items[0][tax_behavior]"] == "exclusive"


def test_what_cannot_be_used_is_no_rate(double: TaxDouble) -> None:
    service = StripeTax("sk_test", double.url)
    double.status = 500
    with pytest.raises(ProviderUnavailable):
        service.rate(HERE)
    double.status = 400
    with pytest.raises(ProviderRejected):
        service.rate(HERE)
    double.status, double.answer = 200, {"line_items": {}}
    with pytest.raises(ProviderUnavailable):
        service.rate(HERE)
    double.answer = {"line_items": {"data": [{"tax_breakdown": [taxed("0", "not_collecting", 0)]}]}}
    with pytest.raises(ProviderRejected, match="provider_rejected"):
        service.rate(HERE)


def test_the_answer_enters_the_quote(cart: Cart, double: TaxDouble) -> None:
    before = quoted(cart)
    run_jobs()
    after = quoted(cart)

    assert before.is_estimate
    assert {str(tax.percent) for tax in after.taxes} == {"8.625"}
    assert not any(tax.is_estimate for tax in after.taxes)
    assert any(why.source == "stripe tax" for why in after.why)
    goods = after.goods - after.discount
    assert after.tax == goods.times(Decimal("0.08625"))
    assert len(double.asked) == 1


def test_an_outage_leaves_the_estimate_and_is_asked_again(cart: Cart, double: TaxDouble) -> None:
    double.status = 503
    run_jobs()

    job = db.session.scalar(select(Job).where(Job.kind == "live_tax"))
    assert job is not None
    assert job.state == "waiting"
    assert quoted(cart).is_estimate
    assert db.session.scalar(select(LiveTaxRate.id)) is None


def test_nobody_is_asked_where_the_seller_does_not_collect(shop: Flask, double: TaxDouble) -> None:
    with transaction() as session:
        for seller in session.scalars(select(Seller)):
            seller.registrations = ["PT"]
        log.emit("market")
    providers().sales_tax = {"stripe": StripeTax("sk_test", double.url)}
    steps.set_address(cart_of("en-us"), BO)

    assert db.session.scalar(select(Job.id).where(Job.kind == "live_tax")) is None
