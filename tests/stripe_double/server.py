"""The double over real HTTP on loopback, and its control for tests.

In the same process call the methods; from outside POST JSON keywords to /_control/<method> of
People, or to /_control/fault, /_control/deliver, /_control/post; GET /_control/summary.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from typing import Any

from werkzeug import Request, Response

from tests.local_server import LocalServer
from tests.stripe_double import page
from tests.stripe_double.api import Api, decoded
from tests.stripe_double.books import Books
from tests.stripe_double.faults import Fault, Faults
from tests.stripe_double.people import People
from tests.stripe_double.post import Post
from tests.stripe_double.refusals import Refusal
from tests.stripe_double.wire import Answer, Call


class StripeDouble(LocalServer, People):
    """A Stripe of its own. Use as a context manager, or serve() for ever.

    url     what goes into STRIPE_API_BASE
    post    webhooks (post.url, post.secret, post.deliver(...))
    faults  what goes wrong next: fault("drop", on="POST /v1/refunds", when="after")
    api.calls  every API call that came in
    """

    def __init__(self, port: int = 0, webhook_url: str = "", secret: str = "whsec_double",
                 *, is_automatic: bool = False) -> None:
        self.post = Post(webhook_url, secret, is_automatic=is_automatic)
        People.__init__(self, Books(self.post.take))
        LocalServer.__init__(self, self.wsgi, port)
        self.faults = Faults()
        self.api = Api(self.books, self.faults)

    def fault(self, kind: str, on: str = "", **how: Any) -> None:
        """The next call that begins with `on` goes wrong; see Fault."""
        self.faults.add(Fault(kind, on, **how))

    def deliver(self, **how: Any) -> list[tuple[str, int]]:
        """Send the webhooks that wait; see Post.deliver."""
        return self.post.deliver(**how)

    def wsgi(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """API, hosted page or control, by path."""
        request = Request(environ)
        try:
            if request.path.startswith("/v1/"):
                answer = self.api.answer(self._call(request))
                if answer.drop:
                    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                    raise ConnectionAbortedError
                response = _response(answer)
            elif request.path.startswith("/c/pay/"):
                response = self._page(request)
            elif request.path.startswith("/_control/"):
                response = self._control(request)
            else:
                response = Response("not here", 404)
        except Refusal as e:
            response = _response(Answer(e.status, e.body))
        return response(environ, start_response)

    def _call(self, request: Request) -> Call:
        form = request.query_string if request.method == "GET" else request.get_data()
        return Call(request.method, request.path, decoded(form.decode()),
                    request.headers.get("Idempotency-Key", ""),
                    request.headers.get("Authorization", ""), request.host_url.rstrip("/"))

    def _page(self, request: Request) -> Response:
        session = self.books.get(request.path.rpartition("/")[2], "checkout.session")
        if request.method == "POST":
            target = page.choose(self, session, request.form.get("outcome", ""))
            return Response("", 303, {"Location": target or request.path})
        return Response(page.html(self.books, session), content_type="text/html; charset=utf-8")

    def _control(self, request: Request) -> Response:
        verb = request.path.rpartition("/")[2]
        words = json.loads(request.get_data() or b"{}")
        if verb == "post":
            for name, value in words.items():
                setattr(self.post, name, set(value) if name == "lost" else value)
            return Response("{}", content_type="application/json")
        if verb.startswith("_") or not (hasattr(People, verb) or verb in ("fault", "deliver")):
            return Response("no such step", 404)
        done = getattr(self, verb)(**words)
        return Response(json.dumps(done), content_type="application/json")


def _response(answer: Answer) -> Response:
    is_text = isinstance(answer.body, str)
    body = answer.body if is_text else json.dumps(answer.body)
    return Response(body, answer.status, answer.headers,
                    content_type="text/html" if is_text else "application/json")
