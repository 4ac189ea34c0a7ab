"""The project's own files as the architecture tests read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
TEMPLATES = APP / "templates"
OWN_CSS = APP / "static" / "css"


def python_files(folder: Path = APP) -> list[Path]:
    """Every module below a folder."""
    return sorted(folder.rglob("*.py"))


def template_files() -> list[Path]:
    """Every template, of any kind."""
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def named(path: Path) -> str:
    """The path as people write it, for messages and test ids."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Dotted names of what a module imports, wherever in it; `from a import b` gives a.b.

    Imports for annotations only (`if TYPE_CHECKING:`) do not count.
    """
    for node in running(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def running(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what is below it, without what only a type checker reads."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield from running(child)
