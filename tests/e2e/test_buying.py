"""The journey: find, put in the cart, see the landed price, pay, get an order and a mail."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import LiveShop, quiet

SUMS = ("goods", "discount", "shipping", "tax", "tax_included", "duty", "fees", "rounding", "total")


@dataclass(frozen=True)
class Journey:
    """One shopper: shop, search word, currency, address, words of the order button and mail."""

    prefix: str
    word: str
    currency: str
    address: Mapping[str, str]
    button: str
    subject: str


JOURNEYS = [
    Journey("en-us", "lamp", "USD", {
        "country": "US", "email": "bo@example.com", "name": "Bo Diddley",
        "line1": "500 Main Street", "city": "Los Angeles", "region": "CA", "postal_code": "90012",
    }, "Place order and pay", "order"),
    Journey("de-de", "Leuchte", "EUR", {
        "country": "DE", "email": "ada@example.com", "name": "Ada Lovelace",
        "line1": "Torstraße 112", "city": "Berlin", "postal_code": "10115",
    }, "Zahlungspflichtig bestellen", "Bestellung"),
    Journey("ja-jp", "ランプ", "JPY", {
        "country": "JP", "email": "hiro@example.com", "name": "山田 太郎", "line1": "千代田1-1",
        "region": "東京都", "postal_code": "100-0001",
    }, "", "注文"),
    Journey("ar-ae", "مصباح", "AED", {
        "country": "AE", "email": "nura@example.com", "name": "نورة الصباح",
        "line1": "Al Wasl Road 12", "region": "دبي",
    }, "", "طلب"),
]


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.prefix)
@pytest.mark.parametrize("scripted", [True, False], ids=["script", "plain"])
def test_a_shopper_buys_in_their_own_language(
    live_shop: LiveShop, visitor: BrowserContext, plain_visitor: BrowserContext,
    journey: Journey, scripted: bool,
) -> None:
    page = (visitor if scripted else plain_visitor).new_page()
    said = quiet(page)
    before = len(live_shop.mails())
    find(page, live_shop, journey)
    put_in_cart(page, live_shop, journey, scripted=scripted)
    check_out(page, live_shop, journey)
    seen = figures(page, "#main")
    assert seen["total"][1] == journey.currency
    if journey.button:
        assert page.locator("#order-button").inner_text().strip() == journey.button
    page.locator("#order-button").click()
    page.wait_for_url("**/pay/test/**")
    assert figures(page, "#main")["total"] == seen["total"]
    page.locator("button[name=outcome][value=paid]").click()
    page.wait_for_url("**/orders/**")

    kept = figures(page, "#main")
    assert {name: kept[name] for name in kept if name in SUMS} == {
        name: seen[name] for name in kept if name in SUMS
    }
    assert kept["total"] == seen["total"]
    mail = wait_for_mail(live_shop, before, journey.address["email"])
    assert journey.subject in mail["subject"]
    assert mail["Content-Language"] == page.locator("html").get_attribute("lang")[:2]  # type: ignore[index]
    assert figures_in(html_of(mail))["total"] == seen["total"]
    assert not said, said


def find(page: Page, shop: LiveShop, journey: Journey) -> None:
    """Search from the home page and open the first find that can be bought."""
    page.goto(f"{shop.url}/{journey.prefix}/")
    page.fill("input[name=q]", journey.word)
    page.locator("form[role=search] button[type=submit]").click()
    page.wait_for_url("**/search**")
    page.locator("article.card h2 a, article.card h3 a").first.click()
    page.wait_for_url("**/p/**")
    assert page.locator("h1").count() == 1


def put_in_cart(page: Page, shop: LiveShop, journey: Journey, *, scripted: bool) -> None:
    """Add it; with script the drawer opens and the badge counts, without it the cart page does."""
    page.locator("form#buy button[type=submit]").first.click()
    if scripted:
        page.wait_for_selector("#cart-drawer[open]")
        assert "1" in page.locator("#cart-badge").inner_text()
        page.goto(f"{shop.url}/{journey.prefix}/cart")
    else:
        page.wait_for_url("**/cart")
    assert figures(page, "#main")["total"][1] == journey.currency


def check_out(page: Page, shop: LiveShop, journey: Journey) -> None:
    """Address, delivery, payment: then the review is there."""
    page.goto(f"{shop.url}/{journey.prefix}/checkout")
    for name, value in journey.address.items():
        field = page.locator(f"#checkout [name={name}]").first
        if name == "country":
            assert field.input_value() == value
        elif field.evaluate("element => element.localName") == "select":
            choose(page, name, value)
        else:
            field.fill(value)
    press(page, "#address-button", "#delivery-button")
    press(page, "#delivery-button", "#payment-button")
    press(page, "#payment-button", "#order-button")


def choose(page: Page, name: str, value: str) -> None:
    """A region by its value, or by a part of the label it has on this page."""
    field = page.locator(f"#checkout select[name={name}]").first
    values = field.locator("option").evaluate_all("all => all.map(one => [one.value, one.text])")
    found = next(v for v, label in values if value in {v, label} or value in label)
    field.select_option(found)


def press(page: Page, button: str, then: str) -> None:
    """Press a section's button and wait for the next section."""
    page.locator(button).click()
    page.wait_for_selector(then)


def figures(page: Page, within: str) -> dict[str, tuple[int, str]]:
    """data-quote -> (minor units, currency) of a page's part."""
    rows = page.locator(f"{within} data[data-quote]").evaluate_all(
        "all => all.map(one => [one.dataset.quote, one.value, one.dataset.currency])"
    )
    return {name: (int(minor), currency) for name, minor, currency in rows}


def figures_in(html: str) -> dict[str, tuple[int, str]]:
    """The same of a mail's HTML."""
    found = {}
    for tag in re.findall(r"<data [^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "data-quote" in attributes:
            found[attributes["data-quote"]] = (int(attributes["value"]),
                                               attributes["data-currency"])
    return found


def wait_for_mail(shop: LiveShop, before: int, recipient: str) -> email.message.EmailMessage:
    """The confirmation that the worker sends within seconds."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for raw in shop.mails()[before:]:
            mail = email.message_from_bytes(raw, policy=email.policy.default)
            if recipient in str(mail["To"]):
                return mail  # type: ignore[return-value]
        time.sleep(0.3)
    raise TimeoutError(f"no mail to {recipient}")


def html_of(mail: email.message.EmailMessage) -> str:
    """The HTML part."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())
