"""Settings -> Providers: which class serves each port. One dict of names per port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import iptocc

from app.config import ROOT, Settings
from app.services.circuit import Circuits
from app.services.fx.ecb import EcbHistory
from app.services.fx.fixed import FixedRates
from app.services.fx.live import LiveRates
from app.services.fx.port import RateSource
from app.services.mail.files import MailFolder
from app.services.mail.port import Mailer
from app.services.mail.smtp import SmtpMailer
from app.services.media.local import LocalStore
from app.services.media.port import MediaStore
from app.services.payment.memory import DatabaseMemory
from app.services.payment.port import PaymentProvider
from app.services.payment.seller_account import read_account
from app.services.payment.test_gateway import TestGateway
from app.services.payment.transfer import Transfer
from app.services.search.port import SearchIndex
from app.services.search.tantivy import TantivyIndex
from app.services.shipping.easypost import EASYPOST, EasyPost
from app.services.shipping.port import RateProvider
from app.services.tax.port import SalesTaxService
from app.services.tax.stripe_tax import StripeTax
from app.services.tax_ids.hmrc import Hmrc
from app.services.tax_ids.port import TaxIdRegistry
from app.services.tax_ids.vies import Vies
from app.services.versions import Versions

RATES = ROOT / "app" / "data" / "rates"


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
    tax_ids: dict[str, TaxIdRegistry]
    live_rates: RateProvider | None
    sales_tax: dict[str, SalesTaxService]
    circuits: Circuits
    country_of: Callable[[str], str | None]


def build_providers(settings: Settings) -> Providers:
    """Every port with the class these settings ask for; heavy SDKs are imported only here."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Providers(
        settings=settings,
        versions=Versions(settings.home / "versions.map"),
        payments=_payments(settings),
        search=TantivyIndex(settings.home / "search"),
        mailer=_mailer(settings),
        media=_media(settings),
        rates=_rates(settings),
        tax_ids=_tax_ids(settings),
        live_rates=_live_rates(settings),
        sales_tax=_sales_tax(settings),
        circuits=Circuits(),
        country_of=country_of,
    )


def country_of(address: str) -> str | None:
    """ISO country of an IP address by the bundled table; None when unknown or private."""
    try:
        return iptocc.country_code(address) or None
    except (ValueError, KeyError):
        return None


def _payments(settings: Settings) -> dict[str, PaymentProvider]:
    found: dict[str, PaymentProvider] = {
        "transfer": Transfer(read_account, currencies=None),
    }
    if settings.stripe_secret_key:
        from app.services.payment.stripe import API_BASE, StripeProvider  # noqa: PLC0415 - 16 MB SDK

        found["stripe"] = StripeProvider(
            settings.stripe_secret_key, settings.stripe_webhook_secret,
            settings.stripe_api_base or API_BASE,
        )
    else:
        found["test"] = TestGateway(
            DatabaseMemory(), f"{settings.base_url}/pay/test/{{reference}}", settings.secret_key
        )
    return found


def _mailer(settings: Settings) -> Mailer:
    if not settings.smtp_url:
        return MailFolder(settings.home / "mail")
    return SmtpMailer(urlsplit(settings.smtp_url))


def _media(settings: Settings) -> MediaStore:
    if not settings.media_url:
        return LocalStore(settings.home / "media")
    from app.services.media.s3 import S3Store  # noqa: PLC0415 - 15 MB SDK

    return S3Store(settings.media_url)


def _rates(settings: Settings) -> dict[str, RateSource]:
    found: dict[str, RateSource] = {
        "ecb": EcbHistory(), "fixed": FixedRates(RATES / "fx_fixed.csv"),
    }
    if settings.fx_url:
        found["live"] = LiveRates(settings.fx_url)
    return found


def _live_rates(settings: Settings) -> RateProvider | None:
    """Carriers' own prices; without a key the shop's rate cards answer alone."""
    if not settings.easypost_key:
        return None
    return EasyPost(settings.easypost_key, settings.easypost_url or EASYPOST)


def _tax_ids(settings: Settings) -> dict[str, TaxIdRegistry]:
    """Registers that can be asked; without any, numbers are only checked by their checksum."""
    found: dict[str, TaxIdRegistry] = {}
    if settings.vies_url:
        found["vies"] = Vies(settings.vies_url)
    if settings.hmrc_url:
        found["hmrc"] = Hmrc(
            settings.hmrc_url, settings.hmrc_client_id, settings.hmrc_client_secret
        )
    return found


def _sales_tax(settings: Settings) -> dict[str, SalesTaxService]:
    """Who is asked about local sales tax; nobody: the table's estimates per state."""
    if settings.live_tax != "stripe":
        return {}
    base = settings.stripe_api_base or "https://api.stripe.com"
    return {"stripe": StripeTax(settings.stripe_secret_key, base)}
