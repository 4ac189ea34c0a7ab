"""Our minor units to Stripe's and back: the only place that knows where they differ.

Source: https://docs.stripe.com/currencies (sections "Minor units in API amounts", "Zero-decimal
currencies", "Special cases"), read 2026-11-21.

- Zero-decimal: the amount is in whole units. MGA is one of them although ISO 4217 gives it two
  decimals, so ariary can be charged in whole units only.
- ISK and UGX have no decimals in ISO 4217 but are written with two, which must be 00.
- BHD, JOD, KWD, OMR, TND have three decimals, of which the last must be 0.
- HUF and TWD are charged with two decimals; only payouts must be whole. Nothing to do here.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from app.kernel.currency import exponent
from app.kernel.errors import ProviderRejected
from app.kernel.money import Money, round_half_up

ZERO_DECIMAL = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
)
WHOLE_WITH_TWO_DECIMALS = frozenset({"ISK", "UGX"})
THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})

PRESENTMENT = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD
    CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ
    GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR
    LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB
    PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS
    TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW
    """.split()
)
"""Currencies a card can be charged in; the account's country may allow fewer."""


def charge_step(currency: str) -> int:
    """The smallest difference between two chargeable amounts, in our minor units.

    KWD 10, MGA 100, else 1. Totals to be paid through Stripe are rounded to it by the quote.
    """
    step = Decimal(_stripe_step(currency)).scaleb(exponent(currency) - _stripe_decimals(currency))
    return max(int(step), 1)


def to_stripe(amount: Money) -> int:
    """The integer Stripe wants for this amount (EUR 1999 -> 1999, ISK 2990 -> 299000).

    raises  ProviderRejected  when Stripe cannot express it (KWD 12.346): rounding is the quote's
                              business, never ours
    """
    shift = _stripe_decimals(amount.currency) - _exponent(amount.currency)
    value = Decimal(amount.minor).scaleb(shift)
    if value % _stripe_step(amount.currency):
        raise ProviderRejected(
            provider="stripe", reason="amount_not_representable", currency=amount.currency
        )
    return int(value)


def from_stripe(amount: int, currency: str) -> Money:
    """Money from Stripe's integer and currency code in any case (299000 isk -> ISK 2990).

    raises  ProviderRejected  for a fraction ISO 4217 has no unit for, or an unknown currency
    """
    code, value = _ours(amount, currency)
    if value % 1:
        raise ProviderRejected(
            provider="stripe", reason="amount_not_representable", currency=code
        )
    return Money(int(value), code)


def fee_from_stripe(amount: int, currency: str) -> Money:
    """Like from_stripe(), but rounded half up: a fee of 12.50 ISK must not stop a settlement."""
    code, value = _ours(amount, currency)
    return Money(round_half_up(value), code)


def stripe_amount(major: Decimal, currency: str) -> int:
    """The integer for a price in major units, rounded half up to what Stripe can express.

    19.99 EUR -> 1999, 1999 JPY -> 1999, 2990 ISK -> 299000, 12.346 KWD -> 12350
    """
    step = _stripe_step(currency)
    value = major.scaleb(_stripe_decimals(currency)) / step
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP)) * step


def _ours(amount: int, currency: str) -> tuple[str, Decimal]:
    """(ISO code, amount in our minor units, perhaps with a fraction)."""
    code = currency.upper()
    return code, Decimal(amount).scaleb(_exponent(code) - _stripe_decimals(code))


def _exponent(currency: str) -> int:
    try:
        return exponent(currency)
    except ValueError:
        raise ProviderRejected(
            provider="stripe", reason="currency_unknown", currency=currency
        ) from None


def _stripe_decimals(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    if currency in THREE_DECIMAL:
        return 3
    return 2


def _stripe_step(currency: str) -> int:
    if currency in WHOLE_WITH_TWO_DECIMALS:
        return 100
    if currency in THREE_DECIMAL:
        return 10
    return 1
