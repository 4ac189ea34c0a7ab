"""Look at the page types of a running shop: axe, Nu HTML checker, Lighthouse, screenshots."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update"]
WIDTHS = (320, 768, 1280)
CHECKS = ("axe", "html", "lighthouse", "screenshots")
SCORES = ("performance", "accessibility", "best-practices", "seo")


@dataclass
class Looked:
    """One page and what was found on it."""

    name: str
    url: str
    axe: dict[str, int] = field(default_factory=dict)
    html: list[str] | None = None
    scores: dict[str, int] = field(default_factory=dict)


def main() -> int:
    """Check and print; 1 if axe or the HTML checker found anything."""
    options = arguments()
    try:
        pages = [page for prefix in options.prefixes.split(",")
                 for page in found(options.url, prefix)]
    except (urllib.error.URLError, OSError) as error:
        sys.exit(f"{options.url} does not answer ({error}); start bin/dev first")
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = set(options.only.split(","))
    if wanted & {"axe", "screenshots"}:
        with chromium() as browser:
            for page in pages:
                look(browser, page, options.out, wanted)
    if "html" in wanted:
        check_html(pages, options.tools)
    if "lighthouse" in wanted:
        for page in pages:
            page.scores = lighthouse(page.url, options.tools)
    show(pages)
    return 1 if any(page.axe or page.html for page in pages) else 0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bin/audit", description=__doc__)
    parser.add_argument("--url", default=os.environ.get("BASE_URL") or "http://localhost:8000")
    parser.add_argument("--prefixes", default="en-us,de-de,ja-jp,ar-ae",
                        help="languages and markets to look at (%(default)s)")
    parser.add_argument("--only", default=",".join(CHECKS), help="some of %(default)s")
    parser.add_argument("--out", type=Path, default=Path("test-results/audit"),
                        help="where screenshots go (%(default)s)")
    parser.add_argument("--tools", type=Path, default=Path("node_modules"), help=argparse.SUPPRESS)
    return parser.parse_args()


def found(base: str, prefix: str) -> Iterator[Looked]:
    """One page of each type, found by following links from the home page."""
    home = f"{base}/{prefix}/"
    yield Looked(f"{prefix} home", home)
    links = hrefs(home)
    category = next((link for link in links if f"/{prefix}/c/" in link), None)
    if category:
        yield Looked(f"{prefix} category", base + category)
        product = next((link for link in hrefs(base + category) if f"/{prefix}/p/" in link), None)
        if product:
            yield Looked(f"{prefix} product", base + product)
    yield Looked(f"{prefix} search", f"{base}/{prefix}/search?q=lamp")
    yield Looked(f"{prefix} cart", f"{base}/{prefix}/cart")
    text = next((link for link in reversed(links) if re.fullmatch(rf"/{prefix}/[^/?]+", link)
                 and not link.endswith(("/cart", "/search", "/consent", "/withdrawal"))), None)
    if text:
        yield Looked(f"{prefix} page", base + text)


def hrefs(url: str) -> list[str]:
    """The links of a page, in order."""
    return re.findall(r'<a [^>]*href="([^"#]+)"', fetched(url))


def fetched(url: str) -> str:
    """A page as it comes over the wire."""
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode("utf-8"))


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that talks to the shop only."""
    with sync_playwright() as driver:
        path = os.environ.get("CHROMIUM") or None
        browser = driver.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


def look(browser: Browser, page: Looked, out: Path, wanted: set[str]) -> None:
    """axe at three widths, light and dark; a screenshot of each width."""
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            tab.goto(page.url, wait_until="networkidle")
            if "axe" in wanted:
                for broken in Axe().run(tab).response["violations"]:
                    rule, count = broken["id"], len(broken["nodes"])
                    page.axe[rule] = max(page.axe.get(rule, 0), count)
            if "screenshots" in wanted and scheme == "light":
                name = f"{page.name.replace(' ', '-')}-{width}.png"
                tab.screenshot(path=out / name, full_page=True)
            tab.close()


def check_html(pages: list[Looked], tools: Path) -> None:
    """All pages through one run of the Nu checker."""
    jar = tools / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    java = shutil.which("java")
    if java is None or not jar.is_file():
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(pages):
            Path(folder, f"{number}.html").write_text(fetched(page.url), encoding="utf-8")
            page.html = []
        command = [java, "-Xss4m", "-jar", str(jar), "--format", "json", "--exit-zero-always"]
        run = subprocess.run([*command, folder], capture_output=True, text=True, check=False)
        for message in json.loads(run.stderr or '{"messages": []}')["messages"]:
            errors = pages[int(Path(message["url"]).stem)].html
            if message["type"] == "error" and errors is not None:
                errors.append(message["message"])


def lighthouse(url: str, tools: Path) -> dict[str, int]:
    """Lighthouse's four scores, 0 to 100; empty if it is not there."""
    program = tools / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        return {}
    flags = f"--chrome-flags=--headless=new {' '.join(SWITCHES)}"
    run = subprocess.run(
        [str(program), url, "--output=json", "--quiet", flags], capture_output=True, text=True,
        check=False, env={**os.environ, "CHROME_PATH": os.environ.get("CHROMIUM", "")},
    )
    try:
        report: dict[str, Any] = json.loads(run.stdout)
    except ValueError:
        return {}
    return {name: round((report["categories"][name]["score"] or 0) * 100) for name in SCORES}


def show(pages: list[Looked]) -> None:
    """The table, and below it what was found."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    table = Table("page", "axe", "html", *SCORES)
    for page in pages:
        html = "–" if page.html is None else str(len(page.html))
        scores = [str(page.scores.get(name, "–")) for name in SCORES]
        table.add_row(page.name, str(sum(page.axe.values())), html, *scores)
    console.print(table)
    for page in pages:
        for rule, count in page.axe.items():
            console.print(f"{page.name}: axe {rule} on {count}", markup=False)
        for message in sorted(set(page.html or [])):
            console.print(f"{page.name}: {message}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
