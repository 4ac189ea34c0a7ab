"""Several threads at once, each in a context of its own, all let go at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Flask

from app.extensions import db

T = TypeVar("T")


def at_once(app: Flask, acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """What each act returned or raised, in order."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], T]) -> None:
        with app.app_context():
            gate.wait(timeout=30)
            try:
                answers[place] = act()  # type: ignore[call-overload]
            except Exception as error:  # noqa: BLE001 - the answer of a race is often a refusal
                answers[place] = error  # type: ignore[call-overload]
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    db.session.rollback()
    db.session.expire_all()
    return answers  # type: ignore[return-value]
