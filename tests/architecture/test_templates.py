"""Templates: they parse, say what they need, and keep to the strict Content-Security-Policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from app import create_app
from tests.architecture.sources import TEMPLATES, named, template_files
from tests.conftest import settings_for

INPUTS = re.compile(r"\{#-?\s*in:(.*?)-?#\}", re.DOTALL)
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
INLINE = re.compile(
    r"<style[\s>]|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:"
    r"|<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", re.IGNORECASE,
)
FRAGMENTS = [path for path in template_files() if path.name.startswith("_")]
HTML = [path for path in template_files() if path.suffix == ".html"]
BY_MAIL = TEMPLATES / "mail"  # mail readers know no style sheets


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory):
    """The shop's Jinja, with its filters and globals."""
    return create_app(settings_for(tmp_path_factory.mktemp("templates"))).jinja_env


@pytest.mark.parametrize("path", template_files(), ids=named)
def test_a_template_parses_and_its_filters_exist(path: Path, environment) -> None:
    environment.get_template(path.relative_to(TEMPLATES).as_posix())


@pytest.mark.parametrize("path", FRAGMENTS, ids=named)
def test_a_fragment_says_what_it_needs(path: Path, environment) -> None:
    source = path.read_text(encoding="utf-8")
    said = INPUTS.match(source)
    assert said, "the first line declares the inputs: {#- in: cart -#}"

    declared = set(WORD.findall(said[1]))
    used = meta.find_undeclared_variables(environment.parse(source))
    used -= set(environment.globals) | {"oob", "page"} | {"request", "session", "g", "config"}
    assert used <= declared, "used but not declared"


@pytest.mark.parametrize("path", HTML, ids=named)
def test_nothing_is_inline(path: Path) -> None:
    if BY_MAIL not in path.parents:
        found = INLINE.findall(re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL))

        assert not found


@pytest.mark.parametrize("path", HTML, ids=named)
def test_includes_and_imports_exist(path: Path, environment) -> None:
    parsed = environment.parse(path.read_text(encoding="utf-8"))
    wanted = [node.template.value for node in parsed.find_all(
        (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
    ) if isinstance(node.template, nodes.Const)]

    assert [name for name in wanted if not (TEMPLATES / str(name)).is_file()] == []
