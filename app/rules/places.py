"""Where an address lies for tax and customs: by postcode, then city, then country.

source  cross-border rules §2 (Commission, "territorial scope"); the rows are in territories.csv
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.kernel.address import Destination
from app.rules.rate_book import EU_MEMBERS, RateBook, TerritoryRow

# Two countries, one VAT area, each with rows of its own in the table of rates.
_ONE_VAT_AREA = {"LI": "CH"}
# A country's letters before the digits: AX-22100, D-78266.
_COUNTRY_BEFORE = re.compile(r"^[A-Z]{1,3}-(?=\d)")


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

    @property
    def vat_country(self) -> str:
        """The country whose VAT holds: PT for Madeira, CH for Liechtenstein; a place outside the
        EU's VAT (DE-HEL) stands for itself."""
        if self.is_eu_vat:
            return self.tax.partition("-")[0]
        return _ONE_VAT_AREA.get(self.tax, self.tax)

    @property
    def member(self) -> str:
        """Whose VAT numbers are those of this place: a member state, or XI; '' outside the EU."""
        if not self.is_eu_vat:
            return ""
        is_northern_ireland = self.territory is not None and self.territory.code == "XI"
        return "XI" if is_northern_ireland else self.vat_country


def locate(place: Destination, book: RateBook) -> Area:
    """The tax and customs area of an address."""
    row = _territory(place, book)
    country, region = place.country, region_of(place, book)
    is_member = country in EU_MEMBERS
    if row is None:
        return Area(country, region, country, "EU" if is_member else country, is_member)
    in_vat = row.in_eu_vat if row.in_eu_vat is not None else is_member
    in_customs = row.in_eu_customs if row.in_eu_customs is not None else is_member
    tax = row.tax_as or (country if in_vat else row.code)
    customs = "EU" if in_customs or row.customs_as in EU_MEMBERS else row.customs_as or row.code
    return Area(country, region, tax, customs, in_vat, row)


def region_of(place: Destination, book: RateBook) -> str:
    """The region given, else the one its postcode names ("K1A 0B1": ON), else ''."""
    known = book.postcode_regions.get(place.country)
    if place.region or not known:
        return place.region
    postcode = _plain(place.postal_code)
    lengths = range(len(postcode), 0, -1)
    return next((known[postcode[:n]] for n in lengths if postcode[:n] in known), "")


def local_rates(place: Destination, whose: str, book: RateBook) -> str:
    """The jurisdiction of rates for those established at this address; '' where there is none.

    whose  "seller" or "business"
    """
    row = _territory(place, book)
    return row.local_tax_as if row is not None and whose in row.local_for.split("_or_") else ""


def crosses_border(origin: Area, area: Area) -> bool:
    """True when customs look at the parcel: another customs area, or out of the EU's VAT area."""
    return origin.customs != area.customs or origin.is_eu_vat != area.is_eu_vat


def is_part_of(area: Area, origin: Area, book: RateBook) -> bool:
    """The place is an outlying part of the country the goods come from, with a tax of its own:
    Svalbard for Norway, Jersey for Great Britain."""
    code = area.territory.code if area.territory else ""
    return bool(code) and any(row.code == code for row in book.territories.get(origin.country, ()))


def rates_of(area: Area, book: RateBook) -> str:
    """Where rates are read: the region where it has its own ("CA-QC"), else the tax area."""
    regional = f"{area.tax}-{area.region}"
    return regional if area.region and regional in book.tax_rates else area.tax


def _territory(place: Destination, book: RateBook) -> TerritoryRow | None:
    """The most telling row: longest postcode match, a named city before none."""
    rows = book.territories.get(place.country)
    if not rows:
        return None
    postcode, city = _plain(place.postal_code), _folded(place.city)
    best: tuple[int, TerritoryRow] | None = None
    for row in rows:
        if row.city and not _is_in(row, city, postcode):
            continue
        if not _matches(row, postcode):
            continue
        weight = len(row.postcode_prefix) * 2 + bool(row.city)
        if best is None or weight > best[0]:
            best = (weight, row)
    return best[1] if best else None


def _plain(postcode: str) -> str:
    """Upper case, without spaces, hyphens and the country's letters."""
    return _COUNTRY_BEFORE.sub("", "".join(postcode.upper().split())).replace("-", "")


def _folded(name: str) -> str:
    """Without accents, case and hyphens: "Büsingen" is "busingen"."""
    letters = unicodedata.normalize("NFKD", name.replace("\u2019", "'").replace("-", " "))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


def _is_in(row: TerritoryRow, city: str, postcode: str) -> bool:
    """The city is this row's. A row without a postcode holds where none is given, and for no
    other place with a similar name: "Campione sul Garda" is ordinary Italy."""
    name = _folded(row.city)
    if row.postcode_prefix:
        return name in city
    return not postcode and re.match(rf"{re.escape(name)}\b", city) is not None


def _matches(row: TerritoryRow, postcode: str) -> bool:
    prefix = row.postcode_prefix.upper().replace(" ", "")
    if not prefix:
        return True
    if row.postcode_to:
        return prefix <= postcode[: len(prefix)] <= row.postcode_to.upper().replace(" ", "")
    return postcode.startswith(prefix)
