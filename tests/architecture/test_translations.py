"""Every language says everything: complete, not fuzzy, with the same placeholders."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from tests.architecture.sources import ROOT


def catalogues() -> ModuleType:
    """bin/catalogues.py as a module."""
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "bin" / "catalogues.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = catalogues()


@pytest.fixture(scope="module")
def texts():
    """Every text of the code and the templates."""
    return TOOL.template()


@pytest.mark.parametrize("language", TOOL.languages())
def test_a_catalogue_is_complete(language: str, texts) -> None:
    assert list(TOOL.findings(language, texts)) == []


def test_the_texts_are_found(texts) -> None:
    assert texts.get("Add to cart") is not None
