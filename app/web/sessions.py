"""Sessions that live on the server: the cookie is only a key.

Loaded only when something asks for it (visitor.private_session); public pages never do.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from app.kernel import clock
from app.services import web_sessions

LIFETIME = timedelta(days=14)


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """A session that loads its row when first looked into, and saves only when changed."""

    def __init__(self, token: str) -> None:
        super().__init__({}, _mark)
        self.token, self.modified, self.is_loaded = token, False, False

    def load(self) -> ServerSession:
        """Read the row, once."""
        if not self.is_loaded:
            self.is_loaded = True
            data = web_sessions.read(self.token)
            if data is None:
                self.token = ""
            else:
                self.update(data)
                self.modified = False
        return self


def _mark(session: Any) -> None:
    session.modified = True


class DatabaseSessions(SessionInterface):
    """Flask's interface over services/web_sessions.py."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """An unread session for the request's cookie."""
        return ServerSession(request.cookies.get(cookie_name(app), ""))

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Write a changed session and set its cookie; end an emptied one."""
        if not session.modified:
            return
        if not session:
            if session.token:
                web_sessions.end(session.token)
            response.delete_cookie(cookie_name(app), path="/", secure=app.config["IS_HTTPS"])
            return
        session.token = session.token or secrets.token_urlsafe(32)
        web_sessions.write(session.token, dict(session), clock.now() + LIFETIME)
        response.set_cookie(
            cookie_name(app), session.token, max_age=int(LIFETIME.total_seconds()), path="/",
            httponly=True, secure=app.config["IS_HTTPS"], samesite="Lax",
        )


def cookie_name(app: Flask) -> str:
    """__Host- over https: bound to this host, path / and Secure."""
    return "__Host-session" if app.config["IS_HTTPS"] else "session"
