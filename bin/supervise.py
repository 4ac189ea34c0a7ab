"""Keep the shop's two processes running: the web server and the worker.

A process that ends by itself is started again after a pause that grows while it keeps ending.
Ctrl-C or SIGTERM stops both: open requests and the job at hand may finish, for 30 seconds at most.
Standard library only, so that nothing the shop imports can take the supervisor down.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GRACE = 30.0  # seconds for open requests after SIGTERM
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a restart
SETTLED = 60.0  # seconds a process has to live for the pause to start small again
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux' prctl(2)


@dataclass
class Child:
    """One process that is kept running, in a group of its own."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = field(default=FIRST_PAUSE)

    def start(self) -> None:
        """Start it; Ctrl-C on the terminal does not reach its group, so that we decide."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, start_new_session=True, preexec_fn=_die_with_parent
        )

    def watch(self) -> None:
        """Start it when it is due; when it has just ended, sweep its group and set a time."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
        elif (status := self.process.poll()) is not None:
            self.signal(signal.SIGKILL)
            if time.monotonic() - self.started >= SETTLED:
                self.pause = FIRST_PAUSE
            say(f"{self.name} ended ({status}); starting it again in {self.pause:g} s")
            self.process, self.due = None, time.monotonic() + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def signal(self, number: signal.Signals, *, group: bool = True) -> None:
        """Signal the process or its whole group; one that is gone is no error."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if group else os.kill)(self.process.pid, number)


def _die_with_parent() -> None:
    """Linux: the child is told to stop if this process is killed outright."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGTERM)


def say(words: str) -> None:
    """One line for the person at the terminal."""
    print(words, flush=True)


def children(options: argparse.Namespace) -> list[Child]:
    """The web server as asked for, and the worker."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "wsgi:app",
        "--host", options.host, "--port", str(options.port), "--workers", str(options.workers),
        "--blocking-threads", "4", "--backlog", "1024", "--no-ws", "--log-level", "warning",
        "--respawn-failed-workers", "--workers-kill-timeout", str(int(GRACE)),
    ]  # fmt: skip
    if options.reload:
        web = [*flask, "--debug", "run", "--host", options.host, "--port", str(options.port)]
    return [Child("web", web), Child("worker", [*flask, "worker"])]


def free(host: str, port: int) -> bool:
    """True if the address can be listened on. Ends the process if there is no such address."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        sys.exit(f"--host {host} is not an address of this machine")
    except OSError:
        return False
    return True


def announce(options: argparse.Namespace, stopping: threading.Event) -> None:
    """Print the shop's address once it answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(options.host, options.host)  # noqa: S104 - a name
    url = f"http://{host}:{options.port}/healthz"
    while not stopping.wait(0.2):
        with contextlib.suppress(urllib.error.URLError, OSError, ValueError):
            urllib.request.urlopen(url, timeout=2).close()
            say(f"\nThe shop is open at {os.environ['BASE_URL']}  (Ctrl-C closes it)\n")
            return


def stop(kept: list[Child]) -> None:
    """Ask every process to end, wait for what is open, then end what is left."""
    for child in kept:
        child.signal(signal.SIGTERM, group=False)
    deadline = time.monotonic() + GRACE + 2
    for child in kept:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
            child.signal(signal.SIGKILL)


def main() -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--reload", action="store_true")
    options = parser.parse_args()
    if options.host == "localhost":
        options.host = "127.0.0.1"
    os.environ.setdefault("BASE_URL", f"http://localhost:{options.port}")
    if not free(options.host, options.port):
        sys.exit(f"port {options.port} is taken; choose another one with --port")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    kept = children(options)
    for child in kept:
        child.start()
    threading.Thread(target=announce, args=(options, stopping), daemon=True).start()
    while not stopping.wait(0.2):
        for child in kept:
            child.watch()
    say("closing; open requests may finish")
    stop(kept)


if __name__ == "__main__":
    main()
