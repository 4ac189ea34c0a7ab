"""Sizes and names that tell when something wants to be split."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import APP, ROOT, named, python_files, template_files, tree

MOST_LINES = {".py": 400, ".html": 200}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
DRAWN = {"ui/icons.html"}  # a table of shapes
IN_FLOAT = {
    "app/services/media",  # pixels and seconds
    "app/services/search",  # scores
}


@pytest.mark.parametrize("path", python_files() + python_files(ROOT / "tests"), ids=named)
def test_a_module_fits_in_a_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES[".py"]
    assert path.stem not in NAMELESS


@pytest.mark.parametrize("path", template_files(), ids=named)
def test_a_template_fits_on_a_screen(path: Path) -> None:
    if path.relative_to(APP / "templates").as_posix() not in DRAWN:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES[".html"]


@pytest.mark.parametrize("path", python_files(), ids=named)
def test_money_is_never_a_float(path: Path) -> None:
    if named(path).startswith(tuple(IN_FLOAT)):
        return
    calls = [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Call)
             and isinstance(node.func, ast.Name) and node.func.id == "float"]

    assert not calls


@pytest.mark.parametrize("path", python_files(), ids=named)
def test_time_is_asked_in_one_place(path: Path) -> None:
    if path == APP / "kernel" / "clock.py":
        return
    asked = [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Call)
             and isinstance(node.func, ast.Attribute)
             and ast.unparse(node.func) in {"datetime.now", "datetime.utcnow", "date.today"}]

    assert not asked


def test_both_lock_files_agree() -> None:
    pinned = {}
    for name in ("runtime", "test"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        pinned[name] = {line.split(" ")[0] for line in lines if "==" in line}

    assert pinned["runtime"] <= pinned["test"]
