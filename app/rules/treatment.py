"""Step A of every quote: exactly one tax treatment for a consignment, from facts.

source  cross-border rules table 1.0: Directive 2006/112/EC Art. 32, 33, 59c, 138, 146, 369a ff;
        gov.uk "Charging VAT on goods sold direct to customers in the UK"; state of 2026-11-21
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.kernel.address import Destination
from app.kernel.money import Money
from app.rules.facts import CustomerFacts, SellerFacts
from app.rules.limits import is_within
from app.rules.places import Area, crosses_border, is_part_of, local_rates, locate, rates_of
from app.rules.rate_book import EU_MEMBERS, ImportRow, RateBook

# Distance sales within the EU up to here may be taxed at home (Art. 59c, since 2021-07-01).
HOME_TAX_LIMIT = Money(1_000_000, "EUR")
# A scheme's name for what it sells to businesses, who account for the tax themselves.
BUSINESS_CODES = {
    "UK_LOW_VALUE_POS": "UK_LOW_VALUE_B2B_REVERSE_CHARGE", "AU_LVG": "AU_LVG_B2B",
    "NZ_LVG": "NZ_LVG_B2B", "SG_LVG": "SG_LVG_B2B",
}
CONSUMER_SCHEMES = frozenset({"IOSS", "VOEC", "MY_LVG"})
# Schemes whose business buyers give a number of that very country.
OWN_NUMBERS = {"UK_LOW_VALUE_POS": "GB", "AU_LVG": "AU", "NZ_LVG": "NZ"}
# Goods that low-value schemes leave out (VD Art. 369l, gov.uk, toll.no).
EXCISE = frozenset({"alcohol", "tobacco"})
LEFT_OUT = {"VOEC": EXCISE | {"food", "food_staples", "food_sugary", "confectionery"}}

# The law behind each rule that no row of the tables speaks for.
SOURCES = {
    "domestic": "Directive 2006/112/EC Art. 31, 32; the country's own law outside the EU",
    "art_32": "Directive 2006/112/EC Art. 32",
    "art_59c": "Directive 2006/112/EC Art. 59c",
    "oss": "Directive 2006/112/EC Art. 33(a), 369a-369k",
    "oss_needed": "Directive 2006/112/EC Art. 33(a)",
    "registered_at_destination": "Directive 2006/112/EC Art. 33(a)",
    "province": "Excise Tax Act (Canada), place of supply; provincial law",
    "nexus": "state law; South Dakota v. Wayfair (2018)",
}


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
    NO_NEXUS = "NO_NEXUS"
    NO_TAX_COUNTRY = "NO_TAX_COUNTRY"
    MARKETPLACE_COLLECTS = "MARKETPLACE_COLLECTS"


@dataclass(frozen=True, slots=True)
class Decision:
    """The treatment, whose rate applies, whether customs come between, and why.

    jurisdiction   where tax rows are read ("DE", "CA-QC"), '' for none
    code           the treatment by its public name (a scheme's own: UK_LOW_VALUE_POS, VOEC, …)
    crosses_border customs stand between the warehouse and the door
    is_export      goods leave the EU: the seller's own supply is exempt whatever follows
    unknown        the pair of currencies ("EUR/GBP") whose rate a legal limit could not be compared
                   without: the treatment is then the one without relief, and a guess
    """

    treatment: Treatment
    code: str
    jurisdiction: str
    crosses_border: bool
    rule: str
    import_rule: ImportRow | None = None
    is_export: bool = False
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Sale:
    """What a decision looks at.

    intrinsic   value of the goods alone, net of tax, after discount, in the quote's currency
    dearest     the same for its dearest single piece (some limits are per item)
    home_net    goods and shipping net of the seller's own tax, for the yearly threshold
    categories  tax categories of the goods
    leaves_at, arrives_at  both ends with their postcodes, for rates of those established there
    """

    seller: SellerFacts
    customer: CustomerFacts
    ship_from: str
    area: Area
    intrinsic: Money
    dearest: Money
    home_net: Money
    categories: frozenset[str] = frozenset()
    is_platform_sale: bool = False
    is_seller_side: bool = False
    leaves_at: Destination | None = None
    arrives_at: Destination | None = None


def decide(sale: Sale, book: RateBook, day: date) -> Decision:
    """The one treatment of a consignment."""
    origin, area = locate(Destination(sale.ship_from), book), sale.area
    crosses = crosses_border(origin, area)
    if sale.is_platform_sale:
        return Decision(Treatment.MARKETPLACE_COLLECTS, "MARKETPLACE_COLLECTS", "", crosses,
                        "marketplace")
    if origin.is_eu_vat and area.is_eu_vat:
        return _within_union(sale, origin, book, day)
    if origin.vat_country == area.vat_country:
        return _at_home(sale, book, day)
    return _abroad(sale, origin, book, day)


def _within_union(sale: Sale, origin: Area, book: RateBook, day: date) -> Decision:
    area, home = sale.area, _home(sale, origin, book, day)
    if area.vat_country == origin.vat_country:
        # The rates of islands (PT-30) are for sales from other members.
        return _inside(Treatment.DOMESTIC, home or _at_buyer(sale, book, day) or origin.tax,
                       "domestic")
    if sale.customer.kind == "business":
        number = _union_number(sale.customer)
        if number and number != origin.member:
            return _inside(Treatment.INTRA_COMMUNITY_SUPPLY, "", "art_138")
        if number or sale.seller.unproven_business == "origin":
            return _inside(Treatment.ORIGIN_VAT_B2B, home or origin.tax, "art_32")
    return _distance_sale(sale, origin, home or origin.tax, book)


def _home(sale: Sale, origin: Area, book: RateBook, day: date) -> str:
    """The rates of a seller of this country whose goods leave from a place with rates of its own
    for those established there; '' elsewhere, and before there were any."""
    if sale.leaves_at is None or sale.seller.country != origin.country:
        return ""
    found = local_rates(sale.leaves_at, "seller", book)
    return found if book.tax_on(found, "standard", day) else ""


def _at_buyer(sale: Sale, book: RateBook, day: date) -> str:
    """The same by the buyer: a business there, by its valid number."""
    customer = sale.customer
    if sale.arrives_at is None or (customer.kind, customer.tax_id_check) != ("business", "valid"):
        return ""
    found = local_rates(sale.arrives_at, "business", book)
    return found if book.tax_on(found, "standard", day) else ""


def _distance_sale(sale: Sale, origin: Area, home: str, book: RateBook) -> Decision:
    """A consumer in another member: taxed there, or at home below the yearly limit."""
    area, seller = sale.area, sale.seller
    if area.tax in seller.registrations and not _has_oss(seller):
        return _inside(Treatment.OSS_UNION, area.tax, "registered_at_destination")
    here = _inside(Treatment.OSS_UNION, area.tax, "oss" if _has_oss(seller) else "oss_needed")
    if not _may_be_taxed_at_home(seller, origin):
        return here
    if book.rate(sale.home_net.currency, "EUR") is None:
        return replace(here, unknown=f"{sale.home_net.currency}/EUR")
    if _is_below_limit(sale, book):
        return _inside(Treatment.ORIGIN_BELOW_10K, home, "art_59c")
    return here


def _inside(treatment: Treatment, jurisdiction: str, rule: str) -> Decision:
    return Decision(treatment, treatment.value, jurisdiction, crosses_border=False, rule=rule)


def _union_number(customer: CustomerFacts) -> str:
    """The member (or XI) that gave the buyer's valid number; '' for no such number."""
    if customer.tax_id_check != "valid":
        return ""
    country = customer.tax_id.strip()[:2].upper().replace("EL", "GR")
    return country if country in EU_MEMBERS or country == "XI" else ""


def _has_oss(seller: SellerFacts) -> bool:
    return _is_registered(seller, "OSS")


def _is_registered(seller: SellerFacts, code: str) -> bool:
    """For a scheme, whichever country keeps the registration (OSS:DE, IOSS:FR)."""
    return any(held == code or held.startswith(f"{code}:") for held in seller.registrations)


def _may_be_taxed_at_home(seller: SellerFacts, origin: Area) -> bool:
    """The conditions of Art. 59c that are the seller's: one establishment, which is where the
    goods leave, no choice of taxation at the destination, last year below the limit."""
    established = seller.established_in or frozenset({seller.country})
    if seller.oss_opted or not origin.member or established != {origin.member}:
        return False
    return seller.sales_last_year is None or seller.sales_last_year <= HOME_TAX_LIMIT


def _is_below_limit(sale: Sale, book: RateBook) -> bool:
    """This year's sales, this one included, are within the limit. Net values, in euro."""
    rate = book.rate(sale.home_net.currency, "EUR")
    so_far = sale.seller.sales_this_year or Money.zero("EUR")
    return rate is not None and (
        so_far.major + sale.home_net.major * rate.value <= HOME_TAX_LIMIT.major)


def _at_home(sale: Sale, book: RateBook, day: date) -> Decision:
    """Dispatch and arrival under the same tax, outside the EU."""
    place = rates_of(sale.area, book)
    if sale.area.tax == "US":
        return _united_states(sale, crosses=False)
    if sale.area.tax == "CA":
        return Decision(Treatment.LOCAL_SALES_TAX, "CA_GST_HST", place, False, "province")
    rows = book.tax_on(place, "standard", day)
    if rows and not any(row.percent for row in rows):
        return Decision(Treatment.NO_TAX_COUNTRY, "NO_TAX_COUNTRY", place, False, "no_tax_country")
    return Decision(Treatment.DOMESTIC, "DOMESTIC", place, False, "domestic")


def _united_states(sale: Sale, rule: ImportRow | None = None, *, crosses: bool) -> Decision:
    state = sale.area.region
    if f"US:{state}" in sale.seller.registrations:
        return Decision(Treatment.LOCAL_SALES_TAX, "US_SALES_TAX", f"US-{state}", crosses, "nexus",
                        rule)
    return Decision(Treatment.NO_NEXUS, "US_NO_NEXUS", "", crosses, "no_nexus", rule)


def _abroad(sale: Sale, origin: Area, book: RateBook, day: date) -> Decision:
    """Goods arrive from outside the tax area they are sold into."""
    area = sale.area
    is_export, crosses = origin.is_eu_vat, origin.customs != area.customs
    rule = _import_rule(area, book, day)
    place = rates_of(area, book)
    if _is_outlying(area, origin, book):
        return Decision(Treatment.EXPORT, "EXPORT", place, crosses, "special_territory", rule,
                        is_export=is_export)
    is_member = _is_in_scheme(sale, rule)
    if rule is not None and is_member:
        found = _scheme(sale, rule, place, book)
        if found is not None:
            return replace(found, crosses_border=crosses, is_export=is_export)
    unknown = _not_comparable(sale, rule, book) if is_member else ""
    if area.tax == "US" and f"US:{area.region}" in sale.seller.registrations:
        return replace(_united_states(sale, rule, crosses=True), is_export=is_export)
    if sale.is_seller_side and is_export and (
        not is_member or sale.customer.kind == "business"
    ):
        return Decision(Treatment.EXPORT, "EXPORT", "", crosses, "export", rule, is_export=True)
    return Decision(Treatment.IMPORT, "IMPORT", place, crosses, "import", rule,
                    is_export=is_export, unknown=unknown)


def _is_outlying(area: Area, origin: Area, book: RateBook) -> bool:
    """A place with a tax of its own that is not a country to import into: our side is an export."""
    if area.territory is None:
        return False
    if not origin.is_eu_vat:
        return is_part_of(area, origin, book)
    return area.country in EU_MEMBERS or area.vat_country == area.territory.code


def _not_comparable(sale: Sale, rule: ImportRow | None, book: RateBook) -> str:
    """The pair of currencies whose rate is needed for the limit of the scheme and not known."""
    limit = rule.scheme_threshold if rule else None
    currency = sale.intrinsic.currency
    if limit is None or book.rate(currency, limit.currency) is not None:
        return ""
    return f"{currency}/{limit.currency}"


def _import_rule(area: Area, book: RateBook, day: date) -> ImportRow | None:
    """The union's rule inside its customs area, else the place's own, else its customs area's."""
    if area.customs == "EU":
        return book.import_rule("EU", day)
    return book.import_rule(area.tax if area.tax in book.imports else area.customs, day)


def _is_in_scheme(sale: Sale, rule: ImportRow | None) -> bool:
    """The destination has a scheme at sale and the seller is in it (or, UK, every seller is).

    Outlying places with a customs area in common but a tax of their own are outside it.
    """
    if rule is None or not rule.scheme:
        return False
    area = sale.area
    if not (area.is_eu_vat if rule.country == "EU" else area.tax == rule.country):
        return False
    return not rule.scheme_registration or _is_registered(sale.seller, rule.scheme_registration)


def _scheme(sale: Sale, rule: ImportRow, place: str, book: RateBook) -> Decision | None:
    """Taxed at sale where goods, value and buyer are of the scheme; None where they are not."""
    if not sale.categories.isdisjoint(LEFT_OUT.get(rule.scheme, EXCISE)):
        return None
    limit = rule.scheme_threshold
    value = sale.dearest if rule.scheme_per == "item" else sale.intrinsic
    if limit is not None and not is_within(value, limit, book):
        return None
    if _is_business_of(sale.customer, OWN_NUMBERS.get(rule.scheme, "")):
        if rule.scheme in CONSUMER_SCHEMES:
            return None
        if rule.scheme in BUSINESS_CODES:
            return Decision(Treatment.REVERSE_CHARGE_SCHEME, BUSINESS_CODES[rule.scheme], "", True,
                            "scheme_business", rule)
    treatment = Treatment.IOSS if rule.scheme == "IOSS" else Treatment.LOW_VALUE_SCHEME
    return Decision(treatment, rule.scheme, place, True, "scheme", rule)


def _is_business_of(customer: CustomerFacts, country: str) -> bool:
    """A business with a valid number, where wanted not one of another country: a British number
    has GB or no letters before its digits, an Australian ABN no letters or its own name."""
    if customer.kind != "business" or customer.tax_id_check != "valid":
        return False
    letters = customer.tax_id.strip()[:2].upper()
    if not country or letters == country or not letters.isalpha():
        return True
    return country != "GB" and letters not in EU_MEMBERS | {"EL", "XI", "GB"}
