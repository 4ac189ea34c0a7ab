"""An address never vanishes silently: routes.txt is the golden list.

After a deliberate change: WRITE_ROUTES=1 bin/test tests/architecture/test_routes.py -n 0
"""

from __future__ import annotations

import os
from pathlib import Path

from app import create_app
from tests.conftest import settings_for

GOLDEN = Path(__file__).with_name("routes.txt")
IMPLIED = {"HEAD", "OPTIONS"}


def test_the_addresses_are_those_of_the_list(tmp_path: Path) -> None:
    rules = create_app(settings_for(tmp_path)).url_map.iter_rules()
    lines = sorted({f"{rule.rule} {','.join(sorted((rule.methods or set()) - IMPLIED))}"
                    for rule in rules})
    text = "\n".join(lines) + "\n"
    if os.environ.get("WRITE_ROUTES"):
        GOLDEN.write_text(text, encoding="utf-8")

    assert text.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()
