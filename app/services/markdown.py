"""Markdown of editors to safe HTML: tables, no styles or scripts, headings below the page's own."""

from __future__ import annotations

from functools import lru_cache

import mistune
import nh3

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "hr", "i", "img",
    "li", "ol", "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead",
    "tr", "ul",
}
_ATTRIBUTES = {
    "a": {"href", "title", "lang", "hreflang"}, "abbr": {"title"}, "th": {"scope"},
    "img": {"src", "alt", "width", "height", "loading"}, "ol": {"start"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}


class _Renderer(mistune.HTMLRenderer):
    """The page has its h1 already: a first-level heading of a text becomes a second."""

    def heading(self, text: str, level: int, **_attrs: object) -> str:
        step = min(max(level, 2), 4)
        return f"<h{step}>{text}</h{step}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return super().image(text, url, title).replace("<img ", '<img loading="lazy" ', 1)


_to_html = mistune.create_markdown(renderer=_Renderer(), plugins=["table", "strikethrough"])


@lru_cache(maxsize=512)
def html_of(text: str) -> str:
    """The HTML of a Markdown text. What it may not hold is taken out, never escaped halfway."""
    raw = str(_to_html(text))
    # A table wider than a phone scrolls by itself; nh3 drops its alignment styles.
    return nh3.clean(raw, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES,
                     link_rel="noopener").replace("<th>", '<th scope="col">')
