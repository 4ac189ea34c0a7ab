"""What the shop front lacks in a market: interface, legal pages, payment, addresses, delivery.

source  legal pages: Directive 2000/31/EC Art. 5 (imprint), 2011/83/EU Art. 6 (terms, withdrawal,
        delivery, cost of return), GDPR Art. 13 (privacy); other countries ask for much the same
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from babel.messages.pofile import read_po
from sqlalchemy import select

from app.config import ROOT
from app.extensions import db
from app.kernel.money import Money
from app.models.content import Page
from app.models.translation import PageText
from app.rules.rate_book import EU_MEMBERS
from app.services.payment.methods import methods_for
from app.services.readiness.facts import Facts, Good
from app.services.readiness.finding import BLOCKS, WARNS, Finding, some

LEGAL = ("imprint", "terms", "privacy", "delivery", "returns")
OF_UNION = ("withdrawal",)
PLACE = ("line1", "city", "country")


def findings(held: Facts) -> Iterator[Finding]:
    """Everything the market's pages, payments, addresses and carriers lack."""
    yield from _interface(held)
    yield from _pages(held)
    yield from _payments(held)
    yield from _addresses(held)
    yield from _delivery(held)


def _interface(held: Facts) -> Iterator[Finding]:
    for place, language in enumerate(held.market.languages):
        missing = untranslated(language)
        if missing is None:
            yield Finding("interface_missing", BLOCKS, f"The shop does not speak {language}",
                          "bin/i18n add LANGUAGE, then bin/i18n update", (language,))
        elif missing:
            yield Finding("interface_incomplete", WARNS,
                          f"{missing} texts of the interface are not in {language}"
                          + ("" if place else ", the market's first language"),
                          "bin/i18n missing", (language,))


@cache
def untranslated(language: str) -> int | None:
    """How many texts of the interface a language lacks; None when it has no catalogue."""
    if language == "en":
        return 0
    folder = ROOT / "translations" / language.replace("-", "_") / "LC_MESSAGES"
    if not (folder / "messages.po").exists():
        return None if not (folder / "messages.mo").exists() else 0
    with (folder / "messages.po").open("rb") as file:
        catalogue = read_po(file)
    return sum(1 for message in catalogue if message.id and (
        message.fuzzy or not message.string or (
            isinstance(message.string, list | tuple) and not all(message.string))))


def _pages(held: Facts) -> Iterator[Finding]:
    in_union = any(code in EU_MEMBERS or code == "GB" for code in held.market.countries)
    wanted = LEGAL + (OF_UNION if in_union else ())
    spoken: dict[str, set[str]] = {}
    for code, language in db.session.execute(
            select(Page.code, PageText.language).join(PageText, PageText.page_id == Page.id)
            .where(Page.is_published, Page.code.in_(wanted), PageText.body != "")):
        spoken.setdefault(code, set()).add(language)
    first, *others = held.market.languages
    bare = tuple(code for code in wanted if not _is_spoken(spoken.get(code, set()), first, held))
    if bare:
        yield Finding("legal_page_missing", BLOCKS,
                      f"No published page in {first}: {some(bare, 9)}",
                      "write it: flask pages set CODE LANGUAGE FILE", bare)
    for language in others:
        lacking = tuple(code for code in wanted if code not in bare
                        and not _is_spoken(spoken.get(code, set()), language, held))
        if lacking:
            yield Finding("legal_page_untranslated", WARNS,
                          f"Not in {language}: {some(lacking, 9)}",
                          "write it: flask pages set CODE LANGUAGE FILE", (language, *lacking))


def _is_spoken(languages: set[str], language: str, held: Facts) -> bool:
    return bool(languages & {language, f"{language}-{held.market.country}"})


def _payments(held: Facts) -> Iterator[Finding]:
    for place, currency in enumerate(held.market.currencies):
        methods = methods_for(held.market, currency)
        if not methods:
            yield Finding("payment_missing", WARNS if place else BLOCKS,
                          f"No way to pay in {currency}",
                          '"payment_methods" of the market, keys of the provider in .env',
                          (currency,))
        elif not place and all(method.is_test for method in methods):
            yield Finding("payment_test", WARNS, "The only way to pay is the test gateway",
                          "STRIPE_SECRET_KEY in .env", (currency,))
    if "transfer" in held.market.payment_methods and not held.seller.bank.get("iban"):
        yield Finding("bank_missing", BLOCKS, "Bank transfer is offered without a bank account",
                      '"bank" of the seller in a market file, then flask markets load FILE')


def _addresses(held: Facts) -> Iterator[Finding]:
    address = held.row.return_address or held.seller.address
    lacking = tuple(part for part in PLACE if not address.get(part))
    if lacking:
        yield Finding("return_address_missing", BLOCKS,
                      f"No address goods can be sent back to ({some(lacking)})",
                      '"return_address" of the market in a market file, then flask markets load'
                      " FILE", lacking)
    for name in ("legal_name", "email"):
        if not getattr(held.seller, name):
            yield Finding("seller_contact_missing", BLOCKS, f"The seller has no {name}",
                          f'"{name}" of the seller in a market file, then flask markets load FILE')
    carriers = {service.carrier for service in held.book.services.values()}
    unknown = tuple(name for name in held.market.carriers if name not in carriers)
    if unknown:
        yield Finding("carrier_missing", WARNS, f"There is no carrier {some(unknown)}",
                      "load its rate card", unknown)


def _delivery(held: Facts) -> Iterator[Finding]:
    """Every country has a service with a price for the lightest good; every good has one."""
    if not held.goods or not held.starts:
        return
    priced = held.prices(held.market.currencies[0])
    goods = sorted((good for good in held.goods if good.variant_id in priced and good.weight_g),
                   key=lambda good: good.weight_g)
    if not goods:
        return

    def is_sent(good: Good, country: str) -> bool:
        price: Money = priced[good.variant_id].amount
        return any(held.quote([held.line(good, start, price)], country).option
                   for start in held.starts)

    mend = "a shipping service, zone and rate card that reach it and take it"
    unreached = tuple(code for code in held.market.countries if not is_sent(goods[0], code))
    if unreached:
        yield Finding("delivery_missing", BLOCKS,
                      f"No shipping service with a price to {some(unreached)}", mend, unreached)
    reached = next((code for code in held.market.countries if code not in unreached), None)
    if reached is None:
        return
    tried: dict[tuple[object, ...], bool] = {}
    for good in goods:
        key = (good.weight_g, good.size_mm, good.tax_category, good.categories)
        if key not in tried:
            tried[key] = is_sent(good, reached)
    stuck = tuple(good.sku for good in goods if not tried[
        good.weight_g, good.size_mm, good.tax_category, good.categories])
    if stuck:
        yield Finding("goods_too_large", WARNS,
                      f"No service to {reached} takes {some(stuck)}", mend, stuck)
