"""Jobs are done once, lost never: leases, crowds of workers, failures (invariants 33, 40, 44)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.extensions import db, transaction
from app.kernel import clock
from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.models.outbox import Job
from app.services.mail.files import MailFolder
from app.services.mail.port import Message
from app.services.outbox import jobs
from tests.races.crowd import at_once

OVER = timedelta(0)  # a lease that has ended when it begins
MAIL = Message(key="mail:1:paid", recipient="ada@nordlys.example", sender="shop@nordlys.example",
               subject="Thanks", text="Thanks.", html="<p>Thanks.</p>", language="en")


class Done:
    """A handler that counts; `problem` is raised instead where there is one."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.times: Counter[int] = Counter()
        self.problem = problem

    def __call__(self, payload: Mapping[str, Any]) -> None:
        self.times[payload["number"]] += 1
        if self.problem is not None:
            raise self.problem

    @property
    def handlers(self) -> dict[str, jobs.Handler]:
        """As the worker has them."""
        return {"count": self}


def ask(count: int = 1) -> None:
    """So many jobs, and none of the world's own."""
    with transaction() as session:
        session.execute(delete(Job).where(Job.kind != "count"))
        for number in range(count):
            jobs.add("count", f"count:{number}", {"number": number})


def job() -> Job:
    """The only job, as the database has it."""
    db.session.rollback()
    return db.session.scalars(select(Job).execution_options(populate_existing=True)).one()


def test_the_same_key_asks_once(shop: Flask) -> None:
    ask()
    ask()
    assert job().key == "count:0"


def test_a_job_asked_for_in_a_transaction_that_fails_is_not_there(shop: Flask) -> None:
    with pytest.raises(RuntimeError), transaction():
        jobs.add("count", "never", {"number": 0})
        raise RuntimeError("refused")
    assert not db.session.scalars(select(Job).where(Job.kind == "count")).all()


def test_many_workers_do_each_job_once(either_shop: Flask) -> None:
    ask(20)
    done = Done()

    def work() -> int:
        count = 0
        while leased := jobs.claim(3):
            count += sum(jobs.run(*one, done.handlers) for one in leased)
        return count

    answers = at_once(either_shop, [work for _ in range(5)])

    while leased := jobs.claim():  # a worker may have found all of them taken and gone home
        answers += [jobs.run(*one, done.handlers) for one in leased]
    assert sum(answers) == 20, answers
    assert done.times == dict.fromkeys(range(20), 1)


def test_a_dead_workers_job_is_done_by_another_when_its_lease_is_over(either_shop: Flask) -> None:
    ask()
    done = Done()
    assert jobs.claim(lease=OVER) and not done.times  # taken, and then the power goes
    (again,) = jobs.claim()

    assert jobs.run(*again, done.handlers)
    assert job().state == "done" and done.times == {0: 1}


def test_a_worker_that_wakes_after_its_lease_does_nothing(either_shop: Flask) -> None:
    ask()
    done = Done()
    (asleep,) = jobs.claim(lease=OVER)
    (other,) = jobs.claim()

    assert not jobs.run(*asleep, done.handlers), "the other one has it now"
    assert jobs.run(*other, done.handlers)
    assert not jobs.run(*asleep, done.handlers), "it is done"
    assert done.times == {0: 1} and job().state == "done"


def test_a_failure_after_the_lease_does_not_ask_for_what_another_does(either_shop: Flask) -> None:
    ask()
    done = Done()
    (slow,) = jobs.claim(lease=OVER)

    class Overtaken(Done):
        def __call__(self, payload: Mapping[str, Any]) -> None:
            with transaction() as session:  # the stop was so long that the lease ran out
                session.execute(update(Job).values(lease_until=clock.now()))
            (other,) = jobs.claim()
            jobs.run(*other, done.handlers)
            raise ProviderUnavailable

    assert not jobs.run(*slow, {"count": Overtaken()})
    assert job().state == "done" and not jobs.claim() and done.times == {0: 1}


def test_what_fails_comes_back_later_and_is_given_up_at_last(shop: Flask) -> None:
    ask()
    failing = Done(ProviderUnavailable(provider="smtp"))
    for attempt in range(1, len(jobs.BACK_OFF) + 2):
        (leased,) = jobs.claim()
        assert not jobs.run(*leased, failing.handlers)
        kept = job()
        assert kept.attempts == attempt
        if kept.state == "waiting":
            assert not jobs.claim(), "not before its time"
            _due_now()
    assert job().state == "dead" and "ProviderUnavailable" in job().error
    assert not jobs.claim()


def test_what_can_never_succeed_is_given_up_at_once(shop: Flask) -> None:
    ask()
    (leased,) = jobs.claim()
    jobs.run(*leased, Done(ProviderRejected(provider="smtp")).handlers)
    assert job().state == "dead"


def test_a_job_that_ends_every_worker_is_given_up(shop: Flask) -> None:
    ask()
    for _ in range(len(jobs.BACK_OFF) + 1):
        assert len(jobs.claim(lease=OVER)) == 1
    assert not jobs.claim(lease=OVER)
    assert (job().state, job().error) == ("dead", jobs.GAVE_UP)


def test_a_mail_half_written_at_a_crash_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = MailFolder(tmp_path)
    with monkeypatch.context() as crash:
        crash.setattr(Path, "rename", _die)
        with pytest.raises(KeyboardInterrupt):
            folder.send(MAIL)
    assert not list(tmp_path.glob("*.eml"))

    folder.send(MAIL)
    folder.send(MAIL)

    assert len(list(tmp_path.glob("*.eml"))) == 1


def _die(*_args: object) -> None:
    raise KeyboardInterrupt


def _due_now() -> None:
    with transaction() as session:
        session.execute(update(Job).values(due_at=clock.now() - timedelta(seconds=1)))
