"""An import: read, lay down by product, write in goes. Safe to run again: what is the same stays.

A product is written whole or not at all. Goes of some products share a transaction because every
commit waits for the disk; if anything in a go fails, its products are written one by one, so that
only the one at fault is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from app.extensions import db, transaction
from app.kernel.errors import ShopError
from app.models.catalogue import Product
from app.services.catalogue import category_tree, editing, relations, tags
from app.services.catalogue.drafts import Outcome, ProductDraft, VariantDraft
from app.services.imports.entries import (
    ERROR,
    NOTE,
    Entry,
    Findings,
    RowNote,
    Target,
    Together,
)
from app.services.imports.reading import BadRow, Columns, GroupedRows, Row, open_sheet
from app.services.imports.target import for_sheet
from app.services.media import flow as media

GO = 50

Found = tuple[Entry | Together | None, Findings]
_REASONS = {
    "sku_taken": "the SKU {sku} belongs to another product",
    "sku_twice": "the SKU {sku} is there twice",
    "variant_choices": "{sku} is chosen like another variant of the product",
    "stock_promised": "more pieces are promised to orders than the file leaves",
    "product_nameless": "the title has no words",
}


class Format(Protocol):
    """A module that knows one kind of file: shopify, woocommerce."""

    SOURCE: str
    NEEDED: tuple[str, ...]
    COLUMNS: Columns

    def key_of(self, row: Row) -> str:
        """What the rows of one product have in common."""

    def read(self, rows: Sequence[Row], target: Target) -> Found:
        """The product they make, if any, and what is to be said about it."""


@dataclass
class Summary:
    """How an import went: products by outcome, rows by kind of note."""

    products: Counter[str] = field(default_factory=Counter)  # created, updated, unchanged, …
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> bool:
        """True when any row could not be imported."""
        return self.notes[ERROR] > 0


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told while an import runs: each line of the report, and (done, of how many)."""

    note: Callable[[RowNote], None] = lambda note: None
    progress: Callable[[int, int], None] = lambda done, total: None


def run(path: Path, format_: Format, target: Target, watch: Watch | None = None,
        author: str = "import") -> Summary:
    """Import a file. Raises reading.Unreadable before anything is written.

    Memory does not grow with the file; the report goes to `watch` as it is made.
    """
    watch = watch or Watch()
    sheet = open_sheet(path, format_.COLUMNS, format_.NEEDED)
    target = for_sheet(target, sheet)
    job = _Job(format_, target, watch, author, path.name)
    groups = GroupedRows(job.readable(sheet.rows()), format_.key_of)
    try:
        job.work(groups)
    finally:
        groups.close()
    return job.summary


class _Job:
    """One import while it runs."""

    def __init__(self, format_: Format, target: Target, watch: Watch, author: str, name: str
                 ) -> None:
        self.summary = Summary()
        self._format, self._target, self._watch = format_, target, watch
        self._author, self._name = f"{author} {format_.SOURCE}", name
        self._together: list[Together] = []

    def readable(self, rows: Iterator[Row | BadRow]) -> Iterator[Row]:
        """The rows that can be read; the others are reported."""
        for row in rows:
            if isinstance(row, BadRow):
                self._report([RowNote(ERROR, row.line, "", row.reason)])
            else:
                yield row

    def work(self, groups: GroupedRows) -> None:
        """Every product of the file, in goes; relations last, when all of them are there."""
        total, done = groups.group_count, 0
        found = (self._format.read(rows, self._target) for _key, rows in groups)
        while some := list(islice(found, GO)):
            self._take(some)
            done += len(some)
            db.session.expunge_all()  # a long import must not collect every product it has seen
            self._watch.progress(done, total)
        for group in self._together:
            if relations.relate_by_sku(group.skus) == 0:
                self._report([RowNote(NOTE, group.line, "", "fewer than two of its products are"
                                      " in the shop", group.name)])

    def _take(self, some: Sequence[Found]) -> None:
        entries = []
        for entry, findings in some:
            self._report(findings.notes)
            if isinstance(entry, Entry):
                entries.append(entry)
            elif isinstance(entry, Together):
                self._together.append(entry)
            else:
                self.summary.products["failed" if findings.failed else "skipped"] += 1
        self.summary.products.update(self._write(entries))

    def _write(self, entries: Sequence[Entry]) -> list[str]:
        """What became of each: created, updated, unchanged, failed. A failing go is taken apart."""
        if not entries:
            return []
        try:
            changes, notes = self._write_together(entries)
        except (ShopError, IntegrityError, DataError) as error:
            if len(entries) > 1:
                return [done for entry in entries for done in self._write([entry])]
            self._report([RowNote(ERROR, entries[0].line, "", _reason(error), entries[0].code)])
            return ["failed"]
        self._report(notes)
        return changes

    def _write_together(self, entries: Sequence[Entry]) -> tuple[list[str], list[RowNote]]:
        with transaction():
            drafts = self._drafts(entries)
            outcomes = editing.upsert_products(drafts)
            return self._settle_states(entries, outcomes)

    def _drafts(self, entries: Sequence[Entry]) -> list[ProductDraft]:
        language = self._target.language
        paths = category_tree.category_ids(
            (path for entry in entries for path in entry.categories or ()), language
        )
        tag_ids = tags.tag_ids((word for entry in entries for word in entry.tags or ()), language)
        alts: dict[str, dict[str, str]] = {}
        for entry in entries:
            for address, alt in entry.images or ():
                alts.setdefault(address, {language: alt or entry.text.name})
        media_ids = media.expect(alts)
        return [self._draft(entry, paths, tag_ids, media_ids) for entry in entries]

    def _draft(self, entry: Entry, paths: Mapping[tuple[str, ...], int],
               tag_ids: Mapping[str, int], media_ids: Mapping[str, int]) -> ProductDraft:
        return ProductDraft(
            code=entry.code, texts={self._target.language: entry.text}, brand=entry.brand,
            variants=tuple(
                _with_picture(variant, media_ids.get(entry.variant_images.get(variant.sku, "")))
                for variant in entry.variants
            ),
            categories=None if entry.categories is None
            else tuple(paths[path] for path in entry.categories),
            keeps_other_categories=entry.keeps_other_categories,
            tags=None if entry.tags is None
            else tuple(tag_ids[word] for word in entry.tags if word in tag_ids),
            attributes=entry.attributes, options=entry.options,
            media=None if entry.images is None
            else tuple(media_ids[address] for address, _alt in entry.images),
            source=self._format.SOURCE, author=self._author, reference=self._name,
        )

    def _settle_states(self, entries: Sequence[Entry], outcomes: Sequence[Outcome]
                       ) -> tuple[list[str], list[RowNote]]:
        """Publish, archive or withdraw as the file says; what is incomplete stays a draft."""
        ids = [outcome.product_id for outcome in outcomes]
        now = dict(db.session().execute(
            select(Product.id, Product.state).where(Product.id.in_(ids))
        ).all())
        lacking = editing.publish_all([
            id_ for entry, id_ in zip(entries, ids, strict=True) if entry.state == "published"
        ])
        changes, notes = [], []
        for entry, outcome in zip(entries, outcomes, strict=True):
            id_, wanted, reason = outcome.product_id, entry.state, ""
            if id_ in lacking:
                wanted, reason = "draft", f"missing: {', '.join(lacking[id_])}"
                notes.append(RowNote(NOTE, entry.line, "", f"kept as a draft, {reason}",
                                     entry.code))
            if wanted != "published" and now[id_] != wanted:
                editing.unpublish(id_, reason, wanted)
            moved = outcome.change == "unchanged" and now[id_] != wanted
            changes.append("updated" if moved else outcome.change)
        return changes, notes

    def _report(self, notes: Sequence[RowNote]) -> None:
        for note in notes:
            self.summary.notes[note.kind] += 1
            self._watch.note(note)


def _with_picture(variant: VariantDraft, media_id: int | None) -> VariantDraft:
    return variant if media_id is None else replace(variant, main_picture=media_id)


def _reason(error: Exception) -> str:
    if isinstance(error, ShopError):
        words = _REASONS.get(error.code, f"refused ({error.code})")
        fields = ", ".join(f"{name} {code}" for name, code in error.fields.items())
        return words.format_map({"sku": "?", **error.params}) + (f": {fields}" if fields else "")
    return "the database refused it: another product has one of its codes"
