"""Values of the shop -> answers. One presenter for a quote, of a cart now or frozen in an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from app.blueprints.api import answers
from app.blueprints.api.answers import Amount
from app.extensions import providers
from app.kernel.money import Money
from app.rules.quote import as_dict
from app.rules.unit_price import UnitPrice
from app.services.cart.view import CartView, LineView
from app.services.checkout.steps import QUOTE_HOLDS
from app.services.media.flow import PictureView
from app.services.tax_ids import flow as tax_ids
from app.web.reasons import reason

SUMS = tuple(answers.Totals.model_fields)
Row = Mapping[str, Any]
Words = Mapping[str, tuple[str, str]]  # sku -> name, options


def amount(money: Money) -> Amount:
    """An amount of the shop."""
    return Amount(amount=money.minor, currency=money.currency)


def maybe(money: Money | None) -> Amount | None:
    """An amount that may be unknown."""
    return amount(money) if money else None


def per_unit(found: UnitPrice | None) -> answers.UnitPrice | None:
    """A price per kilogram or the like, where goods say how much they hold."""
    return answers.UnitPrice(price=amount(found.amount), per=found.per) if found else None


def picture(view: PictureView | None) -> answers.Picture | None:
    """A picture with its whole address."""
    return answers.Picture(url=absolute(view.src), alt=view.alt) if view else None


def absolute(path: str) -> str:
    """An address of this shop with its host."""
    return urljoin(providers().settings.base_url, path)


def cart(shown: CartView) -> answers.Cart:
    """A cart with its lines and totals."""
    kept = shown.cart
    assert kept is not None  # noqa: S101 - the API shows only carts there are
    frozen = as_dict(shown.quote) if shown.quote else None
    return answers.Cart(
        id=kept.public_id, market=shown.market.code, language=kept.language,
        currency=shown.currency, country=shown.country,
        address=_address(kept.address),
        tax_id_check=tax_ids.standing(kept.address, shown.market),
        lines=[_cart_line(line) for line in shown.lines],
        count=shown.count, coupons=list(kept.coupons),
        shipping_option=kept.shipping_option or None, payment_method=kept.payment_method or None,
        totals=_totals(frozen) if frozen else None, is_orderable=shown.is_orderable,
        problems=list(shown.quote.problems) if shown.quote else ["cart_empty"],
        expires_at=holds_until(kept.checkout_started_at),
    )


def cart_quote(shown: CartView) -> answers.Quote:
    """The full quote of a cart. Raises nothing: what stands in the way is in `problems`."""
    assert shown.quote is not None and shown.cart is not None  # noqa: S101, PT018 - see cart()
    words = {line.words.sku: (line.words.name, line.words.options) for line in shown.lines}
    return answers.Quote(
        **priced(as_dict(shown.quote), words),
        expires_at=holds_until(shown.cart.checkout_started_at),
    )


def holds_until(started: datetime | None) -> datetime | None:
    """When the hold that began then ends."""
    return started + QUOTE_HOLDS if started else None


def priced(frozen: Row, words: Words) -> dict[str, Any]:
    """The members every quote has, from its frozen form (rules/quote.py as_dict)."""
    option = frozen["option"]
    return {
        "currency": frozen["currency"],
        "lines": [_line(row, words) for row in frozen["lines"]],
        "discounts": [_discount(row) for row in frozen["discounts"]],
        "shipping_options": [shipping_option(row) for row in frozen["options"]],
        "shipping_option": shipping_option(option) if option else None,
        "consignments": [_only(answers.Consignment, row) for row in frozen["consignments"]],
        "taxes": [_tax(row) for row in frozen["taxes"]],
        "duties": [_duty(row) for row in frozen["duties"]],
        "fees": [answers.Fee(code=row["code"], name=row["name"], amount=_money(row["amount"]))
                 for row in frozen["fees_lines"]],
        "totals": _totals(frozen),
        "due_at_door": answers.DueAtDoor(**{
            name: _money(row) if row else None for name, row in frozen["due_at_door"].items()}),
        "is_estimate": bool(frozen["is_estimate"]),
        "problems": list(frozen["problems"]),
        "restrictions": [_restriction(row) for row in frozen.get("barred", ())],
        "explanation": [_explanation(row) for row in frozen["why"]],
    }


def shipping_option(row: Row) -> answers.ShippingOption:
    """A way of delivery; what the carrier takes for it stays with the merchant."""
    return _only(answers.ShippingOption, {**row, "price": _money(row["price"])})


def _money(row: Row) -> Amount:
    return Amount(amount=int(row["minor"]), currency=row["currency"])


def _only(kind: type[Any], row: Row) -> Any:
    return kind(**{name: row[name] for name in kind.model_fields})


def _line(row: Row, words: Words) -> answers.Line:
    name, options = words.get(row["sku"], (row["sku"], ""))
    return answers.Line(
        id=row["line"], sku=row["sku"], name=name, options=options, quantity=row["quantity"],
        **{part: _money(row[part]) for part in ("unit_price", "goods", "discount", "paid")},
    )


def _discount(row: Row) -> answers.Discount:
    return answers.Discount(
        code=row["code"], coupon=row["coupon"], label=row["label"], amount=_money(row["amount"]),
        shares={line: _money(share) for line, share in row["shares"]},
    )


def _tax(row: Row) -> answers.Tax:
    return answers.Tax(
        jurisdiction=row["jurisdiction"], name=row["name"], rate=str(row["percent"]),
        net=_money(row["net"]), tax=_money(row["tax"]), included=row["is_included"],
        estimate=row["is_estimate"], collected_by=row["collected_by"],
    )


def _duty(row: Row) -> answers.Duty:
    return _only(answers.Duty, {
        **row, "rate": str(row["percent"]), "value": _money(row["value"]),
        "duty": _money(row["duty"]),
    })


def _restriction(row: Row) -> answers.Restriction:
    params = {"document": row["document"], "country": row["country"]}
    return _only(answers.Restriction, {
        **row, "sentence": reason(f"restricted_{row['kind']}", params)})


def _totals(frozen: Row) -> answers.Totals:
    return answers.Totals(**{name: _money(frozen[name]) for name in SUMS})


def _explanation(row: Row) -> answers.Explanation:
    params = {str(name): str(value) for name, value in row["params"].items()}
    return answers.Explanation(
        figure=row["figure"], rule=row["rule"], sentence=reason(row["rule"], params),
        rate=row["rate"], date=row["day"], source=row["source"], confidence=row["confidence"],
        params=params,
    )


def _address(kept: Row) -> answers.Address | None:
    if not kept.get("country"):
        return None
    return answers.Address(**{name: str(kept.get(name, "") or "")
                              for name in answers.Address.model_fields})


def _cart_line(line: LineView) -> answers.CartLine:
    quoted = line.quoted
    return answers.CartLine(
        id=line.key, sku=line.words.sku, name=line.words.name, options=line.words.options,
        slug=line.words.slug, quantity=line.quantity,
        unit_price=amount(quoted.unit_price) if quoted else None,
        paid=amount(quoted.paid) if quoted else None, picture=picture(line.words.picture),
        note=line.note, available=line.most,
        previous_unit_price=amount(line.was) if line.was is not None else None,
        unit_price_per=per_unit(line.per_unit),
    )


def options_of(shown: CartView) -> Sequence[answers.ShippingOption]:
    """The ways of delivery a cart has now."""
    frozen: Row = as_dict(shown.quote) if shown.quote else {"options": ()}
    return [shipping_option(row) for row in frozen["options"]]
