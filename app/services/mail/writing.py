"""A Message as an e-mail of RFC 5322: header injection cannot happen, the language is said."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from app.kernel import clock
from app.services.mail.port import Message


def write(message: Message) -> EmailMessage:
    """The mail, with text and HTML as alternatives. Raises ValueError for a line break in a
    header (EmailMessage refuses it)."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = message.sender, message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(clock.now())
    domain = parseaddr(message.sender)[1].partition("@")[2] or "localhost"
    digest = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    mail["Message-ID"] = f"<{digest}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", charset="utf-8", cte="quoted-printable")
    mail["Content-Language"] = message.language  # set_content() would drop it
    return mail
