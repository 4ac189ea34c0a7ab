"""Pictures as pages show them, kept until the catalogue changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from app.services.kept import Kept
from app.services.media.flow import PictureView, picture_views

_kept: Kept[PictureView | None] = Kept("catalogue", size=8192)


def pictures(media_ids: Iterable[int], chain: Sequence[str]) -> dict[int, PictureView]:
    """Media id -> what to show; those not kept yet are read together, in two statements."""
    wanted = list(dict.fromkeys(media_ids))
    read: dict[int, PictureView | None] = {}

    def one(media_id: int) -> PictureView | None:
        if not read:
            read.update(dict.fromkeys(wanted))
            read.update(picture_views(wanted, chain))
        return read[media_id]

    found = {id_: _kept.get((id_, tuple(chain)), partial(one, id_)) for id_ in wanted}
    return {id_: view for id_, view in found.items() if view is not None}
