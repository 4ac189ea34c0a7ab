"""Rows measured over HTTP: kept pages against memory, made pages against the floor."""

from __future__ import annotations

import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote

from app.config import Settings
from bench.load import Ask, Round, median, run
from bench.measure import Row, Subjects
from bench.servers import Server

BROWSER = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "de"}
HTMX = {"HX-Request": "true", "HX-Target": "cart-drawer",
        "Content-Type": "application/x-www-form-urlencoded"}


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The shop's variables for a server process."""
    return {
        "TRADEWIND_HOME": str(settings.home), "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key, "BASE_URL": settings.base_url,
        "TRADEWIND_RATE_LIMITS": "off", "TRADEWIND_LOG_LEVEL": "INFO", **more,
    }


def rounds(servers: Mapping[str, tuple[Server, Sequence[Ask], Mapping[str, str]]],
           times: int, seconds: float) -> dict[str, Round]:
    """Short rounds in turn, after a warm-up and one that does not count; the median of each."""
    found: dict[str, list[Round]] = {name: [] for name in servers}
    for server, asks, headers in servers.values():
        _warm(server, asks, headers)
    for number in range(times + 1):
        for name, (server, asks, headers) in servers.items():
            one = run(server, asks, headers, seconds if number else 1)
            if number:
                found[name].append(one)
    return {name: median(several) for name, several in found.items()}


def kept_pages(settings: Settings, on: Subjects, times: int, seconds: float) -> list[Row]:
    """Pages from the page cache, the same bytes from memory, and a Flask hello."""
    pages = {"home": "/de-de/", "category": f"/de-de/c/{quote(on.categories[0])}",
             "product": f"/de-de/p/{quote(on.products[0])}"}
    with ExitStack() as stack:
        shop = _started(stack, Server("wsgi:app", environment(settings)))
        request = urllib.request.Request(shop.url(pages["category"]), headers=BROWSER)
        with urllib.request.urlopen(request) as answer, tempfile.NamedTemporaryFile(
                delete=False) as file:
            file.write(answer.read())
        stack.callback(os.unlink, file.name)
        env = {"BENCH_BODY": file.name}
        memory = _started(stack, Server("bench.yardsticks:memory", env))
        hello = _started(stack, Server("bench.yardsticks:hello", env))
        found = rounds({
            "memory": (memory, [Ask("/x")], BROWSER), "hello": (hello, [Ask("/x")], BROWSER),
            **{name: (shop, [Ask(path)], BROWSER) for name, path in pages.items()},
        }, times, seconds)
    rows = []
    for name in pages:
        to_memory = found[name].per_second / found["memory"].per_second
        to_hello = found[name].per_second / found["hello"].per_second
        rows.append(Row(
            f"kept {name}", f"{to_memory:.2f} x memory, {to_hello:.1f} x hello",
            ">= 0.5 x memory, >= 3 x hello", to_memory >= 0.5 and to_hello >= 3,
            {"shop": found[name], "memory": found["memory"], "hello": found["hello"]}))
    return rows


def made_pages(settings: Settings, on: Subjects, times: int, seconds: float) -> list[Row]:
    """Category, product, search without the page cache, and add to cart, against the floor."""
    skus = [f"sku={quote(sku)}&quantity=1" for sku in on.skus]
    kinds = {
        "category": ([Ask(f"/de-de/c/{quote(s)}") for s in on.categories],
                     [Ask(f"/c/{quote(s)}") for s in on.categories], {}, 2.0),
        "product": ([Ask(f"/de-de/p/{quote(s)}") for s in on.products],
                    [Ask(f"/p/{quote(s)}") for s in on.products], {}, 2.0),
        "search": ([Ask(f"/de-de/search?q={quote(w)}") for w in on.words],
                   [Ask(f"/search?q={quote(w)}") for w in on.words], {}, 2.0),
        "add to cart": ([Ask("/de-de/cart/lines", "POST", body) for body in skus],
                        [Ask("/cart", "POST", body) for body in skus], HTMX, 5.0),
    }
    rows = []
    with ExitStack() as stack:
        shop = _started(stack, Server("wsgi:app", environment(
            settings, TRADEWIND_CACHE_MEGABYTES="0")))
        floor = _started(stack, Server("bench.floor:app", environment(
            settings, BENCH_DATABASE=settings.database_url, BENCH_LIST=str(on.list_id),
            BENCH_SEARCH=str(settings.home / "search"))))
        for name, (asks, floor_asks, headers, goal) in kinds.items():
            found = rounds({"floor": (floor, floor_asks, headers), "shop": (shop, asks, headers)},
                           times, seconds)
            ratio = found["shop"].cpu_ms / found["floor"].cpu_ms
            errors = found["shop"].errors + found["floor"].errors
            rows.append(Row(
                f"made {name}" if goal == 2 else name,
                f"{ratio:.2f} x floor CPU ({found['shop'].cpu_ms:.2f} / "
                f"{found['floor'].cpu_ms:.2f} ms)" + (f", {errors} errors" if errors else ""),
                f"<= {goal:g} x floor CPU", ratio <= goal and not errors, dict(found)))
    return rows


def start_and_size(settings: Settings, on: Subjects) -> list[Row]:
    """Cold start of one worker; memory of two warm ones."""
    cold = Server("wsgi:app", environment(settings), workers=1).start()
    cold.stop()
    shop = Server("wsgi:app", environment(settings)).start()
    try:
        for path in [*(f"/de-de/c/{quote(s)}" for s in on.categories[:10]),
                     *(f"/de-de/p/{quote(s)}" for s in on.products)]:
            for _ in range(4):  # both workers
                urllib.request.urlopen(shop.url(path)).read()
        run(shop, [Ask(f"/de-de/search?q={quote(w)}") for w in on.words], {}, 2)
        rss, pss = shop.memory()
    finally:
        shop.stop()
    return [
        Row("cold start", f"{cold.seconds_to_answer:.2f} s", "<= 2 s",
            cold.seconds_to_answer <= 2, {"seconds": cold.seconds_to_answer}),
        Row("memory", f"{rss} MiB a worker, {pss} MiB all", "<= 150 MiB, all <= 168 MiB",
            rss <= 150 and pss <= 168, {"rss": rss, "pss": pss}),
    ]


def _warm(server: Server, asks: Sequence[Ask], headers: Mapping[str, str]) -> None:
    """Every address four times on connections of their own, so that each worker has met it."""
    for ask in asks:
        for _ in range(4):
            body = ask.body.encode() or None
            wanted = urllib.request.Request(server.url(ask.path), body, dict(headers),
                                            method=ask.method)
            with suppress(urllib.error.HTTPError), urllib.request.urlopen(wanted) as answer:
                answer.read()


def _started(stack: ExitStack, server: Server) -> Server:
    server.log = Path(tempfile.gettempdir()) / f"bench-{server.target.replace(':', '-')}.log"
    stack.callback(server.stop)
    return server.start()
