"""Every setting is explained where people look for it, and nothing is explained that is not."""

from __future__ import annotations

import re

import pytest

from app.config import SettingError, read
from tests.architecture.sources import APP, ROOT

NAME = re.compile(r"\b(?:TRADEWIND|STRIPE|SMTP|MEDIA|DATABASE|REDIS|SECRET|BASE)_[A-Z_]+\b")
SETTINGS = set(re.findall(rf'"({NAME.pattern})"', (APP / "config.py").read_text()))
OF_SCRIPTS = {"TRADEWIND_TEST_SIZE"}


def test_the_example_file_lists_every_setting() -> None:
    listed = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert set(listed) == SETTINGS
    assert len(listed) == len(SETTINGS)


def test_the_readme_names_the_groups_of_settings() -> None:
    readme = (ROOT / "README.md").read_text()

    assert ".env.example" in readme
    assert set(NAME.findall(readme)) <= SETTINGS | OF_SCRIPTS


@pytest.mark.parametrize(("name", "value"), [
    ("BASE_URL", "localhost"), ("DATABASE_URL", "mysql://x"), ("SMTP_URL", "http://x"),
    ("MEDIA_URL", "ftp://x"), ("TRADEWIND_TRUSTED_PROXIES", "one"), ("TRADEWIND_LOG_LEVEL", "LOUD"),
    ("TRADEWIND_RATE_LIMITS", "maybe"),
])
def test_a_wrong_value_is_named(name: str, value: str, tmp_path) -> None:
    with pytest.raises(SettingError, match=name):
        read({"TRADEWIND_HOME": str(tmp_path), name: value})
