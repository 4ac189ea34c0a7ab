"""Writing a page's words, by code and language."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import transaction
from app.kernel.errors import Invalid
from app.models.content import Page
from app.models.translation import PageText
from app.services.catalogue import slugs
from app.services.content import GROUPS
from app.services.markets import LANGUAGES
from app.services.outbox import log


def set_page(code: str, language: str, title: str, body: str, group: str = "") -> None:
    """Make or change a page's text (Markdown) in one language, and publish the page.

    group   where the footer links to it: shop, help, legal; "" leaves it as it is
    raises  Invalid (unknown_language, page_empty, group_unknown)
    """
    if language not in LANGUAGES:
        raise Invalid("unknown_language", language=language)
    if not title.strip() or not body.strip():
        raise Invalid("page_empty")
    if group and group not in GROUPS:
        raise Invalid("group_unknown", group=group)
    with transaction() as session:
        page = session.scalar(select(Page).where(Page.code == code))
        if page is None:
            page = Page(code=code, in_footer=group)
            session.add(page)
            session.flush()
        page.is_published = True
        page.in_footer = group or page.in_footer
        text = session.get(PageText, (page.id, language))
        if text is None:
            text = PageText(page_id=page.id, language=language, title=title, slug="", body=body)
            wish = slugs.Wish(page.id, language, title)
            text.slug = slugs.claim("page", [wish])[page.id, language]
            session.add(text)
        text.title, text.body = title, body
        session.flush()
        log.emit("page", page.id)
