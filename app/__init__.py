"""The shop as a Flask application: wire, register, return."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined

from app import blueprints, commands
from app.config import ROOT, Settings, read
from app.extensions import db, migrate, prepare_engine
from app.services.outbox import log as outbox_log
from app.web import (
    assets,
    caching,
    errors,
    filters,
    gettext,
    headers,
    limits,
    locale,
    nul,
    observe,
    pagecache,
    preloads,
)
from app.web.sessions import DatabaseSessions
from app.web.templating import ShopEnvironment
from app.wiring import build_providers


class Shop(Flask):
    """Flask with the shop's own way of looking templates up."""

    jinja_environment = ShopEnvironment


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings (by default those of the environment)."""
    settings = settings or read()
    app = Shop(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        # Parameters of a failed statement would put names and addresses into the log.
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True, "hide_parameters": True},
        BASE_URL=settings.base_url,
        IS_HTTPS=settings.is_https,
        MAX_CONTENT_LENGTH=1024 * 1024,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        SHOP_NAME="porto.nova",
        TESTING=settings.testing,
        JSON_SORT_KEYS=False,
    )
    observe.configure_logging(settings.log_level)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=lambda: str(locale.current_language()))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.session_interface = DatabaseSessions()
    app.extensions["tradewind"] = build_providers(settings)
    outbox_log.connect(app.extensions["tradewind"].versions.bump)
    headers.install(app, settings)
    for part in (observe, nul, locale, gettext, filters, assets, errors, caching, preloads):
        part.install(app)
    limits.install(app, settings)
    blueprints.register(app)
    commands.register(app)
    return pagecache.in_front_of(app, settings)
