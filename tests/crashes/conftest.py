"""The world's shop for processes of their own, on either database, with plenty to sell."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.extensions import db
from app.services import stock
from app.services.rates import book
from tests.conftest import _fill_database, copy_of, settings_for
from tests.world import CUP, TEA, variant_id

FULL = os.environ.get("TRADEWIND_TEST_SIZE") == "full"
POSTGRESQL = pytest.param("postgresql", marks=[
    pytest.mark.postgresql, pytest.mark.skipif(not FULL, reason="only with bin/test --full")])
PLENTY = 100_000


@pytest.fixture(params=["sqlite", POSTGRESQL])
def stocked_shop(request: pytest.FixtureRequest, world_home: Path,
                 tmp_path: Path) -> Iterator[Flask]:
    """An application beside the processes, to look into their database."""
    home = copy_of(world_home, tmp_path)
    url = f"sqlite:///{home / 'shop.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        url = server.copy_of_world(_fill_database)
    app = create_app(settings_for(home, database_url=url))
    with app.app_context():
        book.forget()
        for sold in (CUP, TEA):
            stock.receive(variant_id(sold), stock.warehouse_ids()["LIS"], PLENTY)
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()
    if request.param == "postgresql":
        server.drop(url)
