"""Jobs from the database, handed to huey's threads; huey's own file holds only who does what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.services.outbox import jobs


def queue(home: Path, redis_url: str = "") -> Any:
    """The task queue: a SQLite file of its own, or Redis where there is one."""
    from huey import RedisHuey, SqliteHuey  # noqa: PLC0415 - slow, and web processes have no queue

    if redis_url:
        return RedisHuey("tradewind", url=redis_url, results=False)
    return SqliteHuey("tradewind", filename=str(home / "queue.db"), results=False, fsync=False)


def memory_queue() -> Any:
    """A queue that does its work at once, for tests and `flask worker --once`."""
    from huey import MemoryHuey  # noqa: PLC0415 - the same

    return MemoryHuey("tradewind", immediate=True, results=False)


class Desk:
    """Takes due jobs and hands them out. `context` opens an application context per task.

    lease  how long a job is this worker's; one that died gives its jobs back after it
    """

    def __init__(self, huey: Any, handlers: Mapping[str, jobs.Handler],
                 context: Callable[[], AbstractContextManager[Any]],
                 lease: timedelta = jobs.LEASE) -> None:
        self.huey, self.lease = huey, lease

        @huey.task(name="job")  # type: ignore[untyped-decorator]  # huey ships no types
        def job(job_id: int, kind: str, payload: dict[str, Any], attempt: int) -> None:
            with context():
                jobs.run(job_id, kind, payload, attempt, handlers, lease)

        self.job = job

    def hand_out(self, limit: int = 4) -> int:
        """Lease due jobs and queue them. A queue that is full gets no more."""
        if self.huey.pending_count() >= 2:
            return 0
        leased = jobs.claim(limit, self.lease)
        for job_id, kind, payload, attempt in leased:
            self.job(job_id, kind, payload, attempt)
        return len(leased)
