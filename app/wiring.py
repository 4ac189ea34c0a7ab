"""Settings -> Providers: which class serves each port. One dict of names per port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.config import Settings
from app.services.fx.port import RateSource
from app.services.mail.port import Mailer
from app.services.media.port import MediaStore
from app.services.payment.port import PaymentProvider
from app.services.search.port import SearchIndex
from app.services.versions import Versions


@dataclass
class Providers:
    """The outside services of one shop, built once at start."""

    settings: Settings
    versions: Versions
    payments: dict[str, PaymentProvider]
    search: SearchIndex
    mailer: Mailer
    media: MediaStore
    rates: dict[str, RateSource]
    country_of: Callable[[str], str | None]
