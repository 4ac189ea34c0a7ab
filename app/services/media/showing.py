"""What a template needs to show pictures: one call for all pictures of a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import select

from app.extensions import db
from app.kernel.text import choose
from app.models.media import Media, Rendition
from app.services.media.pictures import MIMES

SHOWN = ("ready", "waiting")
USUAL_WIDTH = 640  # what a browser that knows no srcset loads


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture for templates/ui/picture.html.

    sources       (type, srcset) pairs, best first; empty until the renditions are made
    alt_language  language of `alt`, for a lang attribute where it is not the page's
    full          address of the largest picture there is
    """

    key: str
    alt: str
    alt_language: str
    width: int
    height: int
    src: str
    srcset: str
    sources: tuple[tuple[str, str], ...]
    full: str


def address(key: str) -> str:
    """The path a picture is served under."""
    return f"/media/{quote(key)}"


def picture_views(media_ids: Iterable[int], chain: Sequence[str]) -> dict[int, PictureView]:
    """Media id -> what to show, in two queries.

    chain  languages in which the alternative text is looked for, in turn
    Pictures that are still to be fetched (remote) or broken are left out: they cannot be shown.
    """
    wanted = list(set(media_ids))
    if not wanted:
        return {}
    media = db.session.scalars(
        select(Media).where(Media.id.in_(wanted), Media.state.in_(SHOWN))
    ).all()
    made: dict[int, list[Rendition]] = {}
    ready = [one.id for one in media if one.state == "ready"]
    if ready:
        rows = db.session.scalars(
            select(Rendition).where(Rendition.media_id.in_(ready)).order_by(Rendition.width)
        )
        for row in rows:
            made.setdefault(row.media_id, []).append(row)
    return {one.id: _view(one, made.get(one.id, []), chain) for one in media}


def _view(media: Media, renditions: Sequence[Rendition], chain: Sequence[str]) -> PictureView:
    language, alt = choose(media.alt, chain) or ("", "")
    by_format: dict[str, list[Rendition]] = {}
    for rendition in renditions:
        by_format.setdefault(rendition.format, []).append(rendition)
    plain = by_format.get("jpeg", [])
    usual = next((one for one in plain if one.width >= USUAL_WIDTH), plain[-1] if plain else None)
    return PictureView(
        key=media.key, alt=alt, alt_language=language, width=media.width, height=media.height,
        src=address(usual.key if usual else media.key), srcset=_srcset(plain),
        sources=tuple(
            (MIMES[name], _srcset(by_format[name])) for name in ("avif", "webp")
            if name in by_format
        ),
        full=address(plain[-1].key if plain else media.key),
    )


def _srcset(renditions: Sequence[Rendition]) -> str:
    return ", ".join(f"{address(one.key)} {one.width}w" for one in renditions)


def pictures_of_keys(keys: Sequence[str], chain: Sequence[str]) -> dict[str, PictureView]:
    """Media key -> what to show; a picture that is gone is left out."""
    ids = dict(db.session.execute(
        select(Media.id, Media.key).where(Media.key.in_([key for key in keys if key]))
    ).all())
    views = picture_views(ids, chain)
    return {key: views[id_] for id_, key in ids.items() if id_ in views}
