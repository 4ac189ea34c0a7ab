"""The document says what the API does: generated calls get the answers it promises."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from app import create_app
from app.extensions import db
from tests.conftest import settings_for

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance,
          response_schema_conformance]


@pytest.fixture(scope="session")
def api_app(world_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One shop for all generated calls: they may leave in it what they like."""
    home = tmp_path_factory.mktemp("generated") / "home"
    shutil.copytree(world_home, home)
    app = create_app(settings_for(home, database_url=f"sqlite:///{home / 'shop.db'}"))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_generated_calls_get_what_the_document_promises(api_app: Flask) -> None:
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", api_app)
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:
        generate(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        if operation.body or operation.query:  # any text may be an id: nothing else can be wrong
            generate(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def generate(calls: SearchStrategy[schemathesis.Case]) -> None:
    """A few calls of one kind, the same in every run; an answer not promised fails."""

    @settings(max_examples=8, deadline=None, derandomize=True, database=None,
              phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=calls)
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    check()
