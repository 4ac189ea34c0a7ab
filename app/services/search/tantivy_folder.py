"""Where the embedded index lies: one folder per generation and a file that names the current.

    <folder>/CURRENT        {"generation": ..., "layout": ...}, replaced in one step
    <folder>/lock           held by whoever writes, in any process
    <folder>/<generation>/  the engine's own files

A rebuild fills a new generation and names it when complete; a crash before leaves the old one.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.services.search.port import IndexBusy

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete index; layout names the rules it was made by."""

    path: Path
    layout: str


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """The folder of all generations, shared by every process of this host."""

    path: Path

    def current(self) -> Generation | None:
        """None when nothing was ever completed here (or CURRENT is no longer readable)."""
        try:
            named = json.loads((self.path / "CURRENT").read_text(encoding="utf-8"))
            return Generation(self.path / str(named["generation"]), str(named["layout"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def stamp(self, generation: Generation | None) -> tuple[Mark, Mark]:
        """Changes when another generation is named or the current one has new contents."""
        contents = generation.path if generation else self.path
        return _mark(self.path / "CURRENT"), _mark(contents / "meta.json")

    def begin(self, layout: str) -> Generation:
        """An empty folder for a generation that nobody reads yet. Needs writing()."""
        path = self.path / uuid.uuid4().hex[:12]
        path.mkdir(parents=True)
        return Generation(path, layout)

    def complete(self, generation: Generation) -> None:
        """Make this the current one and remove all others. Needs writing()."""
        named = {"generation": generation.path.name, "layout": generation.layout}
        beside = self.path / "CURRENT.new"
        with beside.open("w", encoding="utf-8") as file:
            json.dump(named, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path / "CURRENT")
        for other in self.path.iterdir():
            if other.is_dir() and other != generation.path:
                shutil.rmtree(other, ignore_errors=True)

    def discard(self, generation: Generation) -> None:
        """Remove a generation that was not completed."""
        shutil.rmtree(generation.path, ignore_errors=True)

    @contextmanager
    def writing(self, patience: int) -> Iterator[None]:
        """Be the only writer, in any process; IndexBusy after `patience` seconds."""
        self.path.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + patience
        with (self.path / "lock").open("a") as lock:
            while not _locked(lock.fileno()):
                if time.monotonic() > until:
                    raise IndexBusy(provider="tantivy")
                time.sleep(0.02)
            yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _mark(path: Path) -> Mark:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_ino
