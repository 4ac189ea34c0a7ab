"""Bring the database up to date and, the first time, load the demo shop.

The database itself says whether it is the first time (it has no market); a marker file in the
shop's home says that an earlier load was interrupted and has to be finished.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402 - the path comes first
from app.config import SettingError, read  # noqa: E402
from app.extensions import db  # noqa: E402


def main(only_foundation: str = "") -> None:
    """Migrate and load. Ends the process with one line when a setting or the database is wrong."""
    try:
        settings = read()
        app = create_app(settings)
        is_new = migrated(app)
    except SettingError as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"DATABASE_URL does not answer: {error.orig}")
    unfinished = settings.home / "demo-load-unfinished"
    if is_new or unfinished.exists():
        unfinished.touch()
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load"]
        options = ["--foundation"] if only_foundation else []
        if subprocess.run([*command, *options], cwd=ROOT, check=False).returncode:
            sys.exit("the demo shop could not be loaded; start again to go on where it stopped")
        unfinished.unlink()


def migrated(app: Flask) -> bool:
    """Migrate; True if the shop has no market yet, so nothing was ever loaded."""
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        with db.engine.connect() as connection:
            return connection.execute(text("SELECT count(*) FROM market")).scalar_one() == 0


if __name__ == "__main__":
    main(*sys.argv[1:2])
