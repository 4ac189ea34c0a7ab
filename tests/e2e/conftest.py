"""A whole demo shop in processes of its own - web server and worker - and a browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.walk import PREFIXES, Seen, pages

ROOT = Path(__file__).resolve().parents[2]
FULL = os.environ.get("TRADEWIND_TEST_SIZE") == "full"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser, and one worker has the shop: see --dist loadgroup."""
    for item in items:
        if Path(__file__).parent in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Chromium - $CHROMIUM or the installed one - quiet and without a network of its own."""
    args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--no-first-run"]
    found = os.environ.get("CHROMIUM") or next(
        (path for name in CHROMIUM if (path := shutil.which(name))), None
    )
    return {"args": args, **({"executable_path": found} if found else {})}


@dataclass(frozen=True)
class LiveShop:
    """A running shop: its address and where it keeps its data."""

    url: str
    home: Path

    def mails(self) -> list[bytes]:
        """Mails written so far, oldest first."""
        return [path.read_bytes() for path in sorted((self.home / "mail").glob("*.eml"))]


@pytest.fixture(scope="session")
def live_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveShop]:
    """The demo shop as production runs it: granian, and the worker beside it."""
    home, port = tmp_path_factory.mktemp("live") / "home", free_port()
    url = f"http://localhost:{port}"
    env = {**os.environ, "TRADEWIND_HOME": str(home), "BASE_URL": url, "FLASK_APP": "wsgi",
           "TRADEWIND_LOG_LEVEL": "ERROR", "TRADEWIND_RATE_LIMITS": "off"}
    flask = [sys.executable, "-m", "flask"]
    for command in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run([*flask, *command], cwd=ROOT, env=env, check=True, capture_output=True)
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
           "--port", str(port), "--workers", "1", "--blocking-threads", "4", "wsgi:app"]
    processes = [subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
                 for command in (web, [*flask, "worker", "--threads", "2"])]
    wait_for(f"{url}/healthz")
    yield LiveShop(url, home)
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(timeout=40)


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor with JavaScript."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def plain_visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor whose browser runs no script."""
    context = browser.new_context(viewport={"width": 390, "height": 844},
                                  java_script_enabled=False)
    yield context
    context.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float = 60) -> None:
    """Until the address answers. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(url)


def quiet(page: Page) -> list[str]:
    """Collects what the page's console complains about; read it at the end."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text)
            if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture(scope="session")
def walked(live_shop: LiveShop) -> dict[str, list[Seen]]:
    """Every page type in two languages; in all seven with bin/test --full."""
    prefixes = PREFIXES if FULL else ("de-de", "ar-ae")
    return {prefix: list(pages(live_shop.url, prefix)) for prefix in prefixes}
