"""Raw messages of payment providers: verified, stored, answered at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from app.services.payment import callbacks

bp = Blueprint("callbacks", __name__)


@bp.post("/webhooks/<provider>")
def take(provider: str) -> ResponseReturnValue:
    """2xx for every verified message, whatever it is about; 4xx for anything else."""
    headers: Any = request.headers  # read by name, like a mapping, whatever the case
    outcome = callbacks.take(provider, request.get_data(cache=False), headers)
    return jsonify(outcome=outcome), 200
