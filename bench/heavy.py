"""The long rows, only with --full: an import of 50,000 products, an index of 100,000 documents."""

from __future__ import annotations

import csv
import resource
import tempfile
import time
from pathlib import Path

from flask_migrate import upgrade

from app import create_app
from app.config import ROOT
from app.extensions import db
from app.services.demo import foundation
from app.services.search.port import Document
from app.services.search.tantivy import TantivyIndex
from bench.catalogue import settings
from bench.measure import Row

HEADER = ("Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags",
          "Published", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Grams",
          "Variant Inventory Qty", "Variant Price", "Status")
PRODUCTS, DOCUMENTS = 50_000, 100_000
WORDS = {
    "en": ("cup", "lamp", "table", "garden", "linen", "light", "wooden", "small", "kitchen"),
    "de": ("Tasse", "Lampe", "Tisch", "Garten", "Leinen", "leicht", "Holz", "klein", "Küche"),
    "fr": ("tasse", "lampe", "jardin", "lin", "léger", "bois", "petit", "cuisine"),
    "es": ("taza", "lámpara", "mesa", "jardín", "lino", "ligero", "madera", "cocina"),
    "ja": ("カップ", "ランプ", "庭", "麻", "軽い", "木製", "小さい", "台所"),
    "zh-Hans": ("杯子", "台灯", "桌子", "花园", "亚麻", "轻便", "木制", "厨房"),
    "ar": ("كوب", "مصباح", "طاولة", "حديقة", "كتان", "خفيف", "خشبي", "مطبخ"),
}


def importing() -> list[Row]:
    """A Shopify export with one variant a product, into an empty shop."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        file = home / "products.csv"
        _write(file)
        app = create_app(settings(home / "home"))
        with app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            foundation.lay()
            db.session.remove()
        begun = time.monotonic()
        outcome = app.test_cli_runner().invoke(
            args=["catalog", "import-shopify", str(file)])
        seconds = time.monotonic() - begun
    is_done = outcome.exit_code == 0
    return [Row("import 50,000", f"{seconds:.0f} s" + ("" if is_done else ", failed"), "<= 300 s",
                is_done and seconds <= 300, {"seconds": seconds, "said": outcome.output[-500:]})]


def indexing() -> list[Row]:
    """Documents in seven languages, straight into the index."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with tempfile.TemporaryDirectory() as folder:
        index = TantivyIndex(Path(folder))
        begun = time.monotonic()
        count = index.rebuild(_document(number) for number in range(DOCUMENTS))
        seconds = time.monotonic() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - before
    return [Row("index 100,000", f"{seconds:.0f} s, +{grown} MiB", "<= 60 s, constant memory",
                seconds <= 60 and count == DOCUMENTS, {"seconds": seconds, "grown_mib": grown})]


def _write(file: Path) -> None:
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for number in range(PRODUCTS):
            writer.writerow((
                f"thing-{number}", f"Thing {number}", f"<p>A thing called {number}.</p>",
                f"Maker {number % 50}", "", f"Kind {number % 20}", "", "TRUE", "Title",
                "Default Title", f"THING-{number}", 300, 40, f"{number % 900 + 5}.90", "active"))


def _document(number: int) -> Document:
    language = tuple(WORDS)[number % len(WORDS)]
    words = WORDS[language]
    title = f"{words[number % len(words)]} {words[number * 7 % len(words)]} {number}"
    return Document(
        key=f"product:{number // len(WORDS)}", kind="product", language=language, title=title,
        body=" ".join(words[number * step % len(words)] for step in range(1, 40)),
        keywords=(f"maker {number % 50}",), codes=(f"THING-{number}",),
        facets={"category": (f"kind-{number % 20}",)},
    )
