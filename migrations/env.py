"""Alembic environment: the same files serve SQLite and PostgreSQL."""

from __future__ import annotations

from alembic import context
from flask import current_app

from app.extensions import db

config = context.config
db_extension = current_app.extensions["migrate"].db


def run_migrations_online() -> None:
    """Run on the application's engine, in batch mode, one transaction per migration."""
    with db.engine.connect() as connection:
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


run_migrations_online()
