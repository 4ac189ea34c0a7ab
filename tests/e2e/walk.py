"""One page of every type, as a shopper of one language and market meets them, over plain HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

# A language's shop, an address there and a word its search knows.
PREFIXES = ("en-us", "de-de", "fr-fr", "es-es", "ja-jp", "zh-hans-sg", "ar-ae")
WORDS = {"en": "lamp", "de": "Leuchte", "fr": "lampe", "es": "lámpara", "ja": "ランプ",
         "zh-hans": "灯", "ar": "مصباح"}
ADDRESSES: Mapping[str, Mapping[str, str]] = {
    "us": {"country": "US", "line1": "500 Main Street", "city": "Los Angeles", "region": "CA",
           "postal_code": "90012"},
    "de": {"country": "DE", "line1": "Torstraße 112", "city": "Berlin", "postal_code": "10115"},
    "fr": {"country": "FR", "line1": "12 rue de Rivoli", "city": "Paris", "postal_code": "75001"},
    "es": {"country": "ES", "line1": "Calle Mayor 1", "city": "Madrid", "region": "M",
           "postal_code": "28013"},
    "jp": {"country": "JP", "line1": "千代田1-1", "region": "東京都", "postal_code": "100-0001"},
    "sg": {"country": "SG", "line1": "1 Raffles Place", "city": "Singapore",
           "postal_code": "048616"},
    "ae": {"country": "AE", "line1": "Al Wasl Road 12", "region": "عجمان"},
}


@dataclass(frozen=True)
class Seen:
    """A page: its type, address, HTML, status, headers, and the cookies it was shown with."""

    kind: str
    url: str
    html: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """The language and market in its address."""
        return self.url.split("/")[3].partition("?")[0]


class Shopper:
    """A visitor without script who fills forms as they are found."""

    def __init__(self, base: str, prefix: str) -> None:
        self.base, self.prefix = base, prefix
        self.session = requests.Session()
        self.session.headers["Accept"] = "text/html"

    def see(self, kind: str, path: str) -> Seen:
        """Go to an address."""
        url = path if path.startswith("http") else f"{self.base}/{self.prefix}{path}"
        return self._seen(kind, self.session.get(url, timeout=60))

    def send(self, kind: str, seen: Seen, known_by: str, **values: str) -> Seen:
        """Submit the page's last form with this field name, id or "name=value" of a button."""
        form = next(form for form in reversed(Forms.of(seen.html)) if known_by in form.parts)
        url = urljoin(seen.url, form.action)
        return self._seen(kind, self.session.post(url, {**form.values, **values}, timeout=60))

    def _seen(self, kind: str, answer: requests.Response) -> Seen:
        return Seen(kind, answer.url, answer.text, answer.status_code, answer.headers,
                    self.session.cookies.get_dict())


@dataclass
class Form:
    """A form as it would be sent untouched."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select = ""

    @classmethod
    def of(cls, html: str) -> list[Form]:
        """All of them, in order."""
        parser = cls()
        parser.feed(html)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(at.get("action", "")))
        elif not self.found:
            return
        form = self.found[-1]
        name, value = at.get("name", ""), at.get("value", "")
        form.parts |= {at.get("id", ""), name, f"{name}={value}"}
        if tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in at or self._select not in form.values):
            form.values[self._select] = value
        elif tag == "input" and name and (
            at.get("type") not in {"radio", "checkbox"} or "checked" in at
        ):
            form.values[name] = value


def pages(base: str, prefix: str) -> Iterator[Seen]:
    """Every page type in one language and market."""
    shopper = Shopper(base, prefix)
    yield from looking(shopper)
    yield from buying(shopper)
    yield from ordering(Shopper(base, prefix))


def looking(shopper: Shopper) -> Iterator[Seen]:
    """What everybody sees before there is a cart."""
    language = shopper.prefix.rpartition("-")[0]
    home = shopper.see("home", "/")
    yield home
    full = shopper.see("category", links(home, "/c/")[0])
    yield full
    more = re.search(r'href="([^"]*[?&](?:amp;)?page=2[^"]*)"', full.html)
    if more:
        yield shopper.see("category-page-2", urljoin(
            full.url, more[1].replace("&amp;", "&")))
    facet = re.search(r'type="checkbox" name="(\w+)" value="([^"]+)"', full.html)
    if facet:
        yield shopper.see("category-filtered", f"{full.url}?{facet[1]}={facet[2]}")
    products = list(dict.fromkeys(links(full, "/p/") + links(home, "/p/")))
    seen: dict[bool, Seen] = {}
    for url in products[:24]:
        page = shopper.see("product", url)
        seen.setdefault('id="choices"' in page.html, page)
        if len(seen) == 2:
            break
    for has_choices, page in seen.items():
        yield replace(page, kind="product-choices" if has_choices else "product")
    yield shopper.see("search", f"/search?q={WORDS[language]}")
    yield shopper.see("search-none", "/search?q=qqxxzz")
    yield shopper.see("cart-empty", "/cart")
    yield shopper.see("locale", "/locale")
    yield shopper.see("consent", "/consent")
    yield shopper.see("content", footer_pages(home)[0])
    yield shopper.see("withdrawal", "/withdrawal")
    yield shopper.see("not-found", "/p/no-such-thing")
    yield shopper.see("styleguide", "/styleguide")


def buying(shopper: Shopper) -> Iterator[Seen]:
    """Cart and checkout up to the order button."""
    product = buyable(shopper)
    shopper.send("cart", product, "quantity", quantity="2")
    yield shopper.see("cart", "/cart")
    address = shopper.see("checkout-address", "/checkout")
    yield address
    yield shopper.send("checkout-errors", address, "address-button", email="x", name="")
    market = shopper.prefix.rpartition("-")[2]
    who = {"email": "nora@example.com", "name": "Nora Lind", **ADDRESSES[market]}
    delivery = shopper.send("checkout-delivery", address, "address-button", **who)
    yield delivery
    payment = shopper.send("checkout-payment", delivery, "delivery-button", dap_accepted="1")
    yield payment
    yield shopper.send("checkout-review", payment, "payment-button", method="test")


def ordering(shopper: Shopper) -> Iterator[Seen]:
    """From the order button to the withdrawal; by a second shopper: the first keeps its cart."""
    *_before, review = buying(shopper)
    pay = shopper.send("pay", review, "order-button")
    yield pay
    first = shopper.send("order-first", pay, "outcome=paid", outcome="paid")
    yield first
    yield shopper.see("order", first.url)
    begin = shopper.see("withdrawal-form", f"{first.url}/withdrawal")
    yield begin
    confirm = shopper.send("withdrawal-confirm", begin, "f-lines")
    yield confirm
    yield Shopper(shopper.base, shopper.prefix).see("order-access", first.url)


def buyable(shopper: Shopper) -> Seen:
    """The first product of the home page with a form that buys."""
    home = shopper.see("home", "/")
    for url in links(home, "/p/"):
        page = shopper.see("product", url)
        if 'id="buy" method' in page.html:
            return page
    raise LookupError("nothing to buy on the home page")


def links(seen: Seen, part: str) -> list[str]:
    """Absolute addresses in the page's own prefix that have this part, each once."""
    base = "/".join(seen.url.split("/")[:3])
    found = re.findall(rf'<a [^>]*href="(/{seen.prefix}{part}[^"#]*)"', seen.html)
    return list(dict.fromkeys(base + path.replace("&amp;", "&") for path in found))


def footer_pages(seen: Seen) -> list[str]:
    """Content pages the footer links to."""
    foot = seen.html[seen.html.rindex("<footer"):]
    base = "/".join(seen.url.split("/")[:3])
    found = re.findall(rf'href="(/{seen.prefix}/[^"/?]+)"', foot)
    return [base + path for path in found if not path.endswith(("/withdrawal", "/consent"))]
