"""Sheets as PDF/A or PNG by typst; fonts come from locked packages, nothing from the network.

Fonts (all SIL Open Font License 1.1): Noto Sans, Noto Sans CJK, IBM Plex Sans
Arabic (Noto's Arabic sets dots as glyphs of their own: what is copied from it is no word).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import fontpkg_ibm_plex_sans_arabic
import fontpkg_noto_sans
import noto_cjk_sans_otc
import typst

from app.config import ROOT

TEMPLATES = ROOT / "app" / "documents"
ARCHIVE = "a-3b"  # PDF/A-3 may hold the invoice's XML
_setting = Lock()  # one compiler, whose fonts are read once; a page takes milliseconds


def pdf(template: str, sheet: Mapping[str, Any], made_at: datetime) -> bytes:
    """A sheet as PDF/A-3b, the same bytes for the same sheet and moment.

    template  name of a file in app/documents
    raises    typst.TypstError  when the template cannot be set: a bug of ours
    """
    with _setting:
        found: bytes = _compiler().compile(
            input=str(TEMPLATES / f"{template}.typ"), format="pdf", pdf_standards=[ARCHIVE],
            sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
            timestamp=int(made_at.timestamp()),
        )
    return found


def png(template: str, sheet: Mapping[str, Any], ppi: int = 110) -> list[bytes]:
    """The pages of a sheet as pictures, for looking at."""
    with _setting:
        found = _compiler().compile(
            input=str(TEMPLATES / f"{template}.typ"), format="png", ppi=ppi,
            sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
        )
    return found if isinstance(found, list) else [found]


@lru_cache(maxsize=1)
def _compiler() -> Any:
    packages = (fontpkg_noto_sans, fontpkg_ibm_plex_sans_arabic)
    fonts = [*(Path(each.ROOT) / "files" for each in packages),
             Path(noto_cjk_sans_otc.FONT_PATH).parent]
    return typst.Compiler(root=str(TEMPLATES), font_paths=[str(path) for path in fonts],
                          ignore_system_fonts=True)
