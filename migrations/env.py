"""Alembic environment: the same files serve SQLite and PostgreSQL."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from app.extensions import db

config = context.config
db_extension = current_app.extensions["migrate"].db


def keep_references(connection: Connection, *, on: bool) -> None:
    """Batch mode drops a table that others refer to and puts its copy in its place: SQLite must not
    look at foreign keys meanwhile. Told to the driver itself, as within BEGIN it is not heard."""
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def run_migrations_online() -> None:
    """Run on the application's engine, in batch mode, one transaction per migration."""
    with db.engine.connect() as connection:
        keep_references(connection, on=False)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            transaction_per_migration=True,
            compare_type=True,
            user_module_prefix="types.",
        )
        with context.begin_transaction():
            context.run_migrations()
        keep_references(connection, on=True)


run_migrations_online()
