"""Migrations lead to the tables of the models, on both databases, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from app import create_app
from app.config import ROOT
from app.extensions import db
from tests.conftest import settings_for
from tests.databases import PostgreSQL


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def bare_shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A shop with an empty database of its own."""
    if request.param == "sqlite":
        yield create_app(settings_for(tmp_path))
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    address = server.bare()
    yield create_app(settings_for(tmp_path, database_url=address))
    server.drop(address)


def test_migrations_lead_to_the_models_and_back(bare_shop: Flask) -> None:
    folder = str(ROOT / "migrations")
    with bare_shop.app_context():
        upgrade(directory=folder)
        with db.engine.connect() as connection:
            found = compare_metadata(MigrationContext.configure(connection), db.metadata)
        assert found == []
        downgrade(directory=folder, revision="base")
        upgrade(directory=folder)
        db.engine.dispose()
