"""Sizes, names and habits that tell when something wants another place."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.sources import (
    APP,
    ROOT,
    TEMPLATES,
    named,
    python_files,
    template_files,
    tree,
)

MOST_LINES, MOST_TEST_LINES, MOST_TEMPLATE_LINES = 400, 600, 200
NAMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
DRAWN = {TEMPLATES / "ui" / "icons.html"}  # a table of shapes
NO_MONEY = (  # pixels, scores, seconds
    "app/services/media/", "app/services/search/", "app/services/condition.py",
    "app/web/pagecache.py",
)
CLOCK = APP / "kernel" / "clock.py"
ASKING = {"datetime.now", "datetime.utcnow", "date.today"}


def lines(path: Path) -> int:
    """How long a file is."""
    return len(path.read_text(encoding="utf-8").splitlines())


def calls(path: Path) -> set[str]:
    """What a module calls, as written: `float`, `datetime.now`."""
    return {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)
            and isinstance(node.func, (ast.Name, ast.Attribute))}


def test_a_module_fits_in_a_head() -> None:
    for folder, most in ((APP, MOST_LINES), (ROOT / "bin", MOST_LINES),
                         (ROOT / "tests", MOST_TEST_LINES)):
        assert not {named(path): lines(path) for path in python_files(folder) if lines(path) > most}


def test_modules_have_names_of_their_own() -> None:
    assert not [named(path) for path in python_files() if path.stem in NAMELESS]


def test_a_template_fits_on_a_screen() -> None:
    assert not {named(path): lines(path) for path in template_files()
                if path not in DRAWN and lines(path) > MOST_TEMPLATE_LINES}


def test_money_is_never_a_float() -> None:
    assert not [named(path) for path in python_files()
                if not named(path).startswith(NO_MONEY) and "float" in calls(path)]


def test_time_is_asked_in_one_place() -> None:
    assert not [named(path) for path in python_files() if path != CLOCK and calls(path) & ASKING]


def test_both_lock_files_agree() -> None:
    pinned = {}
    for name in ("runtime", "test"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        pinned[name] = {line.split(" ")[0] for line in text.splitlines() if "==" in line}

    assert pinned["runtime"] <= pinned["test"]
