"""What this host keeps in step with the log of changes: search index and version counters."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from app.extensions import db, providers, versions
from app.services.outbox import follow
from app.services.outbox.follow import Change
from app.services.outbox.log import DOMAIN_OF
from app.services.search import flow as search


def name() -> str:
    """This host's name among the followers: two shops on one machine are two."""
    return f"{socket.gethostname()}:{providers().settings.home}"[:100]


def prepare() -> None:
    """Before following: an index that is missing or outdated is built from the tables."""
    if search.needs_rebuild() or not follow.is_known(f"search@{name()}"):
        follow.start(f"search@{name()}")
        search.rebuild()
    else:
        follow.follow(f"search@{name()}", search.update)
    if has_other_hosts():
        follow.follow(f"versions@{name()}", bump)


def catch_up() -> int:
    """Take what has changed since the last time. Returns how many changes."""
    taken = follow.follow(f"search@{name()}", search.update)
    if has_other_hosts():
        taken += follow.follow(f"versions@{name()}", bump)
    return taken


def has_other_hosts() -> bool:
    """A SQLite file serves one host, whose processes share the counters already."""
    return bool(db.session.get_bind().dialect.name != "sqlite")


def bump(changes: Sequence[Change]) -> None:
    """Tell the processes of this host what other hosts have changed."""
    for domain in {DOMAIN_OF[change.topic] for change in changes}:
        versions().bump(domain)
