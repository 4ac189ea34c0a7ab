"""The WSGI entry: `flask` commands and the web server start here."""

from app import create_app

app = create_app()
