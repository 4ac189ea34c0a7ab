"""A file that is no UTF-8, no JSON or no table: one line that says so, and nothing taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.commands.test_products import run

LATIN = "sku;Größe\n".encode("latin-1")


@pytest.mark.parametrize("command", [
    ("catalog", "goods"), ("catalog", "customs-codes"), ("tax", "registrations", "load"),
    ("shipping", "rates", "import"),
])
def test_a_table_in_another_encoding(shop: Flask, tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "given.csv"
    file.write_bytes(LATIN)

    status, output = run(shop, *command, str(file))

    assert status == 1
    assert output.startswith("given.csv:0: cannot be read: ") and "Traceback" not in output


@pytest.mark.parametrize("command", [("markets", "load"), ("shipping", "load")])
@pytest.mark.parametrize(("content", "said"), [
    (b'{"sellers": "Gr\xf6\xdfe"}', "byte 16: is not UTF-8"), (b'{\n"sellers": }', "line 2: "),
    (b"[]", "the file: "),
])
def test_entries_that_are_no_json(
    shop: Flask, tmp_path: Path, command: tuple[str, ...], content: bytes, said: str,
) -> None:
    file = tmp_path / "given.json"
    file.write_bytes(content)

    status, output = run(shop, *command, str(file))

    assert status == 1
    assert said in output and "Traceback" not in output
