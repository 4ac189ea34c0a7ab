"""Taking pictures in, making their renditions, fetching remote ones, throwing away unused ones."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import delete, select

from app.extensions import db, providers, transaction
from app.kernel import clock
from app.kernel.errors import Invalid, ProviderError
from app.models.catalogue import Category
from app.models.media import Media, ProductMedia, Rendition, VariantMedia
from app.services.media import pictures, remote
from app.services.media.showing import PictureView, address, picture_views
from app.services.outbox import jobs, log, many

__all__ = ["HANDLERS", "PictureView", "add", "address", "expect", "fetch_remote",
           "make_renditions", "picture_views", "purge"]

PLACEHOLDER = (800, 1000)  # width and height of a picture nobody has seen yet: the usual 4:5


def add(content: bytes, name: str, alt: Mapping[str, str], credit: str = "") -> Media:
    """Keep a picture; the same bytes are kept once. Its renditions are made by a job.

    name    file name or subject; becomes part of the address
    alt     language -> what is seen; languages a known picture lacks are added to it
    raises  Invalid  not_a_picture, picture_too_large
    Call outside a transaction: bytes go to the store first.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    known = _known(sha256)
    if known is not None:
        _add_words(known, alt)
        return known
    original = pictures.clean(content)
    key = f"{sha256[:10]}/{_file_name(name)}.{original.extension}"
    providers().media.put(key, original.content, original.mime)
    with transaction() as session:
        media = _known(sha256)
        if media is None:
            media = Media(key=key, sha256=sha256, mime=original.mime, width=original.width,
                          height=original.height, alt=dict(alt), credit=credit, state="waiting")
            session.add(media)
            session.flush()
            _ask_for_renditions(media.id)
            log.emit("media", media.id)
    return media


def expect(links: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Address -> media id for pictures that lie elsewhere; new ones are fetched by a job.

    links  address -> alt (language -> what is seen). Addresses of this shop's own pictures are
           recognised. Call inside transaction(). Nothing is looked up outside.
    """
    keys = {url: _own_key(url) or _remote_key(url) for url in links}
    session = db.session()
    known = {
        media.key: media
        for media in session.scalars(select(Media).where(Media.key.in_(set(keys.values()))))
    }
    made = []
    for url, alt in links.items():
        media = known.get(keys[url])
        if media is not None:
            _add_words(media, alt)
            continue
        media = Media(key=keys[url], source_url=url, state="remote", mime="", alt=dict(alt),
                      width=PLACEHOLDER[0], height=PLACEHOLDER[1])
        known[keys[url]] = media
        made.append(media)
    session.add_all(made)
    session.flush()
    many.add_all("fetch_picture", {
        _job_key("fetch_picture", media.id): {"media_id": media.id} for media in made
    })
    return {url: known[key].id for url, key in keys.items()}


def fetch_remote(media_id: int) -> None:
    """Fetch a remote picture and keep it; what goes wrong is noted on it.

    A picture that can never be had (not there, not allowed, no picture) is broken.
    raises  ProviderUnavailable  when trying again can help; it stays remote, with the note
    """
    found = _read(media_id)
    if found is None or found[2] in {"ready", "waiting"}:
        return
    key, url, _state = found
    try:
        content = remote.fetch(url, allow_private=providers().settings.testing)
        original = pictures.clean(content)
    except (ProviderError, Invalid) as error:
        again = isinstance(error, ProviderError) and error.retryable
        _note(media_id, f"{error.code} {_words(error.params)}".strip(),
              state="remote" if again else "broken")
        if again:
            raise
        return
    providers().media.put(key, original.content, original.mime)
    with transaction() as session:
        media = session.get(Media, media_id, populate_existing=True)
        if media is None:
            return
        media.sha256 = hashlib.sha256(content).hexdigest()
        media.mime, media.width, media.height = original.mime, original.width, original.height
        media.state, media.note = "waiting", ""
        _ask_for_renditions(media_id)
        log.emit("media", media_id)


def make_renditions(media_id: int) -> None:
    """Make every rendition of a picture and say it is ready. Safe to repeat."""
    found = _read(media_id)
    if found is None or found[2] == "remote":
        return
    key, store = found[0], providers().media
    content = store.get(key)
    if content is None:
        _note(media_id, "original_missing")
        return
    stem, rows = re.sub(r"\.(?:jpg|png)$", "", key), []
    try:
        for one in pictures.renditions(content):
            name = f"{stem}-{one.width}.{'jpg' if one.format == 'jpeg' else one.format}"
            store.put(name, one.content, pictures.MIMES[one.format])
            rows.append(Rendition(media_id=media_id, format=one.format, width=one.width,
                                  height=one.height, key=name, size=len(one.content)))
    except Invalid as error:
        _note(media_id, error.code)
        return
    with transaction() as session:
        media = session.get(Media, media_id, populate_existing=True)
        if media is None:
            return
        session.execute(delete(Rendition).where(Rendition.media_id == media_id))
        session.add_all(rows)
        media.state, media.note = "ready", ""
        log.emit("media", media_id)


def purge(media_ids: Iterable[int] | None = None) -> int:
    """Delete pictures nothing shows any more, with their bytes. Returns how many.

    media_ids  only among these; None: among all
    """
    unused = select(Media.id).where(
        Media.id.not_in(select(ProductMedia.media_id)),
        Media.id.not_in(select(VariantMedia.media_id)),
        Media.id.not_in(select(Category.media_id).where(Category.media_id.is_not(None))),
    )
    if media_ids is not None:
        unused = unused.where(Media.id.in_(list(media_ids)))
    with transaction() as session:
        gone = list(session.scalars(unused))
        keys = list(session.scalars(select(Media.key).where(Media.id.in_(gone))))
        keys += session.scalars(select(Rendition.key).where(Rendition.media_id.in_(gone)))
        session.execute(delete(Rendition).where(Rendition.media_id.in_(gone)))
        session.execute(delete(Media).where(Media.id.in_(gone)))
        for media_id in gone:
            log.emit("media", media_id)
    for key in keys:
        providers().media.remove(key)
    return len(gone)


def _renditions_job(payload: Mapping[str, Any]) -> None:
    make_renditions(int(payload["media_id"]))


def _fetch_job(payload: Mapping[str, Any]) -> None:
    fetch_remote(int(payload["media_id"]))


# kind of job -> its handler, for the worker
HANDLERS = {"renditions": _renditions_job, "fetch_picture": _fetch_job}


def _read(media_id: int) -> tuple[str, str, str] | None:
    """(key, source_url, state); no transaction stays open while bytes travel."""
    row = db.session.execute(
        select(Media.key, Media.source_url, Media.state).where(Media.id == media_id)
    ).first()
    db.session.rollback()
    return (row.key, row.source_url, row.state) if row else None


def _known(sha256: str) -> Media | None:
    return db.session.scalar(
        select(Media).where(Media.sha256 == sha256, Media.state.in_(["waiting", "ready"]))
        .order_by(Media.id).limit(1)
    )


def _add_words(media: Media, alt: Mapping[str, str]) -> None:
    missing = {language: words for language, words in alt.items()
               if words and not media.alt.get(language)}
    if missing:
        with transaction() as session:
            media.alt = {**media.alt, **missing}
            session.add(media)
            log.emit("media", media.id)


def _ask_for_renditions(media_id: int) -> None:
    jobs.add("renditions", _job_key("renditions", media_id), {"media_id": media_id})


def _job_key(kind: str, media_id: int) -> str:
    """One job per row: ids of deleted rows come again, moments do not."""
    return f"{kind}:{media_id}:{clock.now().isoformat()}"


def _note(media_id: int, note: str, state: str = "broken") -> None:
    with transaction() as session:
        media = session.get(Media, media_id, populate_existing=True)
        if media is not None:
            media.state, media.note = state, note[:240]
            log.emit("media", media_id)


def _words(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in params.items())


def _file_name(name: str) -> str:
    """A plain name for an address: "Lampe à pied.JPG" -> "lampe-a-pied"."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = re.sub(r"\.(?:jpe?g|png|webp|gif|avif)$", "", stem, flags=re.IGNORECASE)
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "picture"


def _remote_key(url: str) -> str:
    """The key of what lies at an address: the same address always has the same one."""
    name = _file_name(unquote(urlsplit(url).path)) if "//" in url else "picture"
    return f"{hashlib.sha256(url.encode()).hexdigest()[:16]}/{name}"


def _own_key(url: str) -> str | None:
    """The key within an address of this shop's own pictures; None for any other."""
    start = f"{providers().settings.base_url}/media/"
    return unquote(url[len(start):]) if url.startswith(start) else None
