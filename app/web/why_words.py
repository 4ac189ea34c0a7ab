"""The whole of a quote explained to a shopper: what each figure is and why, in plain words.

No codes and no rule ids: the merchant's side of the same reasons is `flask quote explain`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from babel import dates
from markupsafe import Markup

from app.kernel.money import Money
from app.rules.explanation import Why
from app.rules.result import DeliveryOption, Quote
from app.web import filters, locale
from app.web.gettext import gettext as _
from app.web.gettext import ngettext
from app.web.labels import tax as tax_name
from app.web.labels import tier
from app.web.law_words import law_word
from app.web.reasons import reason

SILENT = frozenset({"tier_not_offered"})


@dataclass(frozen=True, slots=True)
class Step:
    """One figure: what it is, how much, and the sentences that say why."""

    label: str | Markup
    amount: Money | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Figures of one kind under a heading."""

    title: str
    steps: tuple[Step, ...]


def explained(quote: Quote, names: Mapping[str, str], place: str) -> tuple[Section, ...]:
    """The sections of a quote in the order of its sum; `names` are those of SKUs, `place` the
    country it goes to."""
    sections = (
        Section(_("Goods"), tuple(_goods(quote, names))),
        Section(_("Offers"), tuple(_offers(quote))),
        Section(_("Delivery to %(country)s", country=place), tuple(_delivery(quote))),
        Section(_("Tax"), tuple(_taxes(quote))),
        Section(_("Duty and customs fees"), tuple(_customs(quote, names))),
        Section(_("Total"), tuple(_total(quote))),
    )
    return tuple(section for section in sections if section.steps)


def _goods(quote: Quote, names: Mapping[str, str]) -> Iterator[Step]:
    for line in quote.lines:
        label = names.get(line.sku, line.sku)
        if line.quantity > 1:
            # translators: an article, how many of it, and the price of one
            label = _("%(name)s, %(count)s × %(price)s", name=label, count=line.quantity,
                      price=filters.money_text(line.unit_price))
        yield Step(label, line.goods, _said(_of(quote, f"price:{line.sku}")))


def _offers(quote: Quote) -> Iterator[Step]:
    for discount in quote.discounts:
        yield Step(discount.label, -discount.amount, ())
    for why in quote.why:
        if why.rule == "minimum_not_reached":
            yield Step(why.params.get("label", ""), None, _said([why]))


def _delivery(quote: Quote) -> Iterator[Step]:
    option = quote.option
    if option is None:
        return
    whys = [why for why in _of(quote, "shipping")
            if why.params.get("option", option.id) == option.id and why.rule not in SILENT]
    if not option.price:  # then what the carrier asks is not what is paid
        whys = [why for why in whys if why.rule not in {"rate_card", "converted"}]
    days = filters.span(option.earliest, option.latest)
    # translators: how it is delivered, and when
    label = Markup(_("%(service)s, %(days)s")) % {"service": tier(option.tier), "days": days}  # noqa: S704 - a text of the catalogue
    yield Step(label, option.price, (
        *_said(whys), *_parcels(whys), *_carrier_terms(option)))


def _parcels(whys: Iterable[Why]) -> Iterator[str]:
    """How heavy it counts, where a rate card was asked."""
    cards = [why for why in whys if why.rule == "rate_card" and "chargeable_g" in why.params]
    if not cards:
        return
    grams = sum(int(why.params["chargeable_g"]) for why in cards)
    count = sum(int(why.params.get("parcels", "1")) for why in cards)
    weight = filters.weight(grams)
    # translators: a parcel counts as its weight or as its size, whichever is more
    yield ngettext("%(num)s parcel that counts as %(weight)s.",
                   "%(num)s parcels that count as %(weight)s.", count, weight=weight)


def _carrier_terms(option: DeliveryOption) -> Iterator[str]:
    if option.incoterm == "DAP":
        yield _("Duty and import tax are paid to the carrier when the parcel arrives.")


def _taxes(quote: Quote) -> Iterator[Step]:
    treatments = _said(_of(quote, "treatment"))
    others = _said(why for why in _of(quote, "tax") if why.rule != "tax_rate")
    for number, tax in enumerate(quote.taxes):
        rates = [why for why in _of(quote, "tax")
                 if why.rule == "tax_rate" and why.params.get("name") == tax.name
                 and why.params.get("jurisdiction", tax.jurisdiction) == tax.jurisdiction
                 and why.rate == f"{tax.percent.normalize():f} %"]
        where = _("inside the prices") if tax.is_included else _("on top of the prices")
        # translators: VAT 19 %, inside the prices
        label = _("%(tax)s %(rate)s, %(where)s", tax=tax_name(tax.name),
                  rate=filters.percent(tax.percent), where=where)
        yield Step(label, tax.tax, (*(treatments if not number else ()), *_said(rates)))
    if not quote.taxes and (treatments or others):
        yield Step(_("No tax is charged with the order"), None, (*treatments, *others))


def _customs(quote: Quote, names: Mapping[str, str]) -> Iterator[Step]:
    for duty in quote.duties:
        label = _("Duty on %(name)s: %(percent)s of %(value)s",
                  name=names.get(duty.sku, duty.sku), percent=filters.percent(duty.percent),
                  value=filters.money_text(duty.value))
        yield Step(label, duty.duty, _said(_of(quote, f"duty:{duty.sku}")))
    for fee in quote.fees_lines:
        yield Step(law_word(fee.name), fee.amount, _said(_of(quote, f"fee:{fee.code}")))
    due = quote.due_at_door
    for name, amount in ((_("Duty at the door, about"), due.duty),
                         (_("Import tax at the door, about"), due.tax),
                         (_("Carrier’s fee at the door, about"), due.fees)):
        if amount:
            yield Step(name, amount, ())
    if not due.is_known:
        yield Step(_("Duty and import tax at the door"), None, (_("How much is not known yet."),))


def _total(quote: Quote) -> Iterator[Step]:
    if quote.rounding:
        yield Step(_("Rounding"), quote.rounding, _said(_of(quote, "rounding")))
    told = (_("Estimated; the exact sum follows from the address."),) if quote.is_estimate else ()
    yield Step(_("Total"), quote.total, told)


def _of(quote: Quote, figure: str) -> list[Why]:
    return [why for why in quote.why if why.figure == figure
            or why.figure.startswith(f"{figure}:")]


def _said(whys: Iterable[Why]) -> tuple[str, ...]:
    """Each reason once, with its rate of exchange or the day a rate began."""
    return tuple(dict.fromkeys(_sentence(why) for why in whys))


def _sentence(why: Why) -> str:
    words = reason(why.rule, why.params)
    if " = " in why.rate and why.day:
        told = {"reason": words, "rate": _apart(_tidy(why.rate)), "day": _day(why.day)}
        # translators: reason is a whole sentence, rate is "1 EUR = 1.1172 USD"
        return (_("%(reason)s %(rate)s on %(day)s (%(source)s).", **told,
                  source=_source(why.source)) if why.source else
                _("%(reason)s %(rate)s on %(day)s.", **told))
    if why.rule == "tax_rate" and why.day:
        # translators: reason is a whole sentence
        return _("%(reason)s In force since %(day)s.", reason=words, day=_day(why.day))
    return words


def _source(code: str) -> str:
    """Where a rate of exchange comes from; a cross rate has two sources."""
    names = {"ecb": _("European Central Bank"), "fixed": _("fixed rate")}
    return ", ".join(_apart(names.get(part, part)) for part in code.split(" + "))


def _apart(text: str) -> str:
    """Letters and figures that keep their own direction inside any sentence."""
    return f"\u2068{text}\u2069"


def _tidy(rate: str) -> str:
    """"1 EUR = 1.117200 USD" without the zeros at the end."""
    left, equals, right = rate.partition(" = ")
    number, space, code = right.partition(" ")
    trimmed = number.rstrip("0").rstrip(".") if "." in number else number
    return f"{left}{equals}{trimmed}{space}{code}"


def _day(text: str) -> str:
    try:
        return dates.format_date(date.fromisoformat(text), "long",
                                 locale=locale.current().babel)
    except ValueError:
        return text
