"""The landed-cost slip in words: rows, total, what is due at the door, the way to another door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from flask import url_for
from markupsafe import Markup, escape

from app.blueprints.storefront.asked import AskedProduct
from app.kernel import clock
from app.kernel.address import Destination
from app.kernel.money import Money
from app.services.catalogue import slip as slips
from app.services.catalogue.labels import labels
from app.services.catalogue.slip import Slip
from app.services.kept import Kept
from app.web import filters
from app.web.gettext import gettext as _
from app.web.gettext import ngettext
from app.web.labels import tax as tax_name
from app.web.labels import tier
from app.web.law_words import law_word
from app.web.locale import Locale

if TYPE_CHECKING:
    from app.blueprints.storefront.product_page import Chosen


_country_names: Kept[tuple[tuple[str, str], ...]] = Kept("rates", "market", size=128)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of ui/manifest.html; `key` becomes data-quote."""

    key: str
    label: str | Markup
    amount: Money | None = None
    text: str = ""
    hint: str | Markup = ""


@dataclass(frozen=True, slots=True)
class SlipView:
    """What storefront/_slip.html shows. `route` is (origin, words), None where nobody goes."""

    rows: tuple[Row, ...]
    total: Row | None
    note: str
    problem: str
    route: tuple[str, str] | None
    country: str
    country_name: str
    postcode: str
    countries: tuple[tuple[str, str], ...]
    sku: str
    page_url: str
    slip_url: str
    why_url: str


def slip_view(shown: Chosen, asked: AskedProduct,
              here: Locale) -> tuple[SlipView | None, datetime | None]:
    """The slip of the chosen variant, and when it changes; None without a price."""
    found = slip_of(shown, asked, here)
    if found is None:
        return None, None
    return view(found, shown, asked, here), found.until


def slip_of(shown: Chosen, asked: AskedProduct, here: Locale) -> Slip | None:
    """The quote of one piece to the country asked for, else to the market's own."""
    if shown.price is None:
        return None
    known = slips.countries(here.market)
    country = asked.country if asked.country in known else here.market.country
    return slips.slip(
        shown.sheet, shown.variant, shown.price, here.market,
        Destination(country, postal_code=asked.postcode), here.language, clock.now(),
    )


def view(found: Slip, shown: Chosen, asked: AskedProduct, here: Locale) -> SlipView:
    """The quote's rows in words."""
    country = found.destination.country
    name = filters.country(country)
    is_delivered = not found.quote.problems
    slug = shown.sheet.text.slug
    return SlipView(
        rows=tuple(_rows(found)) if is_delivered else (),
        total=_total(found) if is_delivered else None, note=_note(found) if is_delivered else "",
        problem="" if is_delivered else _problem(found, name),
        route=_route(found, here), country=country, country_name=name, postcode=asked.postcode,
        countries=_names(here), sku=shown.variant.sku,
        page_url=url_for("storefront.product", slug=slug),
        slip_url=url_for("storefront.slip", slug=slug),
        why_url=url_for("storefront.why", slug=slug, sku=shown.variant.sku, to=country,
                        postcode=asked.postcode or None),
    )


def _problem(found: Slip, country: str) -> str:
    """Why it does not go there, and which paper would change that."""
    if not found.quote.barred:
        return _("We cannot deliver this to %(country)s.", country=country)
    papers = {law_word(one.document) for one in found.quote.barred}
    if "" in papers:
        return _("Not delivered to %(country)s: it may not be brought in there.", country=country)
    return _("Not delivered to %(country)s: we do not have the papers it asks for (%(papers)s).",
             country=country, papers=", ".join(sorted(papers)))


def _names(here: Locale) -> tuple[tuple[str, str], ...]:
    """(code, name) of the countries we reach, in the order of their names."""
    return _country_names.get((here.market.code, here.language), lambda: tuple(sorted(
        ((code, filters.country(code)) for code in slips.countries(here.market)),
        key=lambda pair: pair[1].casefold(),
    )))


def _rows(found: Slip) -> Iterator[Row]:
    quote = found.quote
    yield Row("goods", _("Goods"), quote.goods)
    if quote.discount:
        label = quote.discounts[0].label if quote.discounts else _("Discount")
        yield Row("discount", label, -quote.discount)
    option = quote.option
    if option is not None:
        yield Row("shipping", tier(option.tier), option.price or None,
                  _("free"), filters.span(option.earliest, option.latest))
    yield from _charged(found)
    if quote.rounding:
        yield Row("rounding", _("Rounding"), quote.rounding)
    yield from _due(found)


def _charged(found: Slip) -> Iterator[Row]:
    """Tax, duty and fees that are part of what is paid now."""
    quote = found.quote
    sums: dict[tuple[str, Decimal], Money] = {}
    for tax in quote.taxes:
        key = (tax.name, tax.percent)
        sums[key] = sums.get(key, Money.zero(quote.currency)) + tax.tax
    is_included = bool(quote.tax) and not quote.tax_on_top
    if quote.tax_included and quote.tax_on_top:  # some inside the prices, the rest on top of them
        yield Row("tax", _("Tax on import"), quote.tax_on_top)
    elif is_included:
        for (name, percent), amount in sums.items():
            yield Row("tax-included", _("of which %(tax)s %(percent)s", tax=tax_name(name),
                                        percent=filters.percent(percent)), amount)
    else:
        for (name, percent), amount in sums.items():
            yield Row("tax", f"{tax_name(name)} {filters.percent(percent)}", amount)
    if quote.duty:
        yield Row("duty", _("Duty"), quote.duty, "", _hs(found))
    if quote.fees:
        yield Row("fees", _("Customs fees"), quote.fees)


def _due(found: Slip) -> Iterator[Row]:
    """What the carrier asks for at the door, in estimate; nothing where it is not known."""
    due, hint = found.quote.due_at_door, _("paid to the carrier")
    if not due.is_known:
        return
    if due.duty:
        yield Row("due-duty", _("Duty, about"), due.duty, "", hint)
    if due.tax:
        yield Row("due-tax", _("Import tax, about"), due.tax, "", hint)
    if due.fees:
        yield Row("due-fees", _("Customs fees, about"), due.fees, "", hint)


def _total(found: Slip) -> Row:
    door = found.door_total
    if door is None:
        return Row("total", _("To pay now"), found.quote.total)
    key = "landed" if found.is_due_at_door else "total"
    label = _("At your door, about") if found.quote.is_estimate else _("At your door")
    return Row(key, label, door)


def _note(found: Slip) -> str:
    if not found.is_due_at_door:
        if found.quote.duties or found.quote.fees_lines:
            return _("Nothing more is asked for at the door.")
        return ""
    if not found.quote.due_at_door.is_known:
        return _("Duty and import tax are not in this sum. The carrier collects them from you at"
                 " the door (DAP); how much is not known in advance.")
    return _("Duty and import tax are collected by the carrier at the door (DAP), not by us.")


def _hs(found: Slip) -> Markup:
    code = found.quote.duties[0].hs_code if found.quote.duties else ""
    # translators: HS is the customs tariff number
    return escape(_("HS %(code)s", code=code)) if code else Markup("")


def _route(found: Slip, here: Locale) -> tuple[str, str] | None:
    days = found.days
    place = labels().warehouses.get(found.warehouse)
    if days is None or place is None:
        return None
    first, last = days
    if first == last:
        words = ngettext("your door, %(num)s day", "your door, %(num)s days", first)
    else:
        words = ngettext("your door, %(first)s–%(num)s day", "your door, %(first)s–%(num)s days",
                         last, first=first)
    return place.says(here.chain), words
