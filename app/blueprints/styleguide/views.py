"""GET /<prefix>/styleguide: the components with made-up contents, never indexed."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.blueprints.styleguide.samples import samples_for
from app.web import locale
from app.web.gettext import gettext as _
from app.web.page import Page

bp = locale.localised(Blueprint("styleguide", __name__))


@bp.get("/styleguide")
def show() -> str:
    """All components in the language of the page; texts of the samples fall back to English."""
    page = Page(title=_("Style guide"), robots="noindex")
    samples = samples_for(locale.current().language)
    return render_template("styleguide/page.html", page=page, samples=samples)
