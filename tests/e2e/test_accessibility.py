"""Every page type in a browser: axe content, nothing scrolls sideways, a quiet console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.e2e.conftest import FULL, quiet
from tests.e2e.walk import Seen

PHONE, NARROW, DESK = ({"width": 390, "height": 844}, {"width": 320, "height": 640},
                       {"width": 1280, "height": 900})
RULES = {"resultTypes": ["violations"],
         "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDER = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def quick(browser: Browser) -> Iterator[BrowserContext]:
    """A context without motion, so that nothing is measured half-way."""
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")  # type: ignore[arg-type]
    yield context
    context.close()


def test_axe_is_content_nothing_scrolls_sideways_and_the_console_is_quiet(
    walked: dict[str, list[Seen]], quick: BrowserContext
) -> None:
    found: list[tuple[str, str, str]] = []
    for turn, (prefix, seen) in enumerate(walked.items()):
        for number, page in enumerate(seen):
            if not FULL and number % len(walked) != turn:
                continue  # the languages take turns; bin/test --full looks at every page in each
            tab = quick.new_page()
            said = quiet(tab)
            show(tab, page)
            told = [*axe(tab, DESK if number % 3 else PHONE), *sideways(tab), *said]
            found += [(prefix, page.kind, one) for one in told]
            tab.close()
    assert not found, found


def axe(tab: Page, size: dict[str, int]) -> list[str]:
    """What axe finds at this size: rule and the first element."""
    tab.set_viewport_size(size)  # type: ignore[arg-type]
    broken = Axe().run(tab, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in broken]


def sideways(tab: Page) -> list[str]:
    """Where the page is wider than its window: at 320 px, on a desk with text twice as large."""
    tab.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found = ["320 px"] if tab.evaluate(WIDER) > 0 else []
    tab.set_viewport_size(DESK)  # type: ignore[arg-type]
    tab.evaluate("document.documentElement.style.fontSize = '200%'")
    return [*found, "200 % text"] if tab.evaluate(WIDER) > 0 else found


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
