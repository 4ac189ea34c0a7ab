"""Workers that are stopped, that are two, and that keep the index in step (invariants 33, 44)."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import func, select

from app.extensions import db, providers
from app.kernel.errors import ShopError
from app.models.outbox import Job, ScheduleRun
from app.services import markets
from app.services.catalogue import editing
from app.services.catalogue.drafts import ProductDraft, TextDraft, VariantDraft
from app.services.checkout import placing
from app.services.search import flow as search
from tests.crashes.running import RunningShop, free_port, until
from tests.shoppers import ready
from tests.world import CUP

LEASE = 2  # seconds
SLOW = 0.15  # seconds a mail takes


class MailServer:
    """Takes every mail, slowly, and counts them by Message-ID."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.lock = threading.Lock()

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's
        """One more of this id."""
        await asyncio.sleep(SLOW)
        text = envelope.content.decode()
        with self.lock:
            self.taken[text.lower().split("message-id:")[1].split()[0]] += 1
        return "250 OK"


@pytest.fixture
def mails() -> Iterator[tuple[MailServer, int]]:
    """A mail server and its port."""
    server, port = MailServer(), free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server, port
    controller.stop()


@pytest.fixture
def running(stocked_shop: Flask, mails: tuple[MailServer, int]) -> Iterator[RunningShop]:
    """A shop whose workers are to be started; its database is ours."""
    settings = providers().settings
    shop = RunningShop(settings.home, settings.database_url,
                       more={"SMTP_URL": f"smtp://127.0.0.1:{mails[1]}"})
    yield shop
    shop.stop()


def order(count: int) -> None:
    """So many orders by transfer: each has one mail to be sent at once."""
    for _ in range(count):
        placing.place(ready("de-de", (CUP, 1), method="transfer"))


def sent(server: MailServer) -> int:
    """Different mails taken so far."""
    return len(server.taken)


def open_jobs() -> int:
    """Mails that still wait or are being sent."""
    db.session.rollback()
    return db.session.scalar(select(func.count(Job.id)).where(
        Job.kind == "mail", Job.state != "done")) or 0


def pause(running: RunningShop, name: str) -> None:
    """SIGSTOP, but not while it holds SQLite's one lock: that stops every other writer too."""
    for _ in range(100):
        running.tell(name, signal.SIGSTOP)
        if db.engine.dialect.name != "sqlite" or is_writable(str(db.engine.url.database)):
            return
        running.tell(name, signal.SIGCONT)
        time.sleep(0.02)
    raise AssertionError("it always writes")


def is_writable(path: str) -> bool:
    """Whether nobody holds the write lock."""
    with closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
    return True


def test_workers_stopped_doubled_and_in_step(running: RunningShop, mails, tmp_path) -> None:
    """One story, because processes are dear: stopped, overtaken, woken, two at once, followed."""
    server, other_home = mails[0], tmp_path / "other"
    other_home.mkdir()
    order(10)
    running.start_worker("one", lease=LEASE, threads=1)
    until(lambda: sent(server) >= 2, 40, "the first worker sends")
    pause(running, "one")
    before = sum(server.taken.values())

    running.start_worker("two", lease=LEASE, threads=1, home=other_home)
    until(lambda: sent(server) == 10 and not open_jobs(), 40 + LEASE, "the second sends the rest")
    assert before < 10, "the first one was stopped in the middle of it"
    running.tell("one", signal.SIGCONT)
    time.sleep(2)
    assert sent(server) == 10, "none is lost, and none is another mail than it was"
    assert sum(server.taken.values()) <= 11, "at most the one that was on the wire goes twice"

    doubled = sum(server.taken.values()) - 10
    order(12)
    until(lambda: sent(server) == 22 and not open_jobs(), 40, "both send")
    assert sum(server.taken.values()) - doubled == 22, "two workers send each mail once"
    runs = db.session.execute(select(ScheduleRun.name, ScheduleRun.slot)).all()
    assert len(runs) == len(set(runs)) >= 5

    assert_followed()
    logs = "".join((running.home / f"{name}.log").read_text() for name in ("one", "two"))
    assert '"worker_round_failed"' not in logs and '"appointment_failed"' not in logs.replace(
        '"name": "daily_rates", "event": "appointment_failed"', "")


def assert_followed() -> None:
    """A change is in the index within two seconds (of an idle machine)."""
    market = markets.find("de")
    for number in range(3):
        word = f"zimtblau{number}"
        editing.upsert_products([ProductDraft(
            code="cup", author="test", texts={"de": TextDraft(f"Tasse {word}", slug="tasse")},
            variants=(VariantDraft(sku="CUP"),))])

        def is_found(word: str = word) -> bool:
            try:
                found = search.find(word, "de", market, kinds=("product",))
            except ShopError:
                return False
            return any(hit.key.startswith("product:") for hit in found.hits)

        print(f"in the index after {until(is_found, 2, 'the index is in step'):.2f} s")
