"""Bring the database up to date and, the first time, load the demo shop.

The database itself says whether it is the first time (it has no market); a marker file in the
shop's home says that an earlier load was interrupted and has to be finished. On SQLite a start
that has nothing to do does not even import the shop.
"""

from __future__ import annotations

import importlib.util
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ROOT / "migrations" / "versions"
UNFINISHED = "demo-load-unfinished"
PLAIN_FILE = "sqlite:///"


def main(only_foundation: str = "") -> None:
    """Migrate and load. Ends the process with one line when a setting or the database is wrong."""
    config = read_config()
    try:
        settings = config.read()
    except config.SettingError as error:
        sys.exit(str(error))
    unfinished = settings.home / UNFINISHED
    if not unfinished.exists() and is_current(settings.database_url):
        return
    if migrated() or unfinished.exists():
        unfinished.touch()
        load("--foundation" if only_foundation else "")
        unfinished.unlink()


def read_config() -> ModuleType:
    """`app/config.py` by itself: it needs nothing, `import app` brings the whole shop."""
    spec = importlib.util.spec_from_file_location("shop_config", ROOT / "app" / "config.py")
    if spec is None or spec.loader is None:
        sys.exit("app/config.py is missing")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def is_current(database_url: str) -> bool:
    """True for a SQLite shop at the newest migration that has been loaded."""
    path = Path(database_url.removeprefix(PLAIN_FILE))
    if not database_url.startswith(PLAIN_FILE) or not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            at = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            markets = connection.execute("SELECT count(*) FROM market").fetchone()[0]
    except sqlite3.Error:
        return False
    return bool(markets) and at == [(newest_migration(),)]


def newest_migration() -> str:
    """The revision that no other one builds on."""
    texts = [path.read_text() for path in VERSIONS.glob("*.py")]
    named, before = (
        {name for text in texts
         for name in re.findall(rf"^{word} = [\"'](\w+)[\"']", text, re.MULTILINE)}
        for word in ("revision", "down_revision")
    )
    heads = named - before
    return heads.pop() if len(heads) == 1 else ""


def migrated() -> bool:
    """Migrate; True if the shop has no market yet, so nothing was ever loaded."""
    sys.path.insert(0, str(ROOT))
    # The whole shop, imported only where there is something to do.
    from flask_migrate import upgrade  # noqa: PLC0415
    from sqlalchemy import text  # noqa: PLC0415
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from app import create_app  # noqa: PLC0415
    from app.extensions import db  # noqa: PLC0415

    try:
        with create_app().app_context():
            upgrade(directory=str(ROOT / "migrations"))
            with db.engine.connect() as connection:
                return connection.execute(text("SELECT count(*) FROM market")).scalar_one() == 0
    except OperationalError as error:
        reason = str(error.orig).partition("\n")[0]
        sys.exit(f"DATABASE_URL: the database does not answer ({reason})")


def load(*options: str) -> None:
    """Load the demo shop, or its foundation only."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load"]
    if subprocess.run([*command, *filter(None, options)], cwd=ROOT, check=False).returncode:
        sys.exit("the demo shop could not be loaded; start again to go on where it stopped")


if __name__ == "__main__":
    main(*sys.argv[1:2])
