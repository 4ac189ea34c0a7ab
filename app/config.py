"""Settings: a frozen record read from the environment. Every default works."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
MAIL_FROM = "porto.nova <shop@porto-nova.example>"
STRIPE_JS = "https://js.stripe.com/v3/"
COUNTRY_HEADER = "CF-IPCountry"


class SettingError(Exception):
    """A variable that cannot be used; the message names it in one line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """See `.env.example` for what each is; names there are upper case."""

    home: Path
    database_url: str
    secret_key: str
    base_url: str
    redis_url: str = ""
    smtp_url: str = ""
    mail_from: str = MAIL_FROM
    media_url: str = ""
    stripe_secret_key: str = ""
    stripe_publishable_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api_base: str = ""
    stripe_js_url: str = STRIPE_JS
    fx_url: str = ""
    fx_stale_days: int = 7
    fx_largest_move: int = 20
    live_tax: str = ""
    vies_url: str = ""
    hmrc_url: str = ""
    hmrc_client_id: str = ""
    hmrc_client_secret: str = ""
    easypost_key: str = ""
    easypost_url: str = ""
    country_header: str = COUNTRY_HEADER
    trusted_proxies: int = 0
    log_level: str = "INFO"
    cache_megabytes: int = 64
    rate_limits: bool = True
    testing: bool = False

    @property
    def is_https(self) -> bool:
        """Cookies are __Host- and Secure, and HSTS is sent."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The shop's own host as browsers send it."""
        return urlsplit(self.base_url).netloc


def read(env: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises SettingError naming the variable that is wrong."""
    env = os.environ if env is None else env
    home = Path(env.get("TRADEWIND_HOME") or ROOT / "instance").resolve()
    base_url = (env.get("BASE_URL") or "http://localhost:8000").rstrip("/")
    if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).netloc:
        raise SettingError("BASE_URL must be http(s)://host")
    database_url = env.get("DATABASE_URL") or f"sqlite:///{home / 'shop.db'}"
    if not database_url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise SettingError("DATABASE_URL must start with sqlite:/// or postgresql+psycopg://")
    return Settings(
        home=home,
        database_url=database_url,
        secret_key=env.get("SECRET_KEY") or _kept_secret(home),
        base_url=base_url,
        redis_url=env.get("REDIS_URL", ""),
        smtp_url=_url(env, "SMTP_URL", {"smtp", "smtps"}),
        mail_from=env.get("TRADEWIND_MAIL_FROM") or MAIL_FROM,
        media_url=_url(env, "MEDIA_URL", {"s3"}),
        stripe_secret_key=env.get("STRIPE_SECRET_KEY", ""),
        stripe_publishable_key=env.get("STRIPE_PUBLISHABLE_KEY", ""),
        stripe_webhook_secret=_webhook_secret(env),
        stripe_api_base=_url(env, "STRIPE_API_BASE", {"http", "https"}),
        stripe_js_url=env.get("STRIPE_JS_URL") or STRIPE_JS,
        fx_url=_url(env, "TRADEWIND_FX_URL", {"http", "https"}),
        fx_stale_days=_whole(env, "TRADEWIND_FX_STALE_DAYS", 7),
        fx_largest_move=_whole(env, "TRADEWIND_FX_LARGEST_MOVE", 20),
        live_tax=_live_tax(env),
        vies_url=_url(env, "TRADEWIND_VIES_URL", {"http", "https"}),
        hmrc_url=_hmrc(env),
        hmrc_client_id=env.get("TRADEWIND_HMRC_CLIENT_ID", ""),
        hmrc_client_secret=env.get("TRADEWIND_HMRC_CLIENT_SECRET", ""),
        easypost_key=env.get("TRADEWIND_EASYPOST_KEY", ""),
        easypost_url=_url(env, "TRADEWIND_EASYPOST_URL", {"http", "https"}),
        country_header=env.get("TRADEWIND_COUNTRY_HEADER") or COUNTRY_HEADER,
        trusted_proxies=_whole(env, "TRADEWIND_TRUSTED_PROXIES", 0),
        log_level=_one_of(env, "TRADEWIND_LOG_LEVEL", "INFO",
                          {"DEBUG", "INFO", "WARNING", "ERROR"}),
        cache_megabytes=_whole(env, "TRADEWIND_CACHE_MEGABYTES", 64),
        rate_limits=_one_of(env, "TRADEWIND_RATE_LIMITS", "on", {"on", "off"}) == "on",
    )


def _kept_secret(home: Path) -> str:
    """A secret made on the first start and kept beside the data, so that cookies survive."""
    path = home / "secret_key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _webhook_secret(env: Mapping[str, str]) -> str:
    if env.get("STRIPE_SECRET_KEY") and not env.get("STRIPE_WEBHOOK_SECRET"):
        raise SettingError("STRIPE_WEBHOOK_SECRET is missing, but STRIPE_SECRET_KEY is set")
    return env.get("STRIPE_WEBHOOK_SECRET", "")


def _live_tax(env: Mapping[str, str]) -> str:
    name = _one_of(env, "TRADEWIND_LIVE_TAX", "off", {"off", "stripe"})
    if name == "stripe" and not env.get("STRIPE_SECRET_KEY"):
        raise SettingError("STRIPE_SECRET_KEY is missing, but TRADEWIND_LIVE_TAX is stripe")
    return "" if name == "off" else name


def _hmrc(env: Mapping[str, str]) -> str:
    url = _url(env, "TRADEWIND_HMRC_URL", {"http", "https"})
    for name in ("TRADEWIND_HMRC_CLIENT_ID", "TRADEWIND_HMRC_CLIENT_SECRET"):
        if url and not env.get(name):
            raise SettingError(f"{name} is missing, but TRADEWIND_HMRC_URL is set")
    return url


def _url(env: Mapping[str, str], name: str, schemes: set[str]) -> str:
    value = env.get(name, "")
    if value and urlsplit(value).scheme not in schemes:
        raise SettingError(f"{name} must start with {' or '.join(sorted(schemes))}://")
    return value.rstrip("/")


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name) or str(default)
    if not value.isdecimal():
        raise SettingError(f"{name} must be a whole number")
    return int(value)


def _one_of(env: Mapping[str, str], name: str, default: str, allowed: set[str]) -> str:
    value = env.get(name) or default
    if value not in allowed:
        raise SettingError(f"{name} must be one of {', '.join(sorted(allowed))}")
    return value
