"""Every page type in a browser: axe content, nothing scrolls sideways, a quiet console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.e2e.conftest import quiet
from tests.e2e.walk import Seen

PHONE, NARROW, DESK = ({"width": 390, "height": 844}, {"width": 320, "height": 640},
                       {"width": 1280, "height": 900})
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDER = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def quick(browser: Browser) -> Iterator[BrowserContext]:
    """A context without motion, so that nothing is measured half-way."""
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")  # type: ignore[arg-type]
    yield context
    context.close()


def test_axe_finds_nothing(walked: dict[str, list[Seen]], quick: BrowserContext) -> None:
    found = []
    for prefix, seen in walked.items():
        for number, page in enumerate(seen):
            tab = shown(quick, page)
            tab.set_viewport_size(DESK if number % 2 else PHONE)  # type: ignore[arg-type]
            said = Axe().run(tab, options=RULES).response["violations"]
            found += [(prefix, page.kind, one["id"], one["nodes"][0]["html"][:160]) for one in said]
            tab.close()
    assert not found, found


def test_nothing_scrolls_sideways(walked: dict[str, list[Seen]], quick: BrowserContext) -> None:
    found = []
    for prefix, seen in walked.items():
        for page in seen:
            tab = shown(quick, page)
            tab.set_viewport_size(NARROW)  # type: ignore[arg-type]
            if tab.evaluate(WIDER) > 0:
                found.append((prefix, page.kind, "320 px"))
            tab.set_viewport_size(DESK)  # type: ignore[arg-type]
            tab.evaluate("document.documentElement.style.fontSize = '200%'")
            if tab.evaluate(WIDER) > 0:
                found.append((prefix, page.kind, "200 % text"))
            tab.close()
    assert not found, found


def test_the_console_is_quiet(walked: dict[str, list[Seen]], quick: BrowserContext) -> None:
    found = []
    for prefix, seen in walked.items():
        for page in seen:
            tab = quick.new_page()
            said = quiet(tab)
            show(tab, page)
            tab.wait_for_load_state("networkidle")
            found += [(prefix, page.kind, text) for text in said]
            tab.close()
    assert not found, found


def shown(context: BrowserContext, page: Seen) -> Page:
    """A tab with the page as it was walked through."""
    tab = context.new_page()
    show(tab, page)
    return tab


def show(tab: Page, page: Seen) -> None:
    """The kept HTML under its own address and policy; everything else comes from the shop."""
    policy = {"Content-Security-Policy": page.headers["Content-Security-Policy"],
              "Content-Type": "text/html; charset=utf-8"}

    def answer(route: Route) -> None:
        if route.request.resource_type == "document":
            route.fulfill(body=page.html, headers=policy)
        else:
            route.continue_()

    tab.route(page.url, answer)
    tab.goto(page.url)
