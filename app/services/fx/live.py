"""Today's rates over the network: the European Central Bank's daily file, or one of its shape.

source  ecb.europa.eu, "Euro foreign exchange reference rates", eurofxref-daily.xml: nested Cube
        elements, the outer one with `time`, the inner ones with `currency` and `rate`
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from app.kernel.currency import is_known
from app.kernel.errors import ProviderUnavailable
from app.kernel.fx import Rate

ECB_DAILY = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
TIME_OUTS = (3, 10)  # connect, read; seconds
LONGEST = 4 * 1024 * 1024


class LiveRates:
    """EUR -> quote of the last published day (or of every day the file names)."""

    code = "live"

    def __init__(self, url: str = ECB_DAILY) -> None:
        self.url = url

    def latest(self) -> tuple[Rate, ...]:
        """The file's newest day. Raises ProviderUnavailable for no answer or a strange one."""
        try:
            rates = read_daily(self._fetch(), self.code)
        except requests.RequestException as error:
            raise ProviderUnavailable(provider=self.code, reason=type(error).__name__) from error
        except (expat.ExpatError, ValueError, InvalidOperation) as error:
            raise ProviderUnavailable(provider=self.code, reason="unreadable") from error
        newest: dict[str, Rate] = {}
        for rate in rates:
            known = newest.get(rate.quote)
            if known is None or rate.as_of > known.as_of:
                newest[rate.quote] = rate
        if not newest:
            raise ProviderUnavailable(provider=self.code, reason="empty")
        return tuple(newest.values())

    def _fetch(self) -> bytes:
        retry = Retry(
            total=1, backoff_factor=0.2, status_forcelist=(502, 503, 504), redirect=3,
            raise_on_status=False,
        )
        with requests.Session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=retry))
            with session.get(self.url, timeout=TIME_OUTS, stream=True) as answer:
                answer.raise_for_status()
                body = bytearray()
                for part in answer.iter_content(64 * 1024):
                    body += part
                    if len(body) > LONGEST:
                        raise ValueError("the answer is too long")
                return bytes(body)


def read_daily(body: bytes, source: str) -> tuple[Rate, ...]:
    """EUR rates of an eurofxref document, in its order.

    A document type is refused, so that no entity can be declared, let alone expanded.
    raises  ExpatError, ValueError, InvalidOperation  for anything that is not such a document
    """
    rates: list[Rate] = []
    days: list[date] = []

    def refuse(*_: object) -> None:
        raise ValueError("a document type has no place here")

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Cube":
            return
        if "time" in attributes:
            days.append(date.fromisoformat(attributes["time"]))
        quote = attributes.get("currency", "")
        if is_known(quote) and days:
            value = Decimal(attributes.get("rate", ""))
            if not value.is_finite() or value <= 0:
                raise ValueError(f"the rate of {quote} is not a number above zero")
            rates.append(Rate("EUR", quote, value, source, days[-1]))

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.Parse(body, True)
    return tuple(rates)
