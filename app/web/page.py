"""What the layout needs to know of a page: addresses, menu, footer, head."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from flask import current_app, g, render_template, request, url_for
from markupsafe import Markup, escape

from app.kernel.errors import ShopError
from app.services import content, markets
from app.web import filters, locale
from app.web.gettext import gettext as _
from app.web.labels import payment_method
from app.web.paths import path_to


@dataclass
class Page:
    """One page's head and frame. `at(prefix)` gives the same thing's path in another prefix, or
    None where it does not exist."""

    title: str
    description: str = ""
    robots: str = ""
    jsonld: Sequence[Mapping[str, Any]] = ()
    preload: Sequence[tuple[str, str]] = ()
    breadcrumb: Sequence[tuple[str, str]] = ()
    section: str = ""  # code of the menu entry this page stands under
    canonical_path: str = ""
    at: Callable[[str], str | None] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._locale = locale.current()
        self.language = self._locale.html
        self.direction = self._locale.direction
        self.shop_name = current_app.config["SHOP_NAME"]
        self.home_url = url_for("storefront.home")
        self.search_url = url_for("search.results")
        self.suggest_url = self.search_url
        self.cart_url = url_for("cart.show")
        self.locale_url = url_for("preferences.show", next=request.full_path.rstrip("?"))
        self.query = ""
        self.suggestion = None
        self.announcement = None
        self.help_url, self.back_url = self.home_url, self.home_url
        self.back_label = _("Back to the shop")
        self.help_url = url_for("search.results", q=_("Delivery"))
        self.back_url, self.back_label = self.cart_url, _("Back to the cart")

    @property
    def canonical(self) -> str:
        """The absolute address this page wants to be known by."""
        return current_app.config["BASE_URL"] + (self.canonical_path or quote(request.path))

    @cached_property
    def alternates(self) -> list[tuple[str, str]]:
        """(hreflang, absolute URL) of the same thing in every market's own languages."""
        base, found = current_app.config["BASE_URL"], []
        for tag, prefix in hreflangs():
            path = self.path_in(prefix)
            if path:
                found.append((tag, base + path))
        default = self.path_in(locale.prefix_of("en", "row"))
        if found and default:
            found.append(("x-default", base + default))
        return found

    @cached_property
    def alternate_links(self) -> Markup:
        """The same as <link> elements: a hundred and more, made in one go."""
        links = [f'<link rel="alternate" hreflang="{tag}" href="{escape(url)}">'
                 for tag, url in self.alternates]
        return Markup("\n  ".join(links))  # noqa: S704 - tags of ours, addresses escaped

    def path_in(self, prefix: str) -> str | None:
        """This page's path under another prefix; None where there is none."""
        if self.robots.startswith("noindex"):
            return None
        if self.at is not None:
            return self.at(prefix)
        return f"/{prefix}" + request.path[len(self._locale.prefix) + 1 :]

    @cached_property
    def menu(self) -> list[tuple[str, str, bool]]:
        """(label, url, is current) of at most seven entries."""
        return [
            (entry.label, entry_url(entry.kind, entry.slug), entry.code == self.section)
            for entry in content.menu(self._locale.chain)
        ]

    @cached_property
    def footer(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(heading, [(label, url)]) groups: what the law asks for is always among them."""
        headings = {"shop": _("The shop"), "help": _("Help"), "legal": _("Legal")}
        groups: dict[str, list[tuple[str, str]]] = {name: [] for name in headings}
        for entry in content.footer(self._locale.chain):
            groups[entry.group].append((entry.label, entry_url("page", entry.slug)))
        groups["legal"].append((_("Withdraw from contract here"), url_for("orders.withdraw_start")))
        groups["legal"].append((_("Cookie settings"), url_for("preferences.consent")))
        return [(headings[name], links) for name, links in groups.items() if links]

    @cached_property
    def locale_label(self) -> str:
        """"Deutsch · € EUR · Deutschland": what the dialog's button says."""
        here = self._locale
        name = markets.LANGUAGES[here.language]
        return f"{name} · {here.currency} · {filters.country(here.country)}"

    @cached_property
    def payment_marks(self) -> list[str]:
        """The ways to pay in this market, in its order."""
        return [payment_method(code) for code in self._locale.market.payment_methods]


def entry_url(kind: str, slug: str) -> str:
    """The address of a menu or footer entry."""
    if kind == "category":
        return path_to("storefront.category", slug)
    return path_to("pages.show", slug)


def hreflangs() -> list[tuple[str, str]]:
    """(hreflang, prefix) of every market's own languages; `eu` per country, `row` bare."""
    found = []
    for market in markets.all_markets():
        for language in market.languages:
            prefix = locale.prefix_of(language, market.code)
            if market.code == "row":
                found.append((language, prefix))
            else:
                found += [(f"{language}-{country}", prefix) for country in market.countries]
    return found


def error_page(status: int, message: str, reference: str) -> str:
    """A failure as a page in the shop's frame; when even that fails, a page that needs nothing.

    A bug (5xx) never asks the database again: it gets the bare page at once.
    """
    context = {"status": status, "message": message, "reference": reference}
    if status < 500:
        try:
            if g.get("locale") is None:
                g.locale = guessed_locale()
            page = Page(title=message, robots="noindex")
            return render_template("errors/page.html", page=page, **context)
        except (ShopError, LookupError, RuntimeError):
            pass
    return render_template("errors/bare.html", **context, **bare_locale())


def guessed_locale() -> locale.Locale:
    """The locale of an address that has none, from its first part or the shop's default."""
    first = request.path.split("/", 2)[1] if request.path.count("/") else ""
    language, _sep, code = first.rpartition("-")
    try:
        market = markets.find(code)
    except ShopError:
        market = markets.default()
    wanted = markets.BY_LOWER.get(language or first) or request.accept_languages.best_match(
        list(markets.LANGUAGES)
    )
    language = wanted or market.languages[0]
    return locale.Locale(
        language, market, locale.chosen_currency(market), locale.chosen_country(market)
    )


def bare_locale() -> dict[str, str]:
    """Language and direction for the page that needs nothing."""
    first = request.path.split("/", 2)[1].rpartition("-")[0]
    language = markets.BY_LOWER.get(first, "en")
    return {
        "language": language,
        "direction": "rtl" if language in markets.RIGHT_TO_LEFT else "ltr",
        "home": "/",
    }



