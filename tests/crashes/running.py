"""A shop in processes of its own that can be killed, stopped and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORES = os.cpu_count() or 1


def patience(seconds: float) -> float:
    """So many seconds of an idle machine; on a busy one, more."""
    return seconds * max(1.0, os.getloadavg()[0] / CORES)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether the address answers with success."""
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def until(holds: Callable[[], object], seconds: float, what: str) -> float:
    """Wait until something holds; seconds it took. Raises AssertionError."""
    begun, end = time.monotonic(), time.monotonic() + patience(seconds)
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return time.monotonic() - begun


@dataclass
class RunningShop:
    """Web server and workers on one database.

    home      the first host's data; `more` goes into the environment of every process
    database  SQLAlchemy's address; the same for all
    """

    home: Path
    database: str
    more: Mapping[str, str] = field(default_factory=dict)
    web_workers: int = 1
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the web server listens, before and after a restart."""
        return f"http://127.0.0.1:{self.port}"

    def start_web(self) -> float:
        """Start the web server; seconds until it answers."""
        self._start("web", [
            "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", str(self.web_workers), "--blocking-threads", "4", "wsgi:app"])
        return until(lambda: answers(f"{self.url}/readyz"), 30, "the web server answers")

    def start_worker(self, name: str = "worker", *, lease: int = 300, threads: int = 2,
                     home: Path | None = None) -> None:
        """Start a worker; with another home it is another host's."""
        self._start(name, ["flask", "worker", "--threads", str(threads), "--lease", str(lease)],
                    home or self.home)

    def kill(self, name: str) -> None:
        """kill -9 the process and its children, as a host that dies does."""
        self.tell(name, signal.SIGKILL)
        self.processes.pop(name).wait()

    def tell(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and its children."""
        os.killpg(self.processes[name].pid, number)

    def run(self, *command: str) -> str:
        """A `flask` command beside the running shop; what it said."""
        done = subprocess.run([sys.executable, "-m", "flask", *command], cwd=ROOT, check=True,
                              env=self._env(self.home), capture_output=True, text=True)
        return done.stdout.strip()

    def stop(self) -> None:
        """End everything that still runs, cleanly where it listens."""
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGCONT)
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=patience(20))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def _start(self, name: str, command: list[str], home: Path | None = None) -> None:
        log = (self.home / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=self._env(home or self.home),
            stdout=log, stderr=log, start_new_session=True)
        log.close()

    def _env(self, home: Path) -> dict[str, str]:
        return {**os.environ, "TRADEWIND_HOME": str(home), "DATABASE_URL": self.database,
                "BASE_URL": self.url, "SECRET_KEY": "test", "FLASK_APP": "wsgi",
                "TRADEWIND_LOG_LEVEL": "INFO", "TRADEWIND_RATE_LIMITS": "off",
                "PYTHONWARNINGS": "ignore", **self.more}

