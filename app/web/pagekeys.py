"""What an address means to the page cache: which parts of a request a public page depends on."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus

PREFIXED = re.compile(r"/[a-z]{2}(?:-hans)?-[a-z]{2,3}/")
TRACKING = re.compile(
    r"(?:utm_[a-z_]+|gclid|gbraid|wbraid|dclid|gad_source|gad_campaignid|fbclid|msclkid|ttclid"
    r"|twclid|li_fat_id|igshid|yclid|mc_cid|mc_eid|_hs(?:enc|mi)|srsltid)$"
)
CURRENCY = re.compile(r"(?:^|;\s*)currency=\"?([A-Za-z]{3})\"?\s*(?:;|$)")
LONGEST = 1024
FRAGMENT, PAGE = "fragment", "page"


def tidy_query(query: str) -> str:
    """A query string without tracking parameters, sorted by name; several values keep their order.

    Pages are rendered from it too, so that no visitor's parameters end up in the kept page.
    """
    if not query:
        return ""
    pairs = [pair for pair in query.split("&") if pair]
    if len(pairs) == 1 and "utm" not in query and "id=" not in query and "%" not in query:
        return pairs[0] if not TRACKING.match(_name(pairs[0])) else ""
    kept = [pair for pair in pairs if not TRACKING.match(_name(pair))]
    kept.sort(key=_name)
    return "&".join(kept)


def _name(pair: str) -> str:
    name = pair.partition("=")[0]
    return unquote_plus(name) if "%" in name or "+" in name else name


def shape(environ: dict[str, Any]) -> str:
    """Fragment or page; the same rule as app/web/render.py, from the WSGI environment."""
    if environ.get("HTTP_HX_REQUEST") != "true":
        return PAGE
    is_partial = (
        environ.get("HTTP_HX_REQUEST_TYPE", "partial") == "partial"
        and "HTTP_HX_BOOSTED" not in environ
        and "HTTP_HX_HISTORY_RESTORE_REQUEST" not in environ
    )
    return FRAGMENT if is_partial else PAGE


def chosen_currency(cookies: str) -> str:
    """The currency cookie's value, or ''. The same rule as app/web/locale.py."""
    if "currency=" not in cookies:
        return ""
    found = CURRENCY.search(cookies)
    return found.group(1).upper() if found else ""


def kind(path: str) -> str:
    """The sort of page behind a path: /de-at/p/tasse -> p, /de-at/cart -> cart, /de-at/ -> ''."""
    rest = path.split("/", 2)[2]
    return rest.partition("/")[0]
