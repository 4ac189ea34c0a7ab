"""Mails about orders: rendered by the worker, outside any request, in the order's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import structlog
from babel import dates
from flask import current_app, g
from jinja2 import Environment
from markupsafe import Markup
from mjml import mjml2html

from app.extensions import providers
from app.services.mail.port import Message
from app.services.markdown import html_of
from app.services.orders import mailing
from app.services.orders.mailing import Letter
from app.web import filters, mail_words
from app.web.locale import Locale

log = structlog.get_logger()

_SYSTEM = "system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial"
FONTS = {
    "ar": f"'Segoe UI',Tahoma,{_SYSTEM},sans-serif",
    "ja": f"{_SYSTEM},'Hiragino Sans','Yu Gothic',Meiryo,sans-serif",
    "zh-Hans": f"{_SYSTEM},'PingFang SC','Microsoft YaHei',sans-serif",
}
# Mail programs drop style sheets when a mail is forwarded; tags of Markdown carry their style.
_STYLED = {
    "<h2>": '<h2 style="margin:20px 0 6px;font-size:17px;line-height:1.3">',
    "<h3>": '<h3 style="margin:16px 0 6px;font-size:16px;line-height:1.3">',
    "<p>": '<p style="margin:0 0 10px">',
    "<ul>": '<ul style="margin:0 0 10px">',
}


def mail_job(payload: Mapping[str, Any]) -> None:
    """The job: one mail about an order. A deleted order or a mail without reason is skipped.

    raises  ValueError for an unknown kind; ProviderUnavailable, ProviderRejected
    """
    message = message_of(payload)
    if message is None:
        log.info("mail_skipped", order=payload.get("order"), kind=payload.get("kind"))
        return
    providers().mailer.send(message)


def message_of(payload: Mapping[str, Any]) -> Message | None:
    """The mail a job asks for, read afresh from the database; None when there is none to send."""
    with current_app.app_context():
        letter = mailing.load(payload)
        return render(letter) if letter else None


def render(letter: Letter) -> Message:
    """A letter in words. Takes a context of its own, so that no other page's language is kept."""
    settings = providers().settings
    with current_app.app_context():
        g.locale = locale_of(letter)
        env, context = _environment(), _context(letter, settings.base_url)

        def fill(name: str) -> str:
            return env.get_template(f"mail/{letter.kind}/{name}").render(context)

        subject = " ".join(fill("subject.txt").split())
        return Message(
            key=letter.key, recipient=letter.recipient, sender=settings.mail_from,
            subject=subject, text=_tidy(fill("body.txt")),
            html=mjml2html(fill("body.mjml"), fonts={}), language=g.locale.language,
        )


def locale_of(letter: Letter) -> Locale:
    """The order's own locale; mails to the shop are in English."""
    order = letter.order
    language = "en" if letter.kind == "attention" else order.language
    country = order.address.get("country") or order.market.country
    return Locale(language, order.market, order.total.currency, country)


def when(value: datetime) -> Markup:
    """A moment in the market's zone, which is named: "26 Nov 2026, 14:03:09 (GMT+01:00)"."""
    zone = g.locale.market.time_zone
    named = dates.get_timezone_gmt(value.astimezone(ZoneInfo(zone)), "long", g.locale.babel)
    return Markup("<bdi>{} ({})</bdi>").format(filters.moment(value, zone), named)


def market_day(value: datetime) -> Markup:
    """A <time> element with the day a moment falls on in the market's zone."""
    return filters.day(value.astimezone(ZoneInfo(g.locale.market.time_zone)).date())


def legal(markdown: str) -> Markup:
    """A page of the shop inside a mail: styles with the tags, addresses whole."""
    base = providers().settings.base_url
    html = html_of(markdown).replace('href="/', f'href="{base}/')
    for tag, styled in _STYLED.items():
        html = html.replace(tag, styled)
    return Markup(html)  # noqa: S704 - cleaned by html_of


def _environment() -> Environment:
    """The app's templates, with .mjml escaped like HTML and .txt not at all."""
    kept = current_app.extensions.get("tradewind_mails")
    if kept is None:
        kept = current_app.jinja_env.overlay(
            autoescape=lambda name: (name or "").endswith(".mjml"))
        # An overlay shares the dictionary of filters; mails have a few of their own.
        kept.filters = {**kept.filters, "when": when, "market_day": market_day, "legal": legal,
                        "plain": mail_words.plain, "is_web": _is_web}
        current_app.extensions["tradewind_mails"] = kept
    return kept


def _context(letter: Letter, base: str) -> dict[str, Any]:
    here: Locale = g.locale
    home = f"{base}/{here.prefix}"
    order_url = f"{home}/orders/{letter.order.token}"
    is_rtl = here.direction == "rtl"
    return {
        "letter": letter, "order": letter.order, "seller": letter.seller,
        "lang": here.html, "dir": here.direction, "start": "right" if is_rtl else "left",
        "end": "left" if is_rtl else "right",
        "font": FONTS.get(here.language, f"{_SYSTEM},sans-serif"),
        "leading": "1.75" if is_rtl else "1.5", "shop_name": current_app.config["SHOP_NAME"],
        "home_url": f"{home}/", "order_url": order_url,
        "withdrawal_url": f"{order_url}/withdrawal",
        "desk_url": f"{base}/admin/orders/{letter.order.number}",
        "page_links": [(page.title, f"{home}/{quote(page.slug)}") for page in letter.pages],
        "sums": mail_words.sum_rows(letter.order),
        "included": mail_words.included_rows(letter.order),
        "door": mail_words.door_rows(letter.order),
        "door_sentence": mail_words.door_sentence(letter.order),
        "return_address": ", ".join(filters.address_lines(
            {**letter.seller.address, "name": letter.seller.legal_name})),
        "words": mail_words,
    }


def _is_web(url: str) -> bool:
    """An address a mail may link to."""
    return urlsplit(url).scheme in {"http", "https"}


def _tidy(text: str) -> str:
    """No trailing blanks and never more than one empty line in a row."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for i, line in enumerate(lines) if line or (i and lines[i - 1])]
    return "\n".join(kept) + "\n"
