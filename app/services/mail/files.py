"""The default mailer: every mail becomes a file that a mail program can open."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.kernel import clock
from app.services.mail.port import Message
from app.services.mail.writing import write


class MailFolder:
    """Writes <folder>/<time>-<key>.eml; the same key is written once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Message) -> None:
        """Keep the mail as a file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(message.key.encode()).hexdigest()[:12]
        if next(self.folder.glob(f"*-{digest}.eml"), None) is not None:
            return
        name = f"{clock.now():%Y%m%dT%H%M%S}-{digest}.eml"
        # Not *.eml: a worker that dies right here must not look as if it had been sent.
        unfinished = self.folder / f".{name}.part"
        unfinished.write_bytes(write(message).as_bytes())
        unfinished.rename(self.folder / name)
