"""The demo's pages, home blocks, menu and campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.extensions import transaction
from app.kernel import clock
from app.models.catalogue import Category
from app.models.content import Block, MenuItem, Page
from app.models.media import Media
from app.models.promotion import Promotion
from app.models.translation import PageText
from app.services.demo.foundation import DEMO, read
from app.services.demo.goods import Texts, in_all, read_texts
from app.services.media import flow as media
from app.services.outbox import log


def load() -> None:
    """Pages, menu, home and campaigns; nothing that is there is touched."""
    shop, texts = read("shop.json"), read_texts()
    with transaction() as session:
        if session.scalar(select(Page.id).limit(1)) is not None:
            return
    pictures = {what: _picture(name, texts) for what, name in shop["home"].items()}
    with transaction() as session:
        _pages(session, shop["footer"], texts)
        home = Page(code="home")
        session.add(home)
        session.flush()
        for position, (kind, content) in enumerate(_home(texts, pictures), 1):
            session.add(Block(page_id=home.id, position=position, kind=kind, content=content,
                              markets=[]))
        for position, code in enumerate(shop["menu"], 1):
            category = session.scalar(select(Category.id).where(Category.code == code))
            session.add(MenuItem(position=position, kind="category", subject_id=category,
                                 label={}))
        _promotions(session, shop["promotions"], texts)
        for topic in ("page", "menu", "promotion"):
            log.emit(topic)


def _picture(name: str, texts: Texts) -> Media:
    content = (DEMO / "media" / name).read_bytes()
    return media.add(content, name, in_all(texts, "images", name))


def _pages(session: Any, footer: Mapping[str, list[str]], texts: Texts) -> None:
    for group, codes in footer.items():
        for position, code in enumerate(codes, 1):
            page = Page(code=code, in_footer=group, position=position)
            session.add(page)
            session.flush()
            session.add_all(
                PageText(page_id=page.id, language=language, **own["pages"][code])
                for language, own in texts.items()
            )


def _home(texts: Texts, pictures: Mapping[str, Media]) -> list[tuple[str, dict[str, Any]]]:
    """Blocks in order; fields as services/content.py has them."""

    def say(*path: str | int) -> dict[str, str]:
        found = {}
        for language, own in texts.items():
            value: Any = own["home"]
            for step in path:
                value = value[step]
            found[language] = str(value)
        return found

    return [
        ("hero", {
            "title": say("hero", "title"), "text": say("hero", "text"),
            "media": pictures["hero"].id, "tag_title": say("hero", "tag_title"),
            "tag_text": say("hero", "tag_text"),
            "actions": [
                {"label": say("hero", "cta"), "to": {"kind": "category", "code": "home"}},
                {"label": say("hero", "cta2"), "to": {"kind": "page", "code": "delivery"}},
            ],
        }),
        ("promise", {"items": [
            {"title": say("promise", i, "title"), "text": say("promise", i, "text")}
            for i in range(3)
        ]}),
        ("products", {"title": say("new", "title"), "query": "new", "limit": 8}),
        ("categories", {"title": say("rooms", "title"), "codes": []}),
        ("products", {"title": say("offers", "title"), "query": "offers", "limit": 4}),
        ("story", {
            "title": say("story", "title"), "text": say("story", "text"),
            "media": pictures["story"].id,
            "link": {"label": say("story", "link"), "to": {"kind": "page", "code": "about"}},
        }),
        ("journal", {"title": say("journal", "title"), "items": [
            {"title": say("journal", "items", i, "title"),
             "text": say("journal", "items", i, "text"), "to": to}
            for i, to in enumerate((
                {"kind": "category", "code": "photo"}, {"kind": "category", "code": "sofas"},
                {"kind": "category", "code": "plants"},
            ))
        ]}),
    ]


def _promotions(session: Any, rows: list[dict[str, Any]], texts: Texts) -> None:
    now = clock.now()
    for row in rows:
        name = {language: own["promotions"][row["code"]]["name"]
                for language, own in texts.items()}
        session.add(Promotion(
            code=row["code"], coupon=row.get("coupon"), name=name, kind=row["kind"],
            percent=Decimal(row["percent"]) if "percent" in row else None,
            amounts=row.get("amounts", {}), minimum=row.get("minimum", {}), scope=row["scope"],
            codes=row.get("codes", []), markets=[], rank=row["rank"],
            usage_limit=row.get("usage_limit"), per_customer=row.get("per_customer"),
            valid_from=now,
            valid_until=now + timedelta(days=row["days"]) if "days" in row else None,
        ))
