"""A request and an answer, as the double sees them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from tests.stripe_double.books import Thing


@dataclass
class Answer:
    """status, JSON body and headers; drop = the line goes dead instead."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


@dataclass
class Call:
    """One request, its form decoded; the key is '' for none."""

    method: str
    path: str
    params: Thing
    key: str
    bearer: str
    address: str

    @property
    def print(self) -> str:
        """What must be equal when a key is used again."""
        text = json.dumps([self.method, self.path, self.params], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
