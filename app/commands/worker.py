"""`flask worker`: the second process of the shop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.extensions import db, providers
from app.services.documents import files
from app.services.media import flow as media
from app.services.outbox import jobs
from app.services.payment import callbacks, refunds
from app.services.tax import flow as live_tax
from app.services.tax_ids import flow as tax_ids
from app.services.work import appointments, following
from app.services.work.queue import Desk, memory_queue, queue
from app.web.mails import mail_job

log = structlog.get_logger()
HANDLERS: dict[str, jobs.Handler] = {
    "mail": mail_job,
    "refund": refunds.carry_out,
    "callback": callbacks.catch_up,
    tax_ids.JOB: tax_ids.look_up,
    live_tax.JOB: live_tax.look_up,
    "document": files.document_job,
    **media.HANDLERS,
}
PATIENCE = 10.0  # seconds a job may take to finish when the worker is told to stop
PAUSE = 0.4  # seconds between two looks at the log: a change is in the index within two


@click.command("worker")
@click.option("--threads", type=click.IntRange(min=1, max=16), default=2, show_default=True)
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
@click.option("--lease", type=click.IntRange(min=1), default=int(jobs.LEASE.total_seconds()),
              show_default=True, help="Seconds after which a dead worker's jobs are done again.")
@with_appcontext
def group(threads: int, once: bool, lease: int) -> None:  # noqa: FBT001 - click passes flags by name
    """Follow the outbox, do jobs, keep appointments. Stops cleanly on SIGTERM and Ctrl-C."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    following.prepare()
    if once:
        run_once(app)
        return
    db.session.remove()
    work(app, threads, timedelta(seconds=lease))


def run_once(app: Flask) -> int:
    """All that is due now, in this thread. Returns how many jobs were done."""
    following.catch_up()
    keep_appointments()
    desk, done = Desk(memory_queue(), HANDLERS, lambda: context(app)), 0
    while count := desk.hand_out():
        done += count
    return done


def work(app: Flask, threads: int, lease: timedelta = jobs.LEASE) -> None:
    """Run until told to stop: jobs in huey's threads, appointments in one of their own - a provider
    that does not answer holds up nothing else - and this thread follows and hands out."""
    stopping = threading.Event()
    settings = providers().settings
    huey = queue(settings.home, settings.redis_url)
    desk = Desk(huey, HANDLERS, lambda: context(app), lease)
    consumer = huey.create_consumer(workers=threads, worker_type="thread", periodic=False,
                                    initial_delay=0.05, max_delay=0.5)
    consumer.start()
    for number in (signal.SIGTERM, signal.SIGINT):  # after start(), which sets huey's own
        signal.signal(number, lambda *_: stopping.set())
    log.info("worker_started", threads=threads)
    threading.Thread(target=rounds, args=(app, stopping, keep_appointments), daemon=True).start()
    try:
        rounds(app, stopping, lambda: look(desk))
    finally:
        stop(consumer)
        log.info("worker_stopped")


def stop(consumer: Any) -> None:
    """Let jobs finish that finish soon. One that does not is leased again by the next worker:
    every job is safe to repeat, so nothing is lost by not waiting for a large picture."""
    consumer.stop(graceful=False)
    until = time.monotonic() + PATIENCE
    for _thread, process in consumer.worker_threads:
        process.join(timeout=max(until - time.monotonic(), 0))


def rounds(app: Flask, stopping: threading.Event, act: Callable[[], object]) -> None:
    """Act again and again until told to stop. A failing database is met again next round."""
    while not stopping.wait(PAUSE):
        with context(app):
            try:
                act()
            except Exception:
                db.session.rollback()
                log.exception("worker_round_failed")


def look(desk: Desk) -> None:
    """What changed, what is due."""
    following.catch_up()
    desk.hand_out()


def keep_appointments() -> None:
    """What the clock asks for."""
    for name in appointments.APPOINTMENTS:
        appointments.keep(name)


@contextmanager
def context(app: Flask) -> Iterator[Any]:
    """An application context whose session is given back at the end."""
    with app.app_context() as pushed:
        try:
            yield pushed
        finally:
            db.session.remove()
