"""A cleared consignment in the words of a scenario's answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.kernel.money import Money
from app.rules.cleared import Cleared, Parcelled
from app.rules.explanation import Why
from app.rules.facts import QuoteFacts
from app.rules.treatment import Treatment
from app.services.scenarios.fields import Unsupported

_COLLECTED_BY = {
    Treatment.IMPORT: "customs", Treatment.REVERSE_CHARGE_SCHEME: "buyer",
    Treatment.MARKETPLACE_COLLECTS: "marketplace",
}
_DUTY_KINDS = {"preference": "pref", "surcharge_on_duty": "surcharge"}
_FLAT_KINDS = {"EU_FLAT_3": "eu_flat_3"}
_SHOWN_WITHOUT_TAX = frozenset({"US", "CA"})

_ALWAYS = (
    ("net_minor", "charged_without_tax", "the parts of this answer add up"),
    ("total_charged_minor", "net_tax_duty_fees", "the parts of this answer add up"),
    ("prices_shown", "by_destination_and_buyer", "cross-border rules §11, display of prices"),
)


def answer(facts: QuoteFacts, held: Parcelled, result: Cleared) -> dict[str, Any]:
    """Every field of the answer. Raises Unsupported when an amount of it is not known.

    Where the case describes the border of an outlying territory the parcel is imported there; that
    our own side is an export stands beside it.
    """
    tax, duty, fees = _known(result)
    goods = Money.total(held.paid, facts.currency)
    included = result.tax_included or Money.zero(facts.currency)
    charged = goods + held.shipping
    if not result.tax_at_door:
        charged += tax - included
    net = charged if result.tax_at_door else charged - tax
    if not result.duty_at_door:
        charged += duty + fees
    arrives = result.decision.rule == "special_territory" and not facts.is_seller_side
    treatment = Treatment.IMPORT if arrives else result.decision.treatment
    found: dict[str, Any] = {
        "treatment": treatment.value if arrives else result.decision.code}
    if result.decision.is_export:
        found["origin_treatment"] = "EXPORT"
    found["collected_by"] = _COLLECTED_BY.get(treatment, "seller")
    consignment = result.consignment
    if consignment.einvoice_category:
        found["einvoice_category"] = consignment.einvoice_category
    if consignment.vatex:
        found["vatex"] = consignment.vatex
    flat = [fee for fee in result.fees if fee.replaces_duty]
    own = [fee for fee in result.fees if not fee.replaces_duty]
    by_kind = Money.total((fee.amount for fee in flat), facts.currency)
    duty, fees = duty + by_kind, fees - by_kind
    zero = Money.zero(facts.currency)
    found |= {
        "tax_lines": _tax_lines(result, net), "tax_minor": tax.minor, "net_minor": net.minor,
        "duty_minor": duty.minor, "duty_lines": _duty_lines(result), "fees_minor": fees.minor,
        "fee_lines": [{"name": fee.name, "fee_minor": fee.amount.minor} for fee in own],
        "total_charged_minor": charged.minor,
        "due_on_delivery": {
            "duty_minor": (duty if result.duty_at_door else zero).minor,
            "tax_minor": (tax if result.tax_at_door else zero).minor,
            "fees_minor": (fees if result.duty_at_door else zero).minor,
        },
        "prices_shown": _shown(facts, result),
    }
    return found


def reasons(result: Cleared) -> dict[str, list[Why]]:
    """Field of the answer -> why it is what it is. What follows from the treatment alone, a tax of
    zero among it, has the treatment's reasons."""
    fields = {"tax": "tax_minor", "duty": "duty_minor", "fee": "fees_minor",
              "treatment": "treatment"}
    in_place_of_duty = {f"fee:{fee.code}" for fee in result.fees if fee.replaces_duty}
    found: dict[str, list[Why]] = {}
    for why in result.why:
        part = "duty" if why.figure in in_place_of_duty else why.figure.partition(":")[0]
        found.setdefault(fields.get(part, why.figure), []).append(why)
    for field in ("tax_minor", "collected_by", "einvoice_category", "vatex"):
        found.setdefault(field, found["treatment"])
    for field, rule, source in _ALWAYS:
        found.setdefault(field, [Why(field, rule, source=source)])
    return found


def _known(result: Cleared) -> tuple[Money, Money, Money]:
    if any(why.rule == "tax_unknown" for why in result.why):
        raise Unsupported(f"the tax of {result.decision.jurisdiction or 'this place'} is not known")
    for why in result.why:
        if why.rule == "limit_not_comparable":
            raise Unsupported(
                f"no exchange rate {why.params['currencies']} to compare a limit with")
    if result.duty is None or result.tax is None or result.fee_total is None:
        unknown = [why for why in result.why if why.rule in {"duty_unknown", "fee_unknown"}]
        goods = ", ".join(f"{why.figure.partition(':')[2]} ({why.params.get('hs') or 'no HS code'})"
                          for why in unknown)
        raise Unsupported(f"duty or tax at the border is not known: {goods}")
    return result.tax, result.duty, result.fee_total


def _tax_lines(result: Cleared, net: Money) -> list[dict[str, Any]]:
    """Per rate, by name where one sale bears several; one line of 0 % where no tax is charged."""
    lines = []
    for tax in result.taxes:
        line: dict[str, Any] = {"name": tax.name} if tax.jurisdiction[:2] == "CA" else {}
        lines.append({**line, "rate": plain(tax.percent), "net_minor": tax.net.minor,
                      "tax_minor": tax.tax.minor})
    return lines or [{"rate": "0", "net_minor": net.minor, "tax_minor": 0}]


def _duty_lines(result: Cleared) -> list[dict[str, Any]]:
    lines = [
        {"code": duty.hs_code, "kind": _DUTY_KINDS.get(duty.kind, duty.kind),
         "rate": plain(duty.percent), "duty_minor": duty.duty.minor}
        for duty in result.duties
    ]
    return lines + [
        {"code": code, "kind": _FLAT_KINDS.get(fee.code, fee.code), "duty_minor": part.minor}
        for fee in result.fees if fee.replaces_duty for code, part in fee.headings
    ]


def _shown(facts: QuoteFacts, result: Cleared) -> str:
    """Consumers see the final price; where tax is added by law or asked at the door they cannot."""
    if facts.customer.kind == "business" or facts.destination.country in _SHOWN_WITHOUT_TAX:
        return "excl"
    return "excl" if result.tax_at_door else "incl"


def plain(percent: Decimal) -> str:
    """20 for 20.00, 9.975 for 9.9750."""
    return f"{percent.normalize():f}"
