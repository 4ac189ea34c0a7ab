"""What the shop asks of a register of tax ids, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class RegistryAnswer:
    """What a register said.

    is_valid      the number is in force today
    name, address of its holder where the register tells them, else ""
    consultation  the register's own number of this question, the seller's proof; or ""
    raw           the answer as it came
    """

    is_valid: bool
    name: str = ""
    address: str = ""
    consultation: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


class TaxIdRegistry(Protocol):
    """A register that can be asked whether a tax id is in force.

    Raises ProviderUnavailable when it cannot say (no answer, too many questions, the member
    state is away): never an answer of its own. ProviderRejected: we asked in a wrong way.
    """

    code: str

    def ask(self, number: str, asker: str) -> RegistryAnswer:
        """Ask about a number in its standard form ("ATU13585627", "GB980780684").

        asker  the seller's own number, so that the register gives a consultation number; or ""
        """
        ...
