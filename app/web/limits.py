"""How often one visitor may ask: guessing and flooding are answered with 429 and Retry-After.

Counted by a sliding window in this process, or in Redis for all of them (settings.redis_url).
A store of counts that does not answer stops nobody. `TRADEWIND_RATE_LIMITS=off` counts nothing.
Behind proxies TRADEWIND_TRUSTED_PROXIES has to say how many, or all shoppers are one caller; so
that this does not close a shop, callers on this very machine may do fifty times as much.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import time

import structlog
from flask import Flask, request
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from app.config import Settings
from app.kernel.errors import TooMany

log = structlog.get_logger()
LOOPBACK = frozenset({"127.0.0.1", "::/64"})
LOCAL = 50  # times the rates, for callers on this machine
READS, WRITES = frozenset({"GET"}), frozenset({"POST", "PUT", "PATCH", "DELETE"})


def by_address() -> str:
    """The client: an IPv4 address, or the /64 of an IPv6 address (one line has all of those)."""
    given = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    if address.version == 4:
        return given
    return str(ipaddress.ip_network((address, 64), strict=False))


def by_order() -> str:
    """The order whose link is used, whoever asks: its e-mail cannot be guessed from many lines."""
    return str((request.view_args or {}).get("token", ""))


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests of one caller for these endpoints together ("api.*": a whole blueprint)."""

    name: str
    rates: str
    endpoints: frozenset[str]
    methods: frozenset[str] = WRITES
    caller: Callable[[], str] = by_address


def _of(*endpoints: str) -> frozenset[str]:
    return frozenset(endpoints)


LIMITS = (
    Limit("orders", "10/minute;60/hour", _of("checkout.place", "api.place_order", "orders.pay",
                                             "api.pay_order")),
    Limit("coupons", "10/minute;60/hour", _of("cart.add_coupon", "checkout.add_coupon",
                                              "api.add_coupon")),
    Limit("order-access", "10/minute;40/hour", _of("orders.verify")),
    Limit("order-guess", "20/hour", _of("orders.verify"), caller=by_order),
    Limit("withdrawal", "10/minute;40/hour", _of("orders.withdraw_find",
                                                 "orders.withdraw_confirm")),
    Limit("carts", "120/minute", _of("cart.*", "checkout.*")),
    Limit("search", "180/minute", _of("search.results"), READS),
    Limit("api-reads", "600/minute", _of("api.*"), READS),
    Limit("api-writes", "240/minute", _of("api.*")),
    Limit("callbacks", "3000/minute", _of("callbacks.*")),
)


class Counts:
    """The counters of one shop."""

    def __init__(self, redis_url: str = "") -> None:
        self.storage = storage_from_string(redis_url or "memory://", wrap_exceptions=True)
        self.window = SlidingWindowCounterRateLimiter(self.storage)
        self.rates = {limit.name: parse_many(limit.rates) for limit in LIMITS}
        self.local_rates = {
            name: [type(rate)(rate.amount * LOCAL, rate.multiples) for rate in rates]
            for name, rates in self.rates.items()
        }

    def take(self, limit: Limit) -> None:
        """Count one request. Raises TooMany (retry_after in seconds)."""
        caller = limit.caller()
        rates = self.local_rates if caller in LOOPBACK else self.rates
        try:
            for rate in rates[limit.name]:
                if not self.window.hit(rate, limit.name, caller):
                    raise TooMany(retry_after=self._wait(rate, limit.name, caller))
        except StorageError:
            log.warning("limits_unreachable")

    def _wait(self, rate: RateLimitItem, name: str, caller: str) -> int:
        reset = self.window.get_window_stats(rate, name, caller).reset_time
        return min(max(int(reset - time()) + 1, 1), rate.get_expiry())


def install(app: Flask, settings: Settings) -> None:
    """Count requests before anything is done for them."""
    if not settings.rate_limits:
        return
    counts = Counts(settings.redis_url)
    app.extensions["limits"] = counts

    @app.before_request
    def _count() -> None:
        for limit in _for_request():
            counts.take(limit)


def _for_request() -> Iterator[Limit]:
    endpoint, whole = request.endpoint or "", f"{request.blueprint}.*"
    for limit in LIMITS:
        if request.method in limit.methods and (endpoint in limit.endpoints
                                                or whole in limit.endpoints):
            yield limit
