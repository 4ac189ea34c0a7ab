"""The home page: its blocks with everything they show. A block with nothing to show is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from markupsafe import Markup

from app.blueprints.storefront import structured
from app.blueprints.storefront.promise_words import promise_words
from app.blueprints.storefront.targets import link_of, spoken, target_url
from app.kernel import clock
from app.kernel.errors import NotFound
from app.services import content
from app.services.catalogue.cards import CardFacts, cards
from app.services.catalogue.offers import is_of_eu
from app.services.catalogue.picks import picks
from app.services.catalogue.pictures import pictures
from app.services.catalogue.shelves import shelves
from app.services.catalogue.words import word
from app.services.content import BlockView
from app.services.markdown import html_of
from app.services.media.flow import PictureView
from app.services.shipping.promising import Promised, promised
from app.web.cards import cards_of
from app.web.gettext import gettext as _
from app.web.locale import Locale
from app.web.page import Page

LEAST, MOST = 4, 12


@dataclass(frozen=True, slots=True)
class ShownFront:
    """The template's variables, and how long the page holds."""

    context: dict[str, Any]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Stock:
    """What the blocks draw from, read for all of them at once."""

    here: Locale
    cards: Mapping[int, CardFacts]
    pictures: Mapping[int, PictureView]
    promised: Promised | None = None


def front_page(here: Locale) -> ShownFront:
    """The blocks of the page "home" for this market, in their order."""
    held = content.blocks(content.HOME, here.market.code)
    promise = promised(here.market, here.currency, clock.now())
    store = _Stock(here, _all_cards(held, here), pictures(_all_media(held), here.chain), promise)
    blocks = []
    for block in held:
        shown = KINDS[block.kind](block, store) if block.kind in KINDS else None
        if shown is not None:
            blocks.append({"kind": block.kind, "id": block.id, **shown})
    page = _page(held, here)
    is_first = not blocks or blocks[0]["kind"] != "hero"
    return ShownFront({"page": page, "blocks": blocks, "needs_heading": is_first},
                      _until(promise))


def _page(held: Sequence[BlockView], here: Locale) -> Page:
    """Title and description are the page's own, else those of its hero."""
    name = current_app.config["SHOP_NAME"]
    hero = next((block.content for block in held if block.kind == "hero"), {})
    claim, description = (word(hero.get(key) or {}, here.chain) for key in ("title", "text"))
    title = f"{name} – {claim}" if claim else name
    try:
        _view, text = content.page_by_code(content.HOME, here.chain)
        title, description = text.seo_title or title, text.seo_description or description
    except NotFound:
        pass  # a shop without a home page of its own still has a door
    return Page(title=title, description=description, jsonld=structured.shop(name))


def _until(promise: Promised | None) -> datetime:
    """The promised days change at the warehouse's cut-off."""
    moments = [_midnight(), promise.until if promise else None]
    return min(moment for moment in moments if moment is not None)


def _midnight() -> datetime:
    """Offers and new things are picked by the day (UTC)."""
    today = clock.now().astimezone(UTC).date()
    return datetime.combine(today + timedelta(days=1), datetime.min.time(), UTC)


def _ids(block: BlockView, here: Locale) -> tuple[int, ...]:
    fields = block.content
    return picks(
        str(fields.get("query", "")), here.market, here.currency,
        category=str(fields.get("category", "")), codes=tuple(fields.get("codes") or ()),
        most=_most(fields),
    )


def _most(fields: Mapping[str, Any]) -> int:
    return min(max(int(fields.get("limit") or LEAST), LEAST), MOST)


def _all_cards(held: Sequence[BlockView], here: Locale) -> dict[int, CardFacts]:
    ids = [id_ for block in held if block.kind == "products" for id_ in _ids(block, here)]
    if not ids:
        return {}
    found = cards(ids, here.market, here.currency, here.chain, clock.now())
    return {card.product_id: card for card in found}


def _all_media(held: Sequence[BlockView]) -> list[int]:
    found = []
    for block in held:
        parts = [block.content, *(block.content.get("items") or ())]
        found += [int(part["media"]) for part in parts if part.get("media")]
    found += [shelf.media_id for shelf in shelves().by_id.values()
              if shelf.media_id and any(block.kind == "categories" for block in held)]
    return found


def _hero(block: BlockView, store: _Stock) -> dict[str, Any] | None:
    fields, chain = block.content, store.here.chain
    if not fields.get("title"):
        return None
    actions = [link for action in fields.get("actions") or ()
               if (link := link_of(action, store.here))]
    return {
        "title": spoken(fields.get("title"), chain), "text": spoken(fields.get("text"), chain),
        "actions": actions[:2], "picture": store.pictures.get(fields.get("media") or 0),
        "tag_title": spoken(fields.get("tag_title"), chain),
        "tag_text": spoken(fields.get("tag_text"), chain),
    }


def _promise(block: BlockView, store: _Stock) -> dict[str, Any] | None:
    chain = store.here.chain
    items = [(spoken(item.get("title"), chain), spoken(item.get("text"), chain))
             for item in block.content.get("items") or ()]
    if store.promised is not None:
        items.insert(0, promise_words(store.promised))
    return {"items": items[:4]} if items else None


def _products(block: BlockView, store: _Stock) -> dict[str, Any] | None:
    """A row of cards; offers only of what may be called reduced here. Fewer than four: no row."""
    fields, here = block.content, store.here
    found = [store.cards[id_] for id_ in _ids(block, here) if id_ in store.cards]
    if fields.get("query") == "offers":
        found = [card for card in found if card.offer.was]
    if fields.get("query") != "codes":
        found.sort(key=lambda card: card.stock == "out")
    if len(found) < LEAST:
        return None
    return {"title": spoken(fields.get("title"), here.chain),
            "link": link_of(fields.get("link") or {}, here),
            "cards": cards_of(found[:_most(fields)]),
            "note": _("Struck prices: the lowest of the last 30 days")
            if fields.get("query") == "offers" and is_of_eu(here.market) else ""}


def _categories(block: BlockView, store: _Stock) -> dict[str, Any] | None:
    tree, chain = shelves(), store.here.chain
    codes = block.content.get("codes") or ()
    chosen = [tree.by_code[code] for code in codes if code in tree.by_code] or list(
        tree.children.get(None, ()))
    tiles = [
        {"name": spoken({text.language: text.name}, chain), "picture": picture,
         "url": target_url({"kind": "category", "code": shelf.code}, store.here)}
        for shelf in chosen
        if (picture := store.pictures.get(shelf.media_id or 0)) and (text := shelf.text(chain))
    ]
    return {"title": spoken(block.content.get("title"), chain), "tiles": tiles} if tiles else None


def _story(block: BlockView, store: _Stock) -> dict[str, Any] | None:
    fields, here = block.content, store.here
    if not fields.get("text"):
        return None
    return {"title": spoken(fields.get("title"), here.chain),
            "text": spoken(fields.get("text"), here.chain),
            "picture": store.pictures.get(fields.get("media") or 0),
            "link": link_of(fields.get("link") or {}, here)}


def _journal(block: BlockView, store: _Stock) -> dict[str, Any] | None:
    here = store.here
    items = [
        {"title": spoken(item.get("title"), here.chain), "text": spoken(item.get("text"),
                                                                        here.chain),
         "picture": store.pictures.get(item.get("media") or 0),
         "url": target_url(item.get("to") or {}, here)}
        for item in block.content.get("items") or ()
    ]
    return {"title": spoken(block.content.get("title"), here.chain),
            "items": items} if items else None


def _text(block: BlockView, store: _Stock) -> dict[str, Any] | None:
    chain = store.here.chain
    body = spoken(block.content.get("body"), chain, make=html_of)
    if not body:
        return None
    return {"title": spoken(block.content.get("title"), chain), "body": Markup(body)}  # noqa: S704 - cleaned by nh3


KINDS: dict[str, Callable[[BlockView, _Stock], dict[str, Any] | None]] = {
    "hero": _hero, "promise": _promise, "products": _products, "categories": _categories,
    "story": _story, "journal": _journal, "text": _text,
}
