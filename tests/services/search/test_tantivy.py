"""The embedded engine: its folder, its turns of writing, its readers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from app.services.search import tantivy as engine
from app.services.search.port import Document, IndexBusy, IndexOutdated, Query
from app.services.search.tantivy import TantivyIndex


def thing(number: int, title: str = "Kettle") -> Document:
    return Document(f"product:{number}", "product", "en", title)


def total(index: TantivyIndex, text: str = "") -> int:
    return index.find(Query(text, "en", "us")).total


def test_another_reader_notices_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LOOK_EVERY", 0)
    writer, reader = TantivyIndex(tmp_path), TantivyIndex(tmp_path)
    assert total(reader) == 0
    for count in range(1, 6):
        writer.put([thing(count)])
        assert total(reader) == count
        assert reader.version() == writer.version()
    writer.rebuild([thing(1)])
    assert total(reader) == 1


def test_a_reader_looks_at_the_folder_only_now_and_then(tmp_path: Path) -> None:
    writer, reader = TantivyIndex(tmp_path), TantivyIndex(tmp_path)
    writer.put([thing(1)])
    assert total(reader) == 1
    writer.put([thing(2)])
    assert total(reader) == 1
    reader.reload()
    assert total(reader) == 2


def test_a_rebuild_leaves_one_generation_and_old_views_go_on(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    index.put([thing(1)])
    view = index._opened.reader
    index.rebuild([thing(2), thing(3)])
    assert view is not None
    assert view.find(Query("", "en", "us")).total == 1
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_an_index_of_other_rules_is_refused_until_rebuilt(tmp_path: Path) -> None:
    TantivyIndex(tmp_path).put([thing(1)])
    current = tmp_path / "CURRENT"
    current.write_text(json.dumps(json.loads(current.read_text()) | {"layout": "0"}))
    index = TantivyIndex(tmp_path)
    assert index.needs_rebuild()
    for refused in (
        lambda: total(index),
        lambda: index.put([thing(2)]),
        lambda: index.remove(["product:1"]),
        lambda: index.suggest("ket", "en", "us"),
    ):
        with pytest.raises(IndexOutdated):
            refused()
    index.rebuild([thing(1)])
    assert not index.needs_rebuild()
    assert total(index) == 1


def test_a_broken_index_asks_to_be_rebuilt(tmp_path: Path) -> None:
    TantivyIndex(tmp_path).put([thing(1)])
    (meta,) = tmp_path.glob("*/meta.json")
    meta.write_text("{")
    index = TantivyIndex(tmp_path)
    assert index.needs_rebuild()
    index.rebuild([thing(1)])
    assert total(index) == 1


def test_a_writer_waits_for_its_turn_and_gives_up_in_the_end(tmp_path: Path) -> None:
    index, hasty = TantivyIndex(tmp_path), TantivyIndex(tmp_path, patience=0)
    with index.folder.writing(1), pytest.raises(IndexBusy):
        hasty.put([thing(1)])
    hasty.put([thing(1)])
    assert total(hasty) == 1


def test_writers_of_several_threads_lose_nothing(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    threads = [Thread(target=TantivyIndex(tmp_path).put, args=([thing(n)],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    index.reload()
    assert total(index) == 8


def test_a_writer_that_dies_leaves_no_lock_and_no_half_work(tmp_path: Path) -> None:
    TantivyIndex(tmp_path).put([thing(1)])
    script = (
        "import os, sys; from app.services.search.tantivy import TantivyIndex;"
        "from app.services.search.port import Document;"
        "die = lambda: os._exit(9);"
        "docs = (Document('p:2', 'p', 'en', 'x') if n < 9 else die() for n in range(10));"
        "TantivyIndex(sys.argv[1]).put(docs)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert ended.returncode == 9
    index = TantivyIndex(tmp_path, patience=1)
    assert total(index) == 1
    index.put([thing(2)])
    assert total(index) == 2


@pytest.mark.parametrize(("boost", "expected"), [(0.5, 0.5), (1.0, 1.0), (2.0, 2.0), (0.0, 0.1)])
def test_boost_multiplies_the_score(tmp_path: Path, boost: float, expected: float) -> None:
    index = TantivyIndex(tmp_path)
    index.put([Document("product:1", "product", "en", "Kettle", boost=boost)])
    (hit,) = index.find(Query("", "en", "us")).hits
    assert hit.score == pytest.approx(expected)
