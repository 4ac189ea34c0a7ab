"""Keyboard and behaviour: search list, dialogs, steppers, undo, filters, more, the way back."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import LiveShop
from tests.e2e.walk import Shopper, buyable

FOCUSED = "document.activeElement"


def test_the_first_tab_skips_to_the_content(live_shop: LiveShop, visitor: BrowserContext) -> None:
    page = at(live_shop, visitor, "/")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{FOCUSED}.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate(f"{FOCUSED}.id") == "main"


def test_the_search_list_is_a_combobox(live_shop: LiveShop, visitor: BrowserContext) -> None:
    page = at(live_shop, visitor, "/")
    box = page.locator("#search-q")
    box.press_sequentially("lam", delay=30)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    first = box.get_attribute("aria-activedescendant")
    assert first and page.locator(f"#{first}").get_attribute("aria-selected") == "true"
    box.press("End")
    assert box.get_attribute("aria-activedescendant") != first
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == first
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.input_value() == "lam" and box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(re.compile(r"/(p|c)/|search\?q="))


def test_dialogs_take_the_focus_keep_it_and_give_it_back(
    live_shop: LiveShop, visitor: BrowserContext
) -> None:
    page = at(live_shop, visitor, "/")
    opener = page.locator("header .tool-locale")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#locale-dialog[open]")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(f"{FOCUSED} === document.body || !!{FOCUSED}.closest('dialog[open]')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert "tool-locale" in page.evaluate(f"{FOCUSED}.className")


def test_the_cart_drawer_steps_removes_and_undoes(
    live_shop: LiveShop, visitor: BrowserContext
) -> None:
    page = at(live_shop, visitor, product(live_shop))
    page.locator("#buy button[type=submit]:not([name=buy_now])").press("Enter")
    drawer = page.locator("#cart-drawer[open]")
    expect(drawer).to_be_visible()
    assert page.evaluate(f"!!{FOCUSED}.closest('#cart-drawer')")
    expect(page.locator("#cart-badge")).to_contain_text("1")

    more = drawer.locator("[data-step='1']")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cart-badge")).to_contain_text("2")
    expect(drawer.locator("input[name=quantity]").first).to_have_value("2")
    assert page.evaluate(f"{FOCUSED}.dataset.step") == "1", "the stepper keeps the focus"

    drawer.locator("button[name=remove]").press("Enter")
    undo = drawer.locator("#drawer-undo")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#cart-badge")).to_contain_text("2")
    assert page.evaluate(f"!!{FOCUSED}.closest('#cart-drawer')"), "the focus stays inside"
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert page.evaluate(f"!!{FOCUSED}.closest('#buy')"), "and goes back to what opened it"


def test_filters_on_a_phone_are_a_dialog_and_back_restores_the_list(
    live_shop: LiveShop, visitor: BrowserContext
) -> None:
    page = visitor.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_shop.url}/en-us/c/{category(live_shop)}")
    opener = page.locator(".filters-open")
    opener.press("Enter")
    dialog = page.locator("#filters[open]")
    expect(dialog).to_be_visible()
    before = page.locator("#count").inner_text()
    dialog.locator("input[type=checkbox]:not([disabled])").first.check()
    expect(page.locator("#count")).not_to_have_text(before)
    expect(dialog).to_be_visible()
    show = dialog.locator(".filters-foot button")
    expect(show).to_be_in_viewport()
    show.press("Enter")
    expect(dialog).to_be_hidden()
    listed, url = page.locator("#count").inner_text(), page.url
    assert "?" in url

    page.locator("article.card .card-name a").last.click()
    page.wait_for_url("**/p/**")
    page.go_back()
    expect(page.locator("#count")).to_have_text(listed)
    assert page.url == url
    expect(page.locator(".chips a").first).to_be_attached()


def test_more_products_take_the_focus(live_shop: LiveShop, visitor: BrowserContext) -> None:
    page = at(live_shop, visitor, "/search?q=the")
    shown = page.locator("article.card").count()
    page.locator("#more a").press("Enter")
    expect(page.locator("article.card").nth(shown)).to_be_attached()
    expect(page.locator("article.card .card-name a").nth(shown)).to_be_focused()


def test_the_cookie_choice_covers_nothing_and_goes_for_good(
    live_shop: LiveShop, visitor: BrowserContext
) -> None:
    page = at(live_shop, visitor, "/cart")
    choice = page.locator("#cookies")
    assert choice.evaluate("e => getComputedStyle(e).position") == "static"
    no, yes = (choice.locator(f"button[value={value}]") for value in ("no", "yes"))
    small, large = no.bounding_box(), yes.bounding_box()
    assert small and large and (small["width"], small["height"], small["y"]) == (
        large["width"], large["height"], large["y"])
    no.click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#cookies")).to_have_count(0)
    page.goto(f"{live_shop.url}/en-us/")
    expect(page.locator("#cookies")).to_have_count(0)


def at(shop: LiveShop, visitor: BrowserContext, path: str) -> Page:
    """A tab of the American shop whose script has started."""
    page = visitor.new_page()
    page.goto(path if path.startswith("http") else f"{shop.url}/en-us{path}",
              wait_until="networkidle")
    return page


def product(shop: LiveShop) -> str:
    """Something that can be bought."""
    return buyable(Shopper(shop.url, "en-us")).url


def category(shop: LiveShop) -> str:
    """The slug of the first category of the menu."""
    home = Shopper(shop.url, "en-us").see("home", "/").html
    found = re.search(r"/en-us/c/([\w-]+)", home)
    assert found
    return found[1]
