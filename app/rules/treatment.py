"""Step A of every quote: exactly one tax treatment for a consignment, from facts.

source  product/cross-border rules table 1.0: Directive 2006/112/EC Art. 33, 59c, 138, 146, 369a ff;
        gov.uk "Charging VAT on goods sold direct to customers in the UK"; state of 2026-11-21
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import CustomerFacts, SellerFacts
from app.rules.limits import is_within
from app.rules.rate_book import EU_MEMBERS, ImportRow, RateBook, TerritoryRow


class Treatment(StrEnum):
    """How a consignment is taxed."""

    DOMESTIC = "DOMESTIC"
    OSS_UNION = "OSS_UNION"
    ORIGIN_BELOW_10K = "ORIGIN_BELOW_10K"
    INTRA_COMMUNITY_SUPPLY = "INTRA_COMMUNITY_SUPPLY"
    ORIGIN_VAT_B2B = "ORIGIN_VAT_B2B"
    EXPORT = "EXPORT"
    IOSS = "IOSS"
    IMPORT = "IMPORT"
    LOW_VALUE_SCHEME = "LOW_VALUE_SCHEME"
    REVERSE_CHARGE_SCHEME = "REVERSE_CHARGE_SCHEME"
    LOCAL_SALES_TAX = "LOCAL_SALES_TAX"


@dataclass(frozen=True, slots=True)
class Area:
    """What a place is for tax and customs. `tax` is a jurisdiction's country, `customs` a code
    ("EU" for the union's territory); eu_vat says whether it is inside the EU's VAT area."""

    country: str
    region: str
    tax: str
    customs: str
    is_eu_vat: bool
    territory: TerritoryRow | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The treatment, whose rate applies, whether customs come between, and why.

    jurisdiction   country or territory whose tax rows are read ('' for none)
    code           the treatment by its public name (a scheme's own: UK_LOW_VALUE_POS, VOEC, …)
    crosses_border customs stand between the warehouse and the door
    """

    treatment: Treatment
    code: str
    jurisdiction: str
    crosses_border: bool
    rule: str
    import_rule: ImportRow | None = None


def locate(place: Destination, book: RateBook) -> Area:
    """The tax and customs area of an address: by postcode, then city, then country."""
    row = _territory(place, book)
    country = place.country
    is_member = country in EU_MEMBERS
    if row is None:
        return Area(country, place.region, country, "EU" if is_member else country, is_member)
    in_vat = row.in_eu_vat if row.in_eu_vat is not None else is_member
    in_customs = row.in_eu_customs if row.in_eu_customs is not None else is_member
    tax = row.tax_as or (country if in_vat else row.code)
    customs = "EU" if in_customs or row.customs_as in EU_MEMBERS else row.customs_as or row.code
    return Area(country, place.region, tax, customs, in_vat, row)


def decide(seller: SellerFacts, ship_from: str, area: Area, customer: CustomerFacts,  # noqa: PLR0911 - one return per treatment
           intrinsic: Money, dearest: Money, book: RateBook, day: date) -> Decision:
    """The one treatment of a consignment.

    intrinsic  value of the goods alone, net of tax, after discount, in the quote's currency
    dearest    the same for its dearest single piece (some limits are per item)
    """
    origin = locate(Destination(ship_from), book)
    if origin.is_eu_vat and area.is_eu_vat:
        return _within_union(seller, ship_from, area, customer)
    if area.tax == origin.tax:
        return Decision(Treatment.DOMESTIC, "DOMESTIC", area.tax, crosses_border=False,
                        rule="domestic")
    rule = book.import_rule("EU" if area.customs == "EU" else area.customs, day)
    if area.territory is not None and not area.is_eu_vat and area.country in EU_MEMBERS:
        return Decision(Treatment.EXPORT, "EXPORT", "", area.customs != origin.customs,
                        "special_territory")
    if rule is not None and rule.scheme:
        decision = _scheme(seller, area, customer, (intrinsic, dearest), rule, book)
        if decision is not None:
            return decision
    if area.country in {"US", "CA"} and f"{area.country}:{area.region}" in seller.registrations:
        jurisdiction = f"{area.country}-{area.region}"
        return Decision(Treatment.LOCAL_SALES_TAX, "LOCAL_SALES_TAX", jurisdiction,
                        crosses_border=True, rule="nexus", import_rule=rule)
    return Decision(Treatment.IMPORT, "IMPORT", area.tax, crosses_border=True, rule="import",
                    import_rule=rule)


def _within_union(seller: SellerFacts, ship_from: str, area: Area,
                  customer: CustomerFacts) -> Decision:
    registered = area.tax in seller.registrations
    if area.tax.partition("-")[0] == ship_from:
        return Decision(Treatment.DOMESTIC, "DOMESTIC", area.tax, crosses_border=False,
                        rule="domestic")
    if customer.kind == "business" and customer.tax_id_check == "valid" and (
        customer.tax_id[:2].replace("EL", "GR") != ship_from
    ):
        return Decision(Treatment.INTRA_COMMUNITY_SUPPLY, "INTRA_COMMUNITY_SUPPLY", "",
                        crosses_border=False, rule="art_138")
    has_oss = any(code.startswith("OSS:") for code in seller.registrations)
    if has_oss and (seller.oss_opted or len(seller.established_in) > 1):
        return Decision(Treatment.OSS_UNION, "OSS_UNION", area.tax, crosses_border=False,
                        rule="oss")
    if registered:
        return Decision(Treatment.OSS_UNION, "DESTINATION_REGISTERED", area.tax,
                        crosses_border=False, rule="registered_at_destination")
    return Decision(Treatment.ORIGIN_BELOW_10K, "ORIGIN_BELOW_10K", ship_from,
                    crosses_border=False, rule="art_59c")


def _scheme(seller: SellerFacts, area: Area, customer: CustomerFacts,
            values: tuple[Money, Money], rule: ImportRow, book: RateBook) -> Decision | None:
    """The destination's low-value scheme, where the seller is in it and the value is low enough.

    Outlying places with a customs area in common but a tax of their own are outside it.
    """
    if not (area.is_eu_vat if rule.country == "EU" else area.tax == rule.country):
        return None
    if rule.scheme_registration and rule.scheme_registration not in seller.registrations:
        return None
    limit, value = rule.scheme_threshold, values[rule.scheme_per == "item"]
    if limit is not None and not is_within(value, limit, book):
        return None
    if customer.kind == "business" and customer.tax_id_check == "valid":
        return Decision(Treatment.REVERSE_CHARGE_SCHEME, "REVERSE_CHARGE", "",
                        crosses_border=True, rule="scheme_business", import_rule=rule)
    treatment = Treatment.IOSS if rule.scheme == "IOSS" else Treatment.LOW_VALUE_SCHEME
    return Decision(treatment, rule.scheme, area.tax, crosses_border=True, rule="scheme",
                    import_rule=rule)


def _territory(place: Destination, book: RateBook) -> TerritoryRow | None:
    """The most telling row: longest postcode match, a named city before none."""
    postcode = "".join(place.postal_code.upper().split()).replace("-", "")
    city = place.city.strip().casefold()
    best: tuple[int, TerritoryRow] | None = None
    for row in book.territories.get(place.country, ()):
        if row.city and row.city.casefold() not in city:
            continue
        if not _matches(row, postcode):
            continue
        weight = len(row.postcode_prefix) * 2 + bool(row.city)
        if best is None or weight > best[0]:
            best = (weight, row)
    return best[1] if best else None


def _matches(row: TerritoryRow, postcode: str) -> bool:
    prefix = row.postcode_prefix.upper().replace(" ", "")
    if not prefix:
        return True
    if row.postcode_to:
        return prefix <= postcode[: len(prefix)] <= row.postcode_to.upper().replace(" ", "")
    return postcode.startswith(prefix)
