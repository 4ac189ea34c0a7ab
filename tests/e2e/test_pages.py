"""Every page type of a live shop: valid HTML, own language only, links that answer."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from babel.messages.pofile import read_po

from tests.e2e.conftest import FULL, ROOT, LiveShop
from tests.e2e.walk import Seen
from tests.page_reading import Reading

VNU = (ROOT / "node_modules", Path.home() / ".cache" / "tradewind-audit" / "node_modules")
HTML_BYTES = 15 * 1024
# English words that are also a word of the page's language.
COMMON = {"Island"}


def test_the_nu_checker_finds_no_error(walked: dict[str, list[Seen]], tmp_path: Path) -> None:
    jar = next((found for folder in VNU
                if (found := folder / "vnu-jar" / "build" / "dist" / "vnu.jar").exists()), None)
    if jar is None or shutil.which("java") is None:
        pytest.skip("the Nu checker is not installed; bin/audit fetches it")
    for prefix, seen in walked.items():
        for page in seen:
            (tmp_path / f"{prefix}.{page.kind}.html").write_text(page.html, encoding="utf-8")
    run = subprocess.run(["java", "-Xss4m", "-jar", str(jar), "--format", "json", "--errors-only",
                          "--exit-zero-always", str(tmp_path)], capture_output=True, check=True)
    found = [(Path(one["url"]).stem, one["message"], one.get("extract", ""))
             for one in json.loads(run.stderr)["messages"]]
    assert not found, found[:10]


def test_statuses_headings_sizes_and_languages(walked: dict[str, list[Seen]]) -> None:
    wanted = {"not-found": 404, "checkout-errors": 422}
    for prefix, seen in walked.items():
        for page in seen:
            read, name = Reading(page.html), f"{prefix} {page.kind}"
            language = read.root.get("lang", "").lower()

            assert page.status == wanted.get(page.kind, 200), name
            assert len(read.all("h1")) == 1, name
            assert not read.inline and not read.bare_pictures, name
            assert language.startswith(prefix.rpartition("-")[0]), name
            assert (read.root.get("dir") == "rtl") == prefix.startswith("ar-"), name
            size = int(requests.get(page.url, timeout=30, headers={"Accept-Encoding": "gzip"})
                       .headers.get("Content-Length", 0)) if page.status == 200 else 0
            assert size <= HTML_BYTES, (name, size)


def test_no_english_is_left_in_other_languages(walked: dict[str, list[Seen]]) -> None:
    found = set()
    for prefix, seen in walked.items():
        language = {"zh-hans": "zh_Hans"}.get(prefix.rpartition("-")[0], prefix.rpartition("-")[0])
        if language == "en":
            continue
        english = interface_texts(language)
        for page in seen:
            if page.kind != "styleguide":  # shows samples of goods in English
                found |= {(prefix, page.kind, text) for text in Reading(page.html).texts()
                          if text not in COMMON and english.match(text)}
    assert not found


def test_every_link_of_a_language_answers(
    live_shop: LiveShop, walked: dict[str, list[Seen]]
) -> None:
    """The first language is crawled whole, of the others the pages walked through."""
    first, *others = walked
    todo = {path for page in walked[first] for path in Reading(page.html).paths}
    for prefix in others if FULL else []:
        todo |= {path for page in walked[prefix] for path in Reading(page.html).paths}
    session, done, broken = requests.Session(), set[str](), []
    while todo:
        path = todo.pop()
        if path in done or "/pay/" in path or "/orders/" in path:
            continue
        done.add(path)
        answer = session.get(urljoin(live_shop.url, path), timeout=60)
        if answer.status_code >= 400:
            broken.append((path, answer.status_code))
        # of filters and sorts the answer counts, not their links
        if path.startswith(f"/{first}/") and "?" not in path:
            todo |= {link for link in Reading(answer.text).paths if link.startswith(f"/{first}/")}
    assert not broken
    assert len(done) > 60


def interface_texts(language: str) -> re.Pattern[str]:
    """The English texts that read differently in this language."""
    path = ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"
    patterns = []
    with path.open("rb") as file:
        for message in read_po(file, locale=language):
            ids = [message.id] if isinstance(message.id, str) else message.id
            strings = [message.string] if isinstance(message.string, str) else message.string
            for text in ids:
                words = re.sub(r"%\(\w+\)s", "", text)
                if text not in strings and re.search(r"[A-Za-z]{4}", words):
                    patterns.append(re.sub(r"%\\\(\w+\\\)s", ".{1,60}", re.escape(text)))
    return re.compile("(?:" + "|".join(patterns) + ")$")
