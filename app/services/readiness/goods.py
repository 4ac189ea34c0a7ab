"""What the goods lack: customs data, weight, price, words, papers, somebody who answers for them.

source  customs declarations: HS code, origin, weight per line (UCC Annex B, WCO pre-advice);
        Regulation (EU) 2023/988 (GPSR) Art. 9, 16, 19: manufacturer and responsible person
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.extensions import db
from app.kernel.address import Destination
from app.kernel.money import Money
from app.models.translation import ProductText
from app.rules.rate_book import EU_MEMBERS
from app.rules.restrictions import barred
from app.services.catalogue import hs_list
from app.services.readiness.facts import Facts, Good
from app.services.readiness.finding import BLOCKS, WARNS, Finding, some


def findings(held: Facts) -> Iterator[Finding]:
    """Everything the goods of a market lack."""
    if not held.goods:
        yield Finding("no_goods", WARNS, "No product is published here",
                      "flask catalog publish CODE")
        return
    if held.abroad:
        yield from _customs(held)
    yield from _weights(held)
    yield from _prices(held)
    yield from _texts(held)
    yield from _restrictions(held)
    yield from _makers(held)


def _customs(held: Facts) -> Iterator[Finding]:
    bare = _skus(good for good in held.goods if not good.hs_code)
    wrong = _skus(good for good in held.goods
                  if good.hs_code and not hs_list.is_known(good.hs_code))
    homeless = _skus(good for good in held.goods if not good.origin)
    mend = "flask catalog hs --missing proposes codes; flask catalog customs SKU --hs CODE sets one"
    if bare:
        yield Finding("hs_code_missing", BLOCKS, f"No HS code: {some(bare)}", mend, bare)
    if wrong:
        yield Finding("hs_code_unknown", BLOCKS,
                      f"HS code is not in the list of HS 2022: {some(wrong)}", mend, wrong)
    if homeless:
        yield Finding("origin_missing", BLOCKS, f"No country of origin: {some(homeless)}",
                      "flask catalog customs SKU --origin COUNTRY", homeless)


def _weights(held: Facts) -> Iterator[Finding]:
    light = _skus(good for good in held.goods if not good.weight_g)
    flat = _skus(good for good in held.goods if not all(good.size_mm))
    if light:
        yield Finding("weight_missing", BLOCKS, f"No weight: {some(light)}",
                      "flask catalog customs SKU --weight GRAMS", light)
    if flat:
        yield Finding("size_missing", WARNS,
                      f"No packed size, so no volumetric weight: {some(flat)}",
                      "import the sizes with the catalogue (flask catalog import-…)", flat)


def _prices(held: Facts) -> Iterator[Finding]:
    for place, currency in enumerate(held.market.currencies):
        priced = held.prices(currency)
        bare = _skus(good for good in held.goods if good.variant_id not in priced)
        if bare:
            yield Finding(
                "price_missing", WARNS if place else BLOCKS,
                f"No price in {currency} on list {held.market.price_list.code}: {some(bare)}",
                f"flask prices set SKU {held.market.price_list.code} AMOUNT {currency}, or"
                " flask prices renew for converted ones", bare)


def _texts(held: Facts) -> Iterator[Finding]:
    ids = {good.product_id: good.code for good in held.goods}
    spoken: dict[str, set[int]] = {}
    for product_id, language in db.session.execute(
            select(ProductText.product_id, ProductText.language)
            .where(ProductText.product_id.in_(list(ids)), ProductText.name != "")):
        spoken.setdefault(language, set()).add(product_id)
    for place, language in enumerate(held.market.languages):
        have = spoken.get(language, set()) | spoken.get(f"{language}-{held.market.country}", set())
        bare = tuple(code for id_, code in ids.items() if id_ not in have)
        if bare:
            yield Finding(
                "texts_missing", WARNS if place else BLOCKS,
                f"No text in {language}: {some(bare)}",
                f"flask catalog import-shopify FILE --language {language}", bare)


def _restrictions(held: Facts) -> Iterator[Finding]:
    """A good that none of the market's countries takes blocks; one that some refuse is told."""
    if not held.book.restrictions:
        return
    price = Money(1, held.market.currencies[0])
    today = held.now.date()
    refused: dict[tuple[str, str, str], list[str]] = {}
    for good in held.goods:
        for country in held.market.countries:
            reasons = [
                barred([held.line(good, start, price)], Destination(country), held.book, today)
                for start in held.starts
            ]
            if reasons and all(reasons):
                one = reasons[0][0]
                refused.setdefault((good.sku, one.kind, one.document), []).append(country)
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (sku, kind, document), countries in refused.items():
        alike.setdefault((kind, document, tuple(countries)), []).append(sku)
    for (kind, document, places), skus in alike.items():
        yield _refused(held, kind, document, places, tuple(skus))


def _refused(held: Facts, kind: str, document: str, countries: tuple[str, ...],
             skus: tuple[str, ...]) -> Finding:
    place = some(countries)
    what = f"Prohibited in {place}" if kind == "prohibited" else (
        f"{place} asks for a {kind} ({document})")
    mend = f"flask catalog hide CODE --market {held.market.code}"
    if document:
        mend = f'flask catalog certificate SKU "{document}" --to {countries[0]} --number …; {mend}'
    is_everywhere = len(countries) == len(held.market.countries)
    return Finding("restricted", BLOCKS if is_everywhere else WARNS,
                   f"{what}, so these are not sold there: {some(skus)}", mend, skus)


def _makers(held: Facts) -> Iterator[Finding]:
    in_eu = any(code in EU_MEMBERS for code in held.market.countries)
    in_gb = "GB" in held.market.countries
    if not in_eu and not in_gb:
        return
    severity = BLOCKS if in_eu else WARNS
    bare = tuple(dict.fromkeys(
        good.code for good in held.goods
        if not good.manufacturer.get("name") or not _reachable(good.manufacturer)))
    if bare:
        yield Finding("manufacturer_missing", severity,
                      f"No manufacturer with postal and electronic address: {some(bare)}",
                      "flask catalog maker CODE --name … --address … --email …", bare)
    established = set(held.seller.established_in)
    answers = held.seller.representatives or {}
    homeless = {
        "EU": in_eu and not established & EU_MEMBERS and "EU" not in answers,
        "GB": in_gb and "GB" not in established and "GB" not in answers,
    }
    for area, is_missing in homeless.items():
        lacking = tuple(dict.fromkeys(
            good.code for good in held.goods if not good.manufacturer.get("responsible")))
        if is_missing and lacking:
            yield Finding(
                "responsible_person_missing", BLOCKS if area == "EU" else WARNS,
                f"Nobody in the {area} answers for the safety of: {some(lacking)}",
                f'"representatives": {{"{area}": {{"name", "line1", "city", "country", "email"}}}}'
                " of the seller in a market file, then flask markets load FILE", lacking)


def _reachable(contact: object) -> bool:
    return isinstance(contact, dict) and bool(contact.get("address")) and bool(
        contact.get("email") or contact.get("url"))


def _skus(goods: Iterator[Good]) -> tuple[str, ...]:
    return tuple(good.sku for good in goods)
