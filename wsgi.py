"""The WSGI entry: `flask` commands and the web server start here."""

from __future__ import annotations

import sys

from app import create_app
from app.config import SettingError

try:
    app = create_app()
except SettingError as error:
    sys.exit(f"{error}; see .env.example")
