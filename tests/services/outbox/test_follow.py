"""Followers of the log miss nothing, on either database, however writers commit."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import text, update

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.models.outbox import OutboxCursor
from app.services.outbox import follow, log
from app.services.outbox.follow import Change
from app.services.work import following
from tests.races.crowd import at_once

ME = "test@here"
WRITERS, EACH = 6, 5


class Reader:
    """A follower that remembers what it was handed."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        follow.start(ME)

    def read(self) -> list[str]:
        """Follow until nothing more comes; everything handed over so far."""
        while follow.follow(ME, self.take, limit=3):
            pass
        return self.seen

    def take(self, changes: list[Change]) -> None:
        """Note the subjects."""
        self.seen += [change.subject for change in changes]


def emit(*subjects: object) -> None:
    """Changes in one transaction."""
    with transaction():
        for subject in subjects:
            log.emit("product", subject)


def emit_now_and_then(writer: int) -> None:
    """Several changes, each in a transaction of its own."""
    for number in range(EACH):
        emit(f"{writer}-{number}")


def test_changes_of_many_writers_are_handed_over_once(either_shop: Flask) -> None:
    reader, over = Reader(), threading.Event()

    def read_on() -> None:
        with either_shop.app_context():
            while not over.wait(0.01):
                reader.read()
            db.session.remove()

    thread = threading.Thread(target=read_on)
    thread.start()
    at_once(either_shop, [partial(emit_now_and_then, writer) for writer in range(WRITERS)])
    over.set()
    thread.join()

    expected = sorted(f"{w}-{n}" for w in range(WRITERS) for n in range(EACH))
    assert sorted(reader.read()) == expected


@pytest.mark.postgresql
@pytest.mark.parametrize("is_first_to_write", [True, False])
def test_a_late_commit_is_not_overtaken(either_shop: Flask, is_first_to_write: bool) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite's writers take turns")
    reader = Reader()
    with db.engine.connect() as slow, db.engine.connect() as quick:
        slow.execute(text("SELECT pg_current_xact_id()"))  # the slow one has begun to write
        if is_first_to_write:
            slow.execute(INSERT, {"subject": "slow"})
        quick.execute(INSERT, {"subject": "quick"})
        quick.commit()
        reader.read()
        if not is_first_to_write:
            slow.execute(INSERT, {"subject": "slow"})
        slow.commit()
        emit("last")

    assert sorted(reader.read()) == ["last", "quick", "slow"]


INSERT = text("INSERT INTO outbox_event (txid, topic, subject, happened_at) VALUES"
              " (pg_current_xact_id()::text::bigint, 'product', :subject, now())")


def test_a_crash_before_the_cursor_moves_hands_the_same_again(shop: Flask) -> None:
    reader = Reader()
    emit(1, 2)

    def die(changes: object) -> None:
        reader.take(changes)  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        follow.follow(ME, die)
    assert reader.read() == ["1", "2", "1", "2"]


def test_what_was_rolled_back_is_not_handed_over(shop: Flask) -> None:
    reader = Reader()
    with pytest.raises(RuntimeError), transaction():
        log.emit("product", "never")
        raise RuntimeError("refused")
    emit("done")
    assert reader.read() == ["done"]


def test_a_follower_of_a_quiet_shop_is_not_forgotten(shop: Flask) -> None:
    reader = Reader()
    _age(follow.KEPT + timedelta(days=1))
    assert follow.follow(ME, reader.take) == 0
    follow.forget_old()
    emit("after a long silence")

    assert reader.read() == ["after a long silence"]


def test_a_host_that_was_away_for_long_builds_its_index_anew(
    shop: Flask, monkeypatch: pytest.MonkeyPatch,
) -> None:
    following.prepare()
    assert not providers().search.needs_rebuild()
    _age(follow.KEPT + timedelta(days=1))
    follow.forget_old()
    rebuilt: list[bool] = []
    monkeypatch.setattr(following.search, "rebuild", lambda: rebuilt.append(True))

    following.prepare()
    following.prepare()

    assert rebuilt == [True]


def _age(by: timedelta) -> None:
    with transaction() as session:
        session.execute(update(OutboxCursor).values(moved_at=clock.now() - by))
