"""Who may import whom: imports point inwards."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.architecture.sources import APP, imports, named, python_files

MAY_IMPORT = {
    "kernel": {"kernel"},
    "rules": {"kernel", "rules"},
    "models": {"kernel", "models"},
    "services": {"kernel", "rules", "models", "services", "extensions", "config"},
    "web": {"kernel", "rules", "services", "web", "extensions", "config"},
    "blueprints": {"kernel", "rules", "services", "web", "extensions"},
    "commands": {"kernel", "rules", "services", "web", "extensions", "config"},
    "extensions": {"models"},
    "config": set(),
}
PURE = {"kernel", "rules"}
OF_FLASK = {"flask", "werkzeug", "flask_babel", "flask_wtf", "flask_limiter", "flask_openapi3"}
TABLES = {"iso4217", "packvium"}  # pure libraries: tables and geometry, no I/O
NOT_PROVIDERS = {"memory", "seller_account"}  # wired to give providers what they may not read


def layer(path: Path) -> str:
    """The first part below app/: a folder's or a single module's name."""
    return path.relative_to(APP).parts[0].removesuffix(".py")


def own(name: str) -> str:
    """The layer a dotted name of ours belongs to; '' for anything else."""
    parts = name.split(".")
    return parts[1] if parts[0] == "app" and len(parts) > 1 else ""


def modules(*layers: str) -> list[Path]:
    """The modules of some layers."""
    return [path for path in python_files() if layer(path) in layers]


@pytest.mark.parametrize("name", sorted(MAY_IMPORT))
def test_imports_point_inwards(name: str) -> None:
    outward = {named(path): found for path in modules(name)
               if (found := {own(each) for each in imports(path)} - {"", name} - MAY_IMPORT[name])}

    assert not outward


@pytest.mark.parametrize("name", sorted(PURE))
def test_kernel_and_rules_are_pure(name: str) -> None:
    allowed = sys.stdlib_module_names | TABLES | {"app"}
    foreign = {named(path): found for path in modules(name)
               if (found := {each.split(".")[0] for each in imports(path)} - allowed)}

    assert not foreign


def test_a_rule_takes_the_time_as_an_argument() -> None:
    assert not [named(path) for path in modules("rules")
                if any(each.startswith("app.kernel.clock") for each in imports(path))]


def test_what_decides_and_does_knows_no_http() -> None:
    assert not [named(path) for path in modules("kernel", "rules", "models", "services")
                if {each.split(".")[0] for each in imports(path)} & OF_FLASK]


def test_a_blueprint_sees_neither_tables_nor_another_blueprint() -> None:
    found = {}
    for path in modules("blueprints"):
        home = path.relative_to(APP / "blueprints").parts[0]
        names = set(imports(path))
        wrong = names & {"app.extensions.db", "app.extensions.transaction"}
        wrong |= {each for each in names if each.split(".")[0] == "sqlalchemy"}
        wrong |= {each for each in names
                  if each.startswith("app.blueprints.") and each.split(".")[2] != home}
        if wrong:
            found[named(path)] = wrong

    assert not found


def provider_files() -> list[Path]:
    """What wiring chooses from beside a port, with the files only they use."""
    found: set[Path] = set()
    waiting = [name for name in imports(APP / "wiring.py") if name.startswith("app.services.")]
    while waiting:
        parts = waiting.pop().split(".")
        path = APP.joinpath(*parts[1:4]).with_suffix(".py")
        beside_port = path.is_file() and (path.parent / "port.py").is_file()
        if not beside_port or path.stem in NOT_PROVIDERS or path in found:
            continue
        found.add(path)
        waiting += [name for name in imports(path) if name.startswith(f"app.services.{parts[2]}.")]
    return sorted(found)


def test_a_provider_sees_only_its_port_and_the_kernel() -> None:
    found = {}
    for path in provider_files():
        home = f"app.services.{path.parent.name}."
        ours = {each for each in imports(path) if own(each) and own(each) != "kernel"}
        if wrong := {each for each in ours if not (each + ".").startswith(home)}:
            found[named(path)] = wrong

    assert not found


def test_only_the_entry_imports_the_wiring() -> None:
    wired = [named(path) for path in python_files() if path != APP / "__init__.py"
             and any(name.startswith("app.wiring") for name in imports(path))]

    assert wired == []
