"""`flask quote`: ask the engines a question from a file."""

from __future__ import annotations

from flask.cli import AppGroup

group = AppGroup("quote", help="Ask the quote engine without a cart.")
