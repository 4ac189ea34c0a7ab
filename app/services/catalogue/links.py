"""Rows that only tie two things together, brought to what they shall be in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from app.extensions import db
from app.models.types import Base


def sync(model: type[Base], owner: str, wanted: Mapping[int, Sequence[Mapping[str, Any]]]
         ) -> set[int]:
    """Make the rows of each owner exactly `wanted`. Returns the owners for which any changed.

    owner   name of the column that holds the owner's id
    wanted  owner id -> its rows without that column; all rows name the same columns
    Three statements at most beside the reading one, however many owners there are.
    """
    if not wanted:
        return set()
    table = model.__table__
    keys = [column.name for column in table.primary_key]
    found = db.session().execute(select(table).where(table.c[owner].in_(list(wanted))))
    have = {tuple(row[key] for key in keys): dict(row) for row in found.mappings()}
    want = {}
    for owner_id, rows in wanted.items():
        for row in rows:
            whole = {owner: owner_id, **row}
            want[tuple(whole[key] for key in keys)] = whole
    gone = [have[key] for key in have.keys() - want.keys()]
    new = [whole for key, whole in want.items() if key not in have]
    moved = [whole for key, whole in want.items()
             if key in have and any(have[key][name] != value for name, value in whole.items())]
    _write(table, keys, gone=gone, new=new, moved=moved)
    return {row[owner] for row in (*gone, *new, *moved)}


def _write(table: Any, keys: Sequence[str], *, gone: Sequence[Mapping[str, Any]],
           new: Sequence[Mapping[str, Any]], moved: Sequence[Mapping[str, Any]]) -> None:
    connection = db.session().connection()
    here = [table.c[key] == bindparam(f"key_{key}") for key in keys]
    if gone:
        connection.execute(
            delete(table).where(*here), [{f"key_{key}": row[key] for key in keys} for row in gone]
        )
    if moved:
        names = [name for name in moved[0] if name not in keys]
        connection.execute(
            update(table).where(*here).values({name: bindparam(f"to_{name}") for name in names}),
            [{**{f"key_{key}": row[key] for key in keys},
              **{f"to_{name}": row[name] for name in names}} for row in moved],
        )
    if new:
        connection.execute(insert(table), new)
