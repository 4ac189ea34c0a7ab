"""The outbox: a log of changes for every host to follow, and jobs to be done once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.models.types import Base, UtcDateTime


class OutboxEvent(Base):
    """Something changed. Written in the change's own transaction, read by every host in turn.

    txid  PostgreSQL's transaction id (0 on SQLite, whose writers take turns): a reader takes only
          rows of transactions older than every open one, so that no late commit is overtaken.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (
        Index("ix_outbox_event_order", "txid", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    txid: Mapped[int] = mapped_column(BigInteger, default=0)
    topic: Mapped[str] = mapped_column(String(32))  # product, category, page, price, stock, …
    subject: Mapped[str] = mapped_column(String(64), default="")
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)


class OutboxCursor(Base):
    """How far one follower (a consumer on a host) has read."""

    __tablename__ = "outbox_cursor"

    follower: Mapped[str] = mapped_column(String(120), primary_key=True)  # "search@host-path"
    txid: Mapped[int] = mapped_column(BigInteger, default=0)
    event_id: Mapped[int] = mapped_column(default=0)
    moved_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=clock.now, onupdate=clock.now
    )


class Job(Base):
    """Work that leaves the shop (mail, refund, picture), written with its cause, done once.

    key    unique: the same cause makes one job
    state  waiting, running (until lease_until), done, dead (gave up; `error` says why)
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name="state"),
        Index("ix_job_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ScheduleRun(Base):
    """A periodic task has run in this slot: two schedulers at once run it once."""

    __tablename__ = "schedule_run"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    slot: Mapped[str] = mapped_column(String(32), primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)


class WebSession(Base):
    """A browser's session, on the server and revocable. `id` is the hash of the cookie's token."""

    __tablename__ = "web_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
