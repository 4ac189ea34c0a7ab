"""Which zone of a service an address lies in, and which lists of places name it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.kernel.address import Destination
from app.rules.shipping_rows import AreaRow, ZoneRow

ANYWHERE = "*"


def plain_postcode(postcode: str) -> str:
    """As postcodes are compared: upper case, without spaces and hyphens."""
    return postcode.replace(" ", "").replace("-", "").upper()


def zone_of(zones: Iterable[ZoneRow], destination: Destination) -> ZoneRow | None:
    """The zone that names the address most exactly; None when not served.

    Postcode before state before country before "*"; the longer prefix first. An excluded place
    that matches wins over everything. Prefixes are upper case without spaces.
    """
    postcode = plain_postcode(destination.postal_code)
    best: ZoneRow | None = None
    country = destination.country
    for zone in zones:
        if zone.country not in (country, ANYWHERE):  # most of some hundred: no call for them
            continue
        if is_in(zone, destination, postcode):
            if zone.is_excluded:
                return None
            if best is None or _exactness(zone) > _exactness(best):
                best = zone
    return best


def is_in(place: ZoneRow | AreaRow, destination: Destination, postcode: str) -> bool:
    """True when the address lies in the place; postcode as plain_postcode() gives it."""
    if place.country not in (destination.country, ANYWHERE):
        return False
    if place.region and place.region != destination.region:
        return False
    prefix = place.postcode_prefix
    if not place.postcode_to:
        return postcode.startswith(prefix)
    head = postcode[:len(prefix)]
    return len(head) == len(prefix) and prefix <= head <= place.postcode_to


def is_in_area(
    places: Mapping[str, tuple[AreaRow, ...]], destination: Destination
) -> bool:
    """True when a list of places, kept by country, names the address."""
    postcode = plain_postcode(destination.postal_code)
    return any(is_in(place, destination, postcode)
               for place in places.get(destination.country, ()))


def _exactness(zone: ZoneRow) -> tuple[int, bool, bool]:
    return len(zone.postcode_prefix), bool(zone.region), zone.country != ANYWHERE
