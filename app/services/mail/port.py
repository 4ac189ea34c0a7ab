"""Sending a mail, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A mail as it leaves: one recipient, plain text and HTML in one language.

    key  the same mail always has the same key (it becomes the Message-ID)
    """

    key: str
    recipient: str
    sender: str
    subject: str
    text: str
    html: str
    language: str


class Mailer(Protocol):
    """Takes mails away.

    send() is safe to repeat: the Message-ID is the key's, so that a second copy can be known.
    Raises ProviderUnavailable (try again later) or ProviderRejected (this mail will never go).
    """

    def send(self, message: Message) -> None:
        """Hand the mail over."""
        ...
