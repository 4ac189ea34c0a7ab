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
    "services": {"kernel", "rules", "models", "services", "extensions"},
    "web": {"kernel", "rules", "services", "web", "extensions", "config"},
    "blueprints": {"kernel", "rules", "services", "web", "extensions"},
    "commands": {"kernel", "rules", "services", "web", "extensions", "config"},
    "extensions": {"models"},
    "config": set(),
}
PURE = {"kernel", "rules"}
WITHOUT_FLASK = {"kernel", "rules", "models", "services"}
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


LAYERED = [path for path in python_files() if layer(path) in MAY_IMPORT]


@pytest.mark.parametrize("path", LAYERED, ids=named)
def test_imports_point_inwards(path: Path) -> None:
    outward = {name for name in imports(path)
               if own(name) and own(name) not in MAY_IMPORT[layer(path)]}

    assert not outward


@pytest.mark.parametrize("path", [p for p in LAYERED if layer(p) in PURE], ids=named)
def test_kernel_and_rules_are_pure(path: Path) -> None:
    foreign = {name.split(".")[0] for name in imports(path)} - {"app"} - TABLES
    clock = {name for name in imports(path) if name.startswith("app.kernel.clock")}

    assert foreign <= sys.stdlib_module_names
    assert layer(path) == "kernel" or not clock, "a rule takes the time as an argument"


@pytest.mark.parametrize("path", [p for p in LAYERED if layer(p) in WITHOUT_FLASK], ids=named)
def test_what_decides_and_does_knows_no_http(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] in OF_FLASK}


@pytest.mark.parametrize("path", [p for p in LAYERED if layer(p) == "blueprints"], ids=named)
def test_a_blueprint_sees_neither_the_database_nor_another_blueprint(path: Path) -> None:
    home = path.relative_to(APP / "blueprints").parts[0]
    names = set(imports(path))
    others = {name for name in names
              if name.startswith("app.blueprints.") and name.split(".")[2] != home}

    assert not others
    assert not names & {"app.extensions.db", "app.extensions.transaction"}
    assert not {name for name in names if name.split(".")[0] == "sqlalchemy"}


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


@pytest.mark.parametrize("path", provider_files(), ids=named)
def test_a_provider_sees_only_its_port_and_the_kernel(path: Path) -> None:
    home = f"app.services.{path.parent.name}."
    ours = {name for name in imports(path) if own(name) and own(name) != "kernel"}

    assert not {name for name in ours if not (name + ".").startswith(home)}


def test_only_the_entry_imports_the_wiring() -> None:
    wired = [named(path) for path in python_files() if path != APP / "__init__.py"
             and any(name.startswith("app.wiring") for name in imports(path))]

    assert wired == []
