"""Our own style sheets turn with the script: no left, no right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.sources import OWN_CSS, named

SHEETS = sorted(OWN_CSS.glob("*.css"))
ONE_SIDED = re.compile(
    r"(?:^|[\s;{])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)"
    r"|left|right|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b",
    re.MULTILINE,
)


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_sides_are_logical(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert not ONE_SIDED.findall(text)


def test_every_sheet_is_in_the_order() -> None:
    listed = (OWN_CSS / "order.txt").read_text().split()

    assert sorted(listed) == [path.name for path in SHEETS]
