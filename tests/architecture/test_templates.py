"""Templates: they parse, say what they need, and keep to the strict Content-Security-Policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, TemplateError, meta, nodes

from app import create_app
from tests.architecture.sources import TEMPLATES, named, template_files
from tests.conftest import settings_for

INPUTS = re.compile(r"\{#-?\s*in:(.*?)#\}", re.DOTALL)
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
INLINE = re.compile(
    r"<style[\s>]|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:"
    r"|<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)[^>]*>\s*[^<\s]", re.IGNORECASE,
)
MAIL = TEMPLATES / "mail"  # with filters and words of its own (app/web/mails.py)
PAGES = [path for path in template_files() if MAIL not in path.parents]
EVERYWHERE = {"oob", "page", "request", "session", "g", "config", "asset", "url_for"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The shop's Jinja, with its filters and globals."""
    return create_app(settings_for(tmp_path_factory.mktemp("templates"))).jinja_env


def test_every_template_parses(environment: Environment) -> None:
    wrong = {}
    for path in template_files():
        try:
            environment.parse(path.read_text(encoding="utf-8"), named(path))
        except TemplateError as error:
            wrong[named(path)] = str(error)

    assert not wrong


def test_every_filter_of_a_page_exists(environment: Environment) -> None:
    wrong = {}
    for path in PAGES:
        try:
            environment.get_template(path.relative_to(TEMPLATES).as_posix())
        except TemplateError as error:
            wrong[named(path)] = str(error)

    assert not wrong


def test_a_fragment_says_what_it_needs(environment: Environment) -> None:
    silent, undeclared = [], {}
    for path in PAGES:
        if not path.name.startswith("_"):
            continue
        source = path.read_text(encoding="utf-8")
        said = INPUTS.match(source)
        if said is None:
            silent.append(named(path))
            continue
        parsed = environment.parse(source)
        made = {name.name for name in parsed.find_all(nodes.Name) if name.ctx == "store"}
        used = meta.find_undeclared_variables(parsed) - made
        wrong = used - set(WORD.findall(said[1])) - set(environment.globals) - EVERYWHERE
        if wrong:
            undeclared[named(path)] = wrong

    assert not silent
    assert not undeclared


def test_nothing_is_inline() -> None:
    found = {}
    for path in PAGES:
        source = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if path.suffix == ".html" and (inline := INLINE.findall(source)):
            found[named(path)] = inline

    assert not found


def test_what_a_template_takes_in_exists(environment: Environment) -> None:
    assert not {named(path): wrong for path in template_files()
                if (wrong := [name for name in taken_in(path, environment)
                              if not (TEMPLATES / name).is_file()])}


def taken_in(path: Path, environment: Environment) -> Iterator[str]:
    """Names of templates that are included, imported or extended."""
    parsed = environment.parse(path.read_text(encoding="utf-8"))
    for node in parsed.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        if isinstance(node.template, nodes.Const):
            yield str(node.template.value)
