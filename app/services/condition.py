"""Is the shop able to work: database, migrations, backlog of work that leaves it."""

from __future__ import annotations

from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.config import ROOT
from app.extensions import db
from app.services.fx import status as fx_status
from app.services.outbox import jobs
from app.services.tax_watch import watch


def readiness() -> dict[str, Any]:
    """ready, with the reasons when it is not."""
    try:
        db.session.execute(text("SELECT 1"))
        current = MigrationContext.configure(db.session.connection()).get_current_heads()
        wanted = ScriptDirectory(str(ROOT / "migrations")).get_heads()
        found: dict[str, Any] = {
            "database": "ok", "migrations": "ok" if set(current) == set(wanted) else "behind",
        }
        found["backlog"] = jobs.backlog()
        found["stale_rates"] = list(fx_status.stale())
    except SQLAlchemyError:
        db.session.rollback()
        return {"ready": False, "database": "unreachable"}
    return {"ready": found["migrations"] == "ok", **found}


def backlog_age() -> float:
    """Seconds the oldest due job has waited; 0 when the database cannot be asked."""
    try:
        return float(jobs.backlog()["oldest_seconds"])
    except SQLAlchemyError:
        db.session.rollback()
        return 0.0


def rate_ages() -> dict[str, int]:
    """Days by currency since its rate was published; nothing for one that is unknown."""
    try:
        return {one.currency: one.age_days for one in fx_status.statuses()
                if one.age_days is not None}
    except SQLAlchemyError:
        db.session.rollback()
        return {}


def thresholds() -> dict[tuple[str, str], int]:
    """Percent of each registration threshold, where the seller sold and is not registered."""
    try:
        return {(one.seller, one.jurisdiction): one.percent for one in watch.standings()
                if one.state in {"ok", "warn", "due"}}
    except SQLAlchemyError:
        db.session.rollback()
        return {}
