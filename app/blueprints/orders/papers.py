"""Invoice and credit notes as files, for who may see the order."""

from __future__ import annotations

from flask import Response, request

from app.blueprints.orders.views import ask_email, bp, is_mine
from app.services.documents import files
from app.services.documents import reading as documents
from app.services.orders import reading
from app.web.caching import private


@bp.get("/orders/<token>/documents/<number>")
def paper(token: str, number: str) -> Response:
    """The file of a paper of this order: PDF, or `?form=ubl` and `?form=cii` for programs.

    Another order's paper is as unknown here as one that never was.
    """
    order = reading.find(token)
    if not is_mine(token):
        return ask_email(token)
    document = documents.of_shopper(order, number)
    form = request.args.get("form", "pdf")
    response = Response(files.read(document, form), mimetype=files.MEDIA_TYPES[form])
    response.headers.set("Content-Disposition", "attachment",
                         filename=files.file_name(document, form))
    response.headers["X-Robots-Tag"] = "noindex"
    return private(response)
