"""What a browser may fetch early: stylesheet and largest picture (P10), and the next page.

Sent as headers, so that a proxy can turn the preloads into 103 Early Hints and the speculation
rules need no inline script. Browsers that know neither lose nothing.
source  WICG speculation rules, header form; frontend.md 4.12
"""

from __future__ import annotations

import re

from flask import Flask, Response, current_app, request

from app.web.render import wants_fragment

PICTURE = re.compile(
    r"<picture[^>]*>\s*"
    r'(?:<source type="(?P<type>[^"]+)" srcset="(?P<set>[^"]+)" sizes="(?P<sizes>[^"]+)">)?'
    r'(?:(?!</picture>).)*?<img src="(?P<src>[^"]+)"(?:(?!</picture>)[^>])*? fetchpriority="high"',
    re.DOTALL,
)
SAFE = re.compile(r"[A-Za-z0-9/:._~%?=&, ()\-+*<>]+\Z")
RULES = "speculation.json"


def install(app: Flask) -> None:
    """Put Link and Speculation-Rules on every whole page of the storefront."""

    @app.after_request
    def _hint(response: Response) -> Response:
        if (response.status_code == 200 and response.mimetype == "text/html"
                and not response.is_streamed and not wants_fragment()):
            assets = current_app.extensions["assets"]
            for link in (f"<{assets.url('shop.css')}>; rel=preload; as=style", _picture(response)):
                if link:
                    response.headers.add("Link", link)
            if request.blueprint in {"storefront", "pages", "search"}:
                response.headers["Speculation-Rules"] = f'"{assets.url(RULES)}"'
        return response


def _picture(response: Response) -> str:
    """The preload of the picture the page itself calls its largest; '' without one.

    The same type, sizes and choice as in the page, or the browser would fetch two.
    """
    found = PICTURE.search(response.get_data(as_text=True))
    if found is None:
        return ""
    src, kind, choice, sizes = (
        (found[name] or "").replace("&amp;", "&") for name in ("src", "type", "set", "sizes")
    )
    if not all(SAFE.match(part) for part in (src, kind, choice, sizes) if part):
        return ""
    link = f"<{src}>; rel=preload; as=image; fetchpriority=high"
    if choice:
        link += f'; type="{kind}"; imagesrcset="{choice}"; imagesizes="{sizes}"'
    return link
