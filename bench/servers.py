"""Servers under test: started as production does, their CPU and memory read from /proc."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.config import ROOT

TICKS = os.sysconf("SC_CLK_TCK")
WAIT_S = 60


@dataclass
class Server:
    """granian with an application ("wsgi:app", "bench.floor:app") on a free port of its own."""

    target: str
    env: Mapping[str, str]
    workers: int = 2
    log: Path = Path(os.devnull)
    port: int = field(default=0, init=False)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    seconds_to_answer: float = field(default=0.0, init=False)

    def start(self, path: str = "/healthz") -> Server:
        """Start and wait for the first answer at `path`."""
        self.port = _free_port()
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", self.target,
                   "--host", "127.0.0.1", "--port", str(self.port), "--workers",
                   str(self.workers), "--blocking-threads", "6", "--backlog", "1024", "--no-ws",
                   "--log-level", "warning"]
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **self.env},
                                            stdout=log, stderr=log, start_new_session=True)
        while not self._answers(path):
            if self.process.poll() is not None or time.monotonic() - begun > WAIT_S:
                raise RuntimeError(f"{self.target} did not start; see {self.log}")
            time.sleep(0.02)
        self.seconds_to_answer = time.monotonic() - begun
        return self

    def stop(self) -> None:
        """End it with its workers."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)

    def url(self, path: str) -> str:
        """An address of this server."""
        return f"http://127.0.0.1:{self.port}{path}"

    def cpu(self) -> float:
        """CPU seconds its processes have used so far."""
        total = 0
        for pid in self.pids():
            with suppress(OSError):
                parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += int(parts[11]) + int(parts[12])
        return total / TICKS

    def memory(self) -> tuple[int, int]:
        """(RSS of the largest worker, PSS of all processes) in MiB."""
        largest = shared = 0
        for pid in self.pids():
            with suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Rss:"):
                        largest = max(largest, int(line.split()[1]))
                    if line.startswith("Pss:"):
                        shared += int(line.split()[1])
        return largest // 1024, shared // 1024

    def pids(self) -> list[int]:
        """Its processes: everything in its session."""
        if self.process is None:
            return []
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError, ValueError, IndexError):
                    parts = (entry / "stat").read_text().rpartition(")")[2].split()
                    if int(parts[3]) == self.process.pid:
                        found.append(int(entry.name))
        return found

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url(path), timeout=10):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
