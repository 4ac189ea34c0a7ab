"""bin/bench: measure the shop, print one table, keep the figures in bench/results/."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.config import ROOT
from bench import catalogue, generated, heavy, in_process, over_http
from bench.database import database
from bench.measure import Row, subjects

ROWS = ("kept", "made", "statements", "weight", "search", "quote", "orders", "start")
FULL = ("quotes", "import", "index")


def main() -> int:
    """0 when every goal is met, else 1."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are ended too
    options = _options()
    names = options.only or list(ROWS) + (list(FULL) if options.full else [])
    with database(options.database, options.size) as url:
        settings = catalogue.settings(catalogue.home_of(options.size, options.database), url)
        catalogue.prepare(options.size, settings)
        on = subjects(settings)
        times, seconds = options.rounds, options.seconds
        acts: dict[str, Callable[[], Sequence[Row]]] = {
            "kept": lambda: over_http.kept_pages(settings, on, times, seconds),
            "made": lambda: over_http.made_pages(settings, on, times, seconds),
            "statements": lambda: in_process.statements(settings, on),
            "weight": lambda: in_process.weights(settings, on),
            "search": lambda: in_process.suggestions(settings, on, options.size),
            "quote": lambda: in_process.quoting(settings, on),
            "orders": lambda: in_process.orders(settings, on),
            "start": lambda: over_http.start_and_size(settings, on),
            "quotes": lambda: generated.quoting(settings),
            "import": heavy.importing, "index": heavy.indexing,
        }
        rows = [row for name in names for row in _told(name, acts[name])]
    _print(rows, options)
    _keep(rows, options)
    return 0 if all(row.is_met is not False for row in rows) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--size", choices=list(catalogue.SIZES), default="10k")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--only", action="append", choices=[*ROWS, *FULL], metavar="NAME",
                        help=f"one of {', '.join((*ROWS, *FULL))}; repeatable")
    parser.add_argument("--full", action="store_true",
                        help="also 100,000 quotes, import 50,000 products, index 100,000 documents")
    parser.add_argument("--rounds", type=int, default=3, help="short rounds of each (3)")
    parser.add_argument("--seconds", type=float, default=2, help="length of a round (2)")
    return parser.parse_args()


def _told(name: str, act: Callable[[], Sequence[Row]]) -> Sequence[Row]:
    if sys.stderr.isatty():
        print(f"measuring {name}", file=sys.stderr, flush=True)
    return act()


def _print(rows: Sequence[Row], options: argparse.Namespace) -> None:
    print(f"\n{options.size} products, {options.database}, {_commit()}, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}\n")
    width = max(len(row.name) for row in rows)
    wide = max(len(row.value) for row in rows)
    for row in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[row.is_met]
        print(f"{row.name:<{width}}  {row.value:<{wide}}  {row.goal:<34}  {verdict}")


def _keep(rows: Sequence[Row], options: argparse.Namespace) -> None:
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{options.size}-{options.database}.json"
    (folder / name).write_text(json.dumps({
        "at": datetime.now(UTC).isoformat(), "commit": _commit(), "size": options.size,
        "database": options.database, "python": platform.python_version(),
        "machine": {"cores": os.cpu_count(), "processor": _processor(),
                    "load": os.getloadavg()},
        "rows": [asdict(row) for row in rows],
    }, indent=1, default=_plain))
    print(f"\n{Path('bench/results') / name}")


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def _commit() -> str:
    told = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    return told.stdout.strip() or "unknown commit"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines
                 if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
