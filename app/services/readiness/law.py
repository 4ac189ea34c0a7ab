"""What the law asks of the seller: rates, import rules, registrations, numbers, exchange rates.

source  cross-border rules 1.2 (EU threshold), 3.2 (IOSS), 4 (United Kingdom), 5-7 (low-value
        schemes): the rows of import_rules say which scheme a country has and whom it binds
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from app.rules.rate_book import EU_MEMBERS
from app.services.fx import flow as fx
from app.services.readiness.facts import Facts
from app.services.readiness.finding import BLOCKS, WARNS, Finding, some

FX_DAYS = 7  # the ECB publishes on working days; four holidays in a row are the most
_REGISTER = ('"registrations" of the seller in a market file, then flask markets load FILE')
_ROWS = "a row with its source, then flask tax load --only "


def findings(held: Facts) -> Iterator[Finding]:
    """Everything the law tables or the seller's papers lack for this market."""
    yield from _tax_rates(held)
    yield from _duty(held)
    yield from _numbers(held)
    yield from _union(held)
    yield from _schemes(held)
    yield from _federal(held)
    yield from _exchange(held)


def _tax_rates(held: Facts) -> Iterator[Finding]:
    today = held.now.date()
    unknown = tuple(code for code in held.market.countries if not _is_taxed(held, code, today))
    if unknown:
        yield Finding("tax_rate_missing", BLOCKS, f"No tax rate is known for {some(unknown)}",
                      f"{_ROWS}tax_rates", unknown)
    categories = sorted({good.tax_category for good in held.goods} - {"standard"})
    for category in categories:
        plain = tuple(
            code for code in held.market.countries
            if code not in unknown and not _has_category(held, code, category, today)
        )
        if plain:
            yield Finding(
                "tax_category_missing", WARNS,
                f"No rate of its own for {category} in {some(plain)}: taxed at the standard rate",
                f"{_ROWS}tax_rates", (category, *plain))


def _is_taxed(held: Facts, country: str, today: date) -> bool:
    """A rate is known, or the law table says that nothing is taxed at the border."""
    if any(row.validity.covers(today) for row in _rates(held, country)):
        return True
    rule = held.book.import_rule(country, today)
    return rule is not None and rule.country != "*" and rule.import_tax_base == "none"


def _has_category(held: Facts, country: str, category: str, today: date) -> bool:
    rows = [row for row in _rates(held, country) if row.validity.covers(today)]
    return not rows or any(row.category == category for row in rows)


def _rates(held: Facts, country: str) -> list:  # type: ignore[type-arg] # TaxRateRow
    tax = held.area[country].tax
    return [row for name, rows in held.book.tax_rates.items()
            if name in {country, tax} or name.startswith(f"{country}-") for row in rows]


def _duty(held: Facts) -> Iterator[Finding]:
    today = held.now.date()
    default = tuple(code for code in held.abroad
                    if (rule := held.book.import_rule(code, today)) is None or rule.country == "*")
    if default:
        yield Finding("import_rule_missing", WARNS,
                      f"No import rule of their own, so no limits are assumed: {some(default)}",
                      f"{_ROWS}import_rules", default)
    codes = sorted({good.hs_code[:6] for good in held.goods if good.hs_code})
    alike: dict[tuple[str, ...], list[str]] = {}
    for country in held.abroad:
        tariff = held.book.duties_by_prefix.get(held.area[country].customs, {})
        unknown = tuple(code for code in codes if not any(
            row.validity.covers(today) and row.kind == "mfn"
            for length in range(7) for row in tariff.get(code[:length], ())))
        if unknown:
            alike.setdefault(unknown, []).append(country)
    for unknown, countries in alike.items():
        yield Finding(
            "duty_rate_missing", WARNS,
            f"No duty is known in {some(countries)} for {some(unknown)}: quoted as unknown, due"
            " at the door", f"{_ROWS}duty_rates", tuple(countries))


def _numbers(held: Facts) -> Iterator[Finding]:
    home = held.seller.country
    if home in EU_MEMBERS and not held.seller.vat_id:
        yield Finding("vat_id_missing", BLOCKS, "The seller has no VAT id",
                      '"vat_id" of the seller in a market file, then flask markets load FILE')
    if held.abroad and (home in EU_MEMBERS or home == "GB") and not held.seller.eori:
        yield Finding("eori_missing", BLOCKS, "The seller has no EORI number for its exports",
                      '"eori" of the seller in a market file, then flask markets load FILE')


def _union(held: Facts) -> Iterator[Finding]:
    """VAT of members of the EU: stock, distance sales, parcels from outside."""
    registered = held.market.seller.registrations
    members = [code for code in held.market.countries if code in EU_MEMBERS]
    stocked = {area.vat_country for area in held.starts.values() if area.is_eu_vat}
    bare = tuple(sorted(stocked - _places(registered)))
    if bare:
        yield Finding("registration_warehouse_missing", BLOCKS,
                      f"Goods lie in {some(bare)}, where the seller is not registered for VAT",
                      _REGISTER, bare)
    has_oss = any(code.startswith("OSS") for code in registered)
    afar = tuple(code for code in members if code not in {*_places(registered), *stocked})
    if stocked and afar and not has_oss:
        is_small = held.seller.country in EU_MEMBERS and len(stocked) == 1
        yield Finding(
            "registration_oss_missing", WARNS if is_small else BLOCKS,
            f"Neither OSS nor a registration for consumers in {some(afar)}"
            + (" (needed from EUR 10,000 a year)" if is_small else ""), _REGISTER, afar)
    outside = [code for code, area in held.starts.items() if not area.is_eu_vat]
    if members and outside and not any(code.startswith("IOSS") for code in registered):
        yield Finding("registration_ioss_missing", WARNS,
                      f"Not in IOSS: parcels from {some(outside)} are taxed at the door",
                      _REGISTER, tuple(members))


def _schemes(held: Facts) -> Iterator[Finding]:
    """Low-value schemes by which sellers abroad charge the destination's tax."""
    registered, today = held.market.seller.registrations, held.now.date()
    for country in held.abroad:
        rule = held.book.import_rule(country, today)
        if rule is None or not rule.scheme or country in EU_MEMBERS:
            continue
        wanted = rule.scheme_registration
        if not wanted and country not in _places(registered):
            yield Finding("registration_missing", BLOCKS,
                          f"{country} makes every seller charge its tax on small parcels"
                          f" ({rule.scheme}); the seller is not registered there",
                          _REGISTER, (country,))
        elif wanted and wanted not in registered and country not in _places(registered):
            yield Finding("registration_scheme_missing", WARNS,
                          f"Not registered for {rule.scheme} in {country}: the buyer pays the tax"
                          " at the door; check the threshold", _REGISTER, (country,))


def _federal(held: Facts) -> Iterator[Finding]:
    """Where states or provinces tax for themselves, somebody has to look at nexus."""
    for country in ("US", "CA"):
        codes = [code for code in held.market.seller.registrations
                 if code == country or code.startswith(f"{country}:")]
        if country in held.market.countries and not codes:
            yield Finding("registration_state_missing", WARNS,
                          f"No registration in any part of {country}: no sales tax is collected;"
                          " check the thresholds", _REGISTER, (country,))


def _exchange(held: Facts) -> Iterator[Finding]:
    base = held.market.price_list.currency
    unknown = tuple(code for code in held.market.currencies
                    if held.book.rate(base, code) is None)
    if unknown:
        yield Finding("fx_missing", BLOCKS, f"No exchange rate from {base} to {some(unknown)}",
                      "flask fx update", unknown)
    old = tuple(code for code in held.market.currencies
                if code != base and (fx.age_days(base, code) or 0) > FX_DAYS)
    if old:
        yield Finding("fx_stale", WARNS,
                      f"The exchange rate to {some(old)} is older than {FX_DAYS} days",
                      "flask fx update", old)


def _places(registrations: Iterable[str]) -> set[str]:
    """Countries with a registration of their own ("GB", "NO:VOEC"), not the union's schemes."""
    return {code.partition(":")[0] for code in registrations
            if not code.startswith(("OSS", "IOSS"))}
