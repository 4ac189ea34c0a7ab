"""ISO 4217 exponents: how many decimals a currency's minor unit has.

The table is ISO 4217 list one of 2026-01-01; a test compares it with the iso4217 package. CLDR's
display digits differ for some currencies (IQD, RSD, ALL, …): amounts are kept by ISO.
"""

from __future__ import annotations

_ZERO = frozenset(
    """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XAG XAU XBA XBB XBC XBD XDR XOF
    XPD XPF XPT XSU XUA
    """.split()
)
_TWO = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
    CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
    LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
    SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW
    ZWG
    """.split()
)
_THREE = frozenset(
    """
    BHD IQD JOD KWD LYD OMR TND
    """.split()
)
_FOUR = frozenset(
    """
    CLF UYW
    """.split()
)

EXPONENTS: dict[str, int] = {
    code: digits
    for digits, codes in ((0, _ZERO), (2, _TWO), (3, _THREE), (4, _FOUR))
    for code in codes
}


def exponent(currency: str) -> int:
    """Decimals of the currency's minor unit (EUR 2, JPY 0, KWD 3).

    raises  ValueError  for a code ISO 4217 does not list
    """
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise ValueError(f"{currency!r} is not a currency of ISO 4217") from None


def is_known(currency: str) -> bool:
    """True for an upper-case code of ISO 4217."""
    return currency in EXPONENTS
