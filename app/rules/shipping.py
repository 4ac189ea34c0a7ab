"""Delivery: which services carry these parcels where, for how much, by when.

The lines of each warehouse are one shipment. Per tier one service of every warehouse is taken, by
the rules of choice (cost, unless a rule says speed or score); a tier is offered only when all
warehouses have one. Nothing found is "not offered" (None), never free. Everything that was looked
at is kept as the comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.kernel.address import Destination
from app.kernel.fx import convert
from app.kernel.money import Money
from app.rules.explanation import Why
from app.rules.facts import LineFacts, QuoteFacts
from app.rules.offers import CrossesBorder, Offer, Shipment, offer
from app.rules.parcels import runs_of
from app.rules.rate_book import EU_MEMBERS, RateBook
from app.rules.result import ComparedService, DeliveryOption
from app.rules.shipping_rows import ChoiceRow, ServiceRow

# Countries inside another's customs area; territories by postcode are the caller's to know.
_CUSTOMS_AREA = {"MC": "EU", "LI": "CH", "IM": "GB", **dict.fromkeys(EU_MEMBERS, "EU")}
# Above this a parcel is freight; free delivery is meant for parcels.
FREIGHT_ABOVE_G = 31_500
COST, SPEED, SCORE = "cost", "speed", "score"
_TIERS = ("post", "standard", "express", "pickup")
_REFUSALS = ("carrier_down", "goods_not_taken", "no_po_box", "no_military", "too_large",
             "over_last_step", "no_exchange_rate", "not_tracked", "not_served")


class Delivery(NamedTuple):
    """The options cheapest first, why they cost what they cost, and all that was compared."""

    options: tuple[DeliveryOption, ...]
    why: tuple[Why, ...]
    comparison: tuple[ComparedService, ...]


@dataclass(frozen=True, slots=True)
class Considered:
    """A service with its offer or the reason it has none, under the rule that chose."""

    service: ServiceRow
    found: Offer | str
    prefer: str


def delivery_options(
    facts: QuoteFacts,
    paid_goods: Money,
    book: RateBook,
    crosses_border: CrossesBorder | None = None,
) -> Delivery:
    """The tiers the shopper may choose from.

    paid_goods      goods after discount, in the basis of the market's prices
    crosses_border  (country of dispatch, destination) -> is there a customs border; by default by
                    country alone
    returns         no options when some goods cannot reach the destination; Why rows of all
                    options have the figure "shipping" and params["option"]
    """
    shipments = _by_warehouse(facts.lines, paid_goods)
    if not shipments:
        return Delivery((), (), ())
    considered = _consider(shipments, facts, paid_goods, book,
                           crosses_border or crosses_customs_border)
    found, refused = _best(considered, book)
    options: list[DeliveryOption] = []
    why: list[Why] = []
    for tier in sorted({*found, *(tier for tier, _ in refused)}, key=_tier_place):
        offers = found.get(tier, {})
        if len(offers) == len(shipments):
            option, reasons = _option(tier, offers, facts, paid_goods, book)
            options.append(option)
            why += reasons
        else:
            why += (
                _not_offered(tier, warehouse, refused.get((tier, warehouse), set()))
                for warehouse in sorted(shipments.keys() - offers.keys())
            )
    options.sort(key=lambda one: (one.price.minor, one.latest, _tier_place(one.tier)))
    return Delivery(tuple(options), tuple(why), _comparison(considered, found))


def crosses_customs_border(origin: str, destination: Destination) -> bool:
    """True when the countries belong to different customs areas (the EU is one)."""
    area = _CUSTOMS_AREA.get(origin, origin)
    return area != _CUSTOMS_AREA.get(destination.country, destination.country)


def free_from(
    book: RateBook, market: str, tier: str, currency: str, day: date
) -> Money | None:
    """The goods value from which a tier is free here, in this currency; None for never.

    A row in the currency itself counts before one that has to be converted; the newest wins.
    """
    rows = sorted(
        (row for row in book.free_shipping
         if row.market == market and row.tier == tier and row.validity.covers(day)),
        key=lambda row: (row.threshold.currency != currency, -row.validity.first.toordinal()),
    )
    for row in rows:
        rate = book.rate(row.threshold.currency, currency)
        if rate is not None:
            return convert(row.threshold, rate)
    return None


def charge(cost: Money, goods: Money, threshold: Money | None) -> Money:
    """What the shopper pays for delivery: nothing from the threshold on, else the cost."""
    if threshold is not None and goods >= threshold:
        return Money.zero(cost.currency)
    return cost


def choice_of(facts: QuoteFacts, paid_goods: Money, tier: str, book: RateBook) -> ChoiceRow | None:
    """The first rule of choice that fits market, tier and value of the goods; None: by cost."""
    day = facts.now.date()
    for row in book.shipping.choices:
        if (row.market in ("", facts.market.code) and row.tier in ("", tier)
                and row.validity.covers(day)
                and _reaches(paid_goods, row.minimum, book, otherwise=True)
                and not _reaches(paid_goods, row.maximum, book, otherwise=False)):
            return row
    return None


def _reaches(goods: Money, limit: Money | None, book: RateBook, *, otherwise: bool) -> bool:
    """goods >= limit in the currency of the goods; `otherwise` where there is no limit."""
    rate = book.rate(limit.currency, goods.currency) if limit is not None else None
    return otherwise if limit is None or rate is None else goods >= convert(limit, rate)


def _by_warehouse(lines: Iterable[LineFacts], paid_goods: Money) -> dict[str, Shipment]:
    """Shipments with their share of what was paid, by the lines' prices."""
    found: dict[str, list[LineFacts]] = {}
    for line in lines:
        if line.quantity > 0:
            found.setdefault(line.warehouse, []).append(line)
    if not found:
        return {}
    weights = [sum(line.unit_price.minor * line.quantity for line in rows)
               for rows in found.values()]
    shares = paid_goods.split(weights if any(weights) else [1] * len(weights))
    return {code: Shipment(code, tuple(rows), runs_of(rows), share)
            for (code, rows), share in zip(found.items(), shares, strict=True)}


def _consider(
    shipments: Mapping[str, Shipment], facts: QuoteFacts, paid_goods: Money, book: RateBook,
    crosses: CrossesBorder,
) -> list[Considered]:
    """Every service of these warehouses that the market's carriers may use."""
    rules: dict[str, ChoiceRow | None] = {}
    found: list[Considered] = []
    for service in sorted(book.services.values(), key=lambda row: row.code):
        shipment = shipments.get(service.warehouse)
        carriers = facts.market.carriers
        if shipment is None or (carriers and service.carrier not in carriers):
            continue
        if service.tier not in rules:
            rules[service.tier] = choice_of(facts, paid_goods, service.tier, book)
        rule = rules[service.tier]
        one = offer(service, shipment, facts, book, crosses)
        if rule is not None and rule.needs_tracking and not service.is_tracked and (
            isinstance(one, Offer)
        ):
            one = "not_tracked"
        found.append(Considered(service, one, rule.prefer if rule is not None else COST))
    return found


def _best(
    considered: Sequence[Considered], book: RateBook
) -> tuple[dict[str, dict[str, Offer]], dict[tuple[str, str], set[str]]]:
    """tier -> warehouse -> the preferred offer; (tier, warehouse) -> reasons of the refused."""
    found: dict[str, dict[str, Offer]] = {}
    refused: dict[tuple[str, str], set[str]] = {}
    for one in considered:
        tier, warehouse = one.service.tier, one.service.warehouse
        if isinstance(one.found, str):
            refused.setdefault((tier, warehouse), set()).add(one.found)
            continue
        best = found.setdefault(tier, {})
        known = best.get(warehouse)
        if known is None or _preference(one.found, one.prefer, book) < _preference(
            known, one.prefer, book
        ):
            best[warehouse] = one.found
    return found, refused


def _preference(one: Offer, prefer: str, book: RateBook) -> tuple[int, int, int, str]:
    """Smaller is better; what the rule does not ask for breaks ties by cost and days."""
    latest, score = one.promise.latest.toordinal(), -book.shipping.scores.get(
        one.service.carrier, 0)
    first = {SPEED: latest, SCORE: score}.get(prefer, one.cost.minor)
    return first, one.cost.minor, latest, one.service.code


def _comparison(
    considered: Sequence[Considered], found: Mapping[str, Mapping[str, Offer]]
) -> tuple[ComparedService, ...]:
    return tuple(
        _compared(one, is_chosen=isinstance(one.found, Offer)
                  and found[one.service.tier][one.service.warehouse] is one.found)
        for one in considered if one.found != "not_served"
    )


def _compared(one: Considered, *, is_chosen: bool) -> ComparedService:
    service, found = one.service, one.found
    if isinstance(found, str):
        return ComparedService(service.warehouse, service.tier, service.code, service.carrier,
                               service.mode, found, preferred=one.prefer)
    return ComparedService(
        service.warehouse, service.tier, service.code, service.carrier, service.mode, "",
        is_chosen, one.prefer, found.zone.zone, len(found.parcels), found.card.chargeable_g,
        found.card.lines, found.card.cost.currency, found.cost, found.promise.earliest,
        found.promise.latest, found.card.is_live,
    )


def _tier_place(tier: str) -> tuple[int, str]:
    return (_TIERS.index(tier) if tier in _TIERS else len(_TIERS)), tier


def _option(
    tier: str, offers: Mapping[str, Offer], facts: QuoteFacts, paid_goods: Money, book: RateBook
) -> tuple[DeliveryOption, list[Why]]:
    chosen = [offers[warehouse] for warehouse in sorted(offers)]
    cost = Money.total((offer.cost for offer in chosen), facts.currency)
    threshold = free_from(book, facts.market.code, tier, facts.currency, facts.now.date())
    is_freight = any(offer.card.heaviest_g > FREIGHT_ABOVE_G for offer in chosen)
    price = charge(cost, paid_goods, None if is_freight else threshold)
    is_free = bool(cost) and not price
    is_dap = any(offer.service.incoterm == "DAP" for offer in chosen)
    option = DeliveryOption(
        id=tier,
        tier=tier,
        price=price,
        cost=cost,
        incoterm="DAP" if is_dap else "DDP",
        earliest=max(offer.promise.earliest for offer in chosen),
        latest=max(offer.promise.latest for offer in chosen),
        services=tuple((offer.service.warehouse, offer.service.code) for offer in chosen),
        is_tracked=all(offer.service.is_tracked for offer in chosen),
        needs_phone=any(offer.service.needs_phone for offer in chosen),
        is_free_by="threshold" if is_free else "",
        dispatches=tuple((offer.service.warehouse, offer.promise.dispatch) for offer in chosen),
        order_by=min(offer.promise.order_by for offer in chosen),
    )
    why = [reason for offer in chosen for reason in _reasons(tier, offer)]
    if is_free and threshold is not None:
        params = {"option": tier, "minor": str(threshold.minor), "currency": threshold.currency}
        why.append(Why("shipping", "free_from", params=params))
    elif is_freight and threshold is not None and paid_goods >= threshold:
        params = {"option": tier, "above_g": str(FREIGHT_ABOVE_G)}
        why.append(Why("shipping", "freight_is_not_free", params=params))
    return option, why


def _reasons(tier: str, offer: Offer) -> list[Why]:
    service, card = offer.service, offer.card
    params = {
        "option": tier, "service": service.code, "carrier": service.carrier,
        "warehouse": service.warehouse, "zone": offer.zone.zone,
        "parcels": str(len(offer.parcels)), "chargeable_g": str(card.chargeable_g),
        "minor": str(card.cost.minor), "currency": card.cost.currency,
        "steps": " + ".join(f"{name} {minor}" for name, minor in card.lines),
    }
    fuel = f"{card.fuel_percent.normalize():f} %" if card.fuel_percent else ""
    rows = [Why("shipping", "live_rate" if card.is_live else "rate_card", fuel,
                _iso(card.validity.first), card.validity.source, card.validity.confidence, params)]
    rate = offer.rate
    if rate.base != rate.quote:
        text = f"1 {rate.base} = {rate.value:.6f} {rate.quote}"
        rows.append(Why("shipping", "converted", text, rate.as_of.isoformat(), rate.source,
                        params={"option": tier, "service": service.code}))
    return rows


def _not_offered(tier: str, warehouse: str, reasons: set[str]) -> Why:
    """The most telling reason: a parcel too large says more than a country not served."""
    reason = next((one for one in _REFUSALS if one in reasons), "no_service")
    params = {"option": tier, "warehouse": warehouse, "reason": reason}
    return Why("shipping", "tier_not_offered", params=params)


def _iso(day: date) -> str:
    return "" if day == date.min else day.isoformat()
