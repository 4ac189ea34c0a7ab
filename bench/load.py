"""Load from the same machine: wrk where there is one, else threads of the standard library."""

from __future__ import annotations

import http.client
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.servers import Server

CONNECTIONS = 8
SCRIPT = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a round."""

    path: str
    method: str = "GET"
    body: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round gave. Times in milliseconds; cpu_ms per request, of the server alone."""

    per_second: float
    p50: float
    p99: float
    cpu_ms: float
    errors: int


def run(server: Server, asks: Sequence[Ask], headers: Mapping[str, str], seconds: float) -> Round:
    """One short round of these requests in turn."""
    before = server.cpu()
    count, lasted, errors, p50, p99 = (_wrk if shutil.which("wrk") else _threads)(
        server, asks, headers, seconds)
    used = server.cpu() - before
    return Round(count / lasted, p50, p99, used * 1000 / max(count, 1), errors)


def median(rounds: Sequence[Round]) -> Round:
    """The middle of several rounds, value by value."""
    def middle(name: str) -> float:
        return statistics.median(getattr(one, name) for one in rounds)

    return Round(middle("per_second"), middle("p50"), middle("p99"), middle("cpu_ms"),
                 sum(one.errors for one in rounds))


def _wrk(server: Server, asks: Sequence[Ask], headers: Mapping[str, str],
         seconds: float) -> tuple[int, float, int, float, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{ask.method} {ask.path} {ask.body}\n" for ask in asks))
        file.flush()
        env = {**os.environ, "BENCH_REQUESTS": file.name,
               "BENCH_HEADERS": "\n".join(f"{k}: {v}" for k, v in headers.items())}
        told = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(int(seconds), 1)}s", "-s", str(SCRIPT),
             server.url("/")], env=env, capture_output=True, text=True, check=True).stdout
    line = next(line for line in told.splitlines() if line.startswith("RESULT"))
    count, micros, status, broken, p50, p99 = map(int, line.split()[1:])
    return count, micros / 1e6, status + broken, p50 / 1000, p99 / 1000


def _threads(server: Server, asks: Sequence[Ask], headers: Mapping[str, str],
             seconds: float) -> tuple[int, float, int, float, float]:
    times: list[float] = []
    errors = [0]
    end = time.monotonic() + seconds

    def work(offset: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        at = offset
        while time.monotonic() < end:
            ask = asks[at % len(asks)]
            at += 1
            begun = time.perf_counter()
            connection.request(ask.method, ask.path, ask.body or None, dict(headers))
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - begun)
            errors[0] += answer.status >= 400
        connection.close()

    workers = [threading.Thread(target=work, args=(n * 7,)) for n in range(CONNECTIONS)]
    begun = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ordered = sorted(times) or [0.0]
    return (len(times), time.monotonic() - begun, errors[0], ordered[len(ordered) // 2] * 1000,
            ordered[int(len(ordered) * 0.99)] * 1000)
