"""Mail by SMTP: smtp://user:password@host:port (STARTTLS where offered) or smtps://."""

from __future__ import annotations

import smtplib
import ssl
from urllib.parse import SplitResult, unquote

from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.services.mail.port import Message
from app.services.mail.writing import write

TIMEOUT = 10.0


class SmtpMailer:
    """One connection per mail; the worker sends few at a time."""

    def __init__(self, url: SplitResult) -> None:
        self.url = url

    def send(self, message: Message) -> None:
        """Hand the mail to the server."""
        try:
            with self._connect() as server:
                if self.url.username:
                    server.login(unquote(self.url.username), unquote(self.url.password or ""))
                server.send_message(write(message))
        # `from None`: these exceptions name the recipient, and a traceback goes into the log.
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            kind = ProviderRejected if _is_final(error) else ProviderUnavailable
            raise kind(provider="smtp", reason=type(error).__name__) from None
        except (OSError, smtplib.SMTPException) as error:
            raise ProviderUnavailable(provider="smtp", reason=type(error).__name__) from None

    def _connect(self) -> smtplib.SMTP:
        host, context = self.url.hostname or "localhost", ssl.create_default_context()
        if self.url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, self.url.port or 465, timeout=TIMEOUT, context=context)
        server = smtplib.SMTP(host, self.url.port or 25, timeout=TIMEOUT)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        return server


def _is_final(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> bool:
    """Whether the server said "never" (5xx, RFC 5321 4.2.1); 4xx is "later": greylisting, a full
    mailbox."""
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return all(code >= 500 for code, _words in error.recipients.values())
