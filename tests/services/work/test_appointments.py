"""Appointments run once per slot, however many schedulers there are (reliability invariant 44)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.kernel import clock
from app.models.outbox import ScheduleRun
from app.services.work import appointments
from tests.races.crowd import at_once

NAME = "counted"
SCHEDULERS = 6


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    """An appointment of its own every five minutes, and when it ran."""
    times: list[datetime] = []
    lock = threading.Lock()

    def note() -> None:
        with lock:
            times.append(clock.now())

    monkeypatch.setattr(appointments, "APPOINTMENTS",
                        {**appointments.APPOINTMENTS, NAME: (5, note)})
    return times


def test_a_slot_is_run_once_by_many_schedulers(either_shop: Flask, ran: list[datetime]) -> None:
    begin = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    for slot in range(3):
        now = begin + timedelta(minutes=5 * slot, seconds=7)
        answers = at_once(either_shop, [lambda now=now: appointments.keep(NAME, now)
                                        for _ in range(SCHEDULERS)])
        assert sorted(answers) == [False] * (SCHEDULERS - 1) + [True]
        assert not appointments.keep(NAME, now + timedelta(minutes=2)), "still the same slot"
    assert len(ran) == 3


def test_one_that_fails_ends_nothing_and_comes_again_in_its_next_slot(
    shop: Flask, monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr(appointments, "APPOINTMENTS", {NAME: (1, fail)})
    now = clock.now()

    assert appointments.keep(NAME, now)
    assert not appointments.keep(NAME, now)
    assert appointments.keep(NAME, now + timedelta(minutes=1))


def test_all_of_them_run_on_either_database(either_shop: Flask,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appointments.fx, "update", lambda: None)  # needs the network
    failed: list[str] = []
    monkeypatch.setattr(appointments.log, "exception", lambda event, name: failed.append(name))

    for name in appointments.APPOINTMENTS:
        assert appointments.keep(name)

    assert not failed
    db.session.rollback()
    assert set(db.session.scalars(select(ScheduleRun.name))) == set(appointments.APPOINTMENTS)
