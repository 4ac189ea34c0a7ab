"""Documents name files that exist and commands that run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.commands import AREAS
from tests.architecture.sources import ROOT, named

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FOLDERS = "app|bin|docs|tests|migrations|translations|requirements"
FILE = re.compile(rf"(?<![\w/.-])((?:{FOLDERS})/[\w./-]*\w/?)(?![\w<*{{])")
COMMAND = re.compile(r"\bflask ([a-z]+)\b")
OF_FLASK = {"db", "run", "routes", "shell"}
MADE_LATER = {"bin/bench", "docs/api.md"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_named_files_exist(path: Path) -> None:
    found = set(FILE.findall(path.read_text(encoding="utf-8"))) - MADE_LATER

    assert {name for name in found if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_named_commands_exist(path: Path) -> None:
    assert set(COMMAND.findall(path.read_text(encoding="utf-8"))) <= OF_FLASK | set(AREAS)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=named)
def test_a_decision_is_short_and_whole(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 40
    assert all(f"## {part}" in text for part in ("Context", "Decision", "Consequences"))
