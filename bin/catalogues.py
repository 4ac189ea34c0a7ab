"""The catalogues of interface texts: extract, update, compile, list what is missing.

English texts are their own keys, so English has no catalogue. The languages are those of
`app/services/markets.py`; a catalogue lies in translations/<language>/LC_MESSAGES/messages.po
with an underscore in the language (zh_Hans). Standard library and Babel only.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"
LANGUAGES_OF = ROOT / "app" / "services" / "markets.py"
HEAD = {"project": "Tradewind", "version": "1", "header_comment": "# Interface texts of Tradewind.",
        "copyright_holder": "the Tradewind authors", "msgid_bugs_address": "none",
        "last_translator": "none", "language_team": "none", "fuzzy": False}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
SKIPPED = {"instance", "tests", "translations", "node_modules", "test-results", "bench"}


def languages() -> list[str]:
    """Every language of the shop but English, as catalogues are named."""
    for node in ast.parse(LANGUAGES_OF.read_text()).body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "LANGUAGES":
            names = ast.literal_eval(node.value) if node.value else {}
            return [name.replace("-", "_") for name in names if name != "en"]
    raise LookupError(f"{LANGUAGES_OF} names no LANGUAGES")


def path_of(language: str) -> Path:
    """The catalogue of a language."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def template() -> Catalog:
    """Every text of code and templates as they stand now."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    catalogue = Catalog(**HEAD)
    found = extract_from_dir(
        ROOT, methods, options, comment_tags=("translators:",), strip_comment_tags=True,
        directory_filter=lambda folder: not Path(folder).name.startswith(".")
        and Path(folder).name not in SKIPPED,
    )  # fmt: skip
    for name, line, message, comments, context in found:
        catalogue.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalogue


def read(language: str) -> Catalog:
    """The catalogue of a language; a new one where there is no file yet."""
    if not path_of(language).exists():
        return Catalog(locale=language, **HEAD)
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def write(path: Path, catalogue: Catalog) -> None:
    """Keep a catalogue; without line numbers and dates, so that a diff shows texts only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, include_lineno=False,
                 ignore_obsolete=True, sort_output=True)  # fmt: skip
    kept = [line for line in path.read_text().splitlines(keepends=True)
            if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date'))]  # fmt: skip
    path.write_text("".join(kept))


def extract() -> None:
    """Write the template from which translators start."""
    write(TEMPLATE, template())


def update() -> None:
    """Bring every catalogue in step with the texts; what has no translation yet stays empty."""
    extract()
    current = template()
    for language in languages():
        catalogue = read(language)
        catalogue.update(current, no_fuzzy_matching=True)
        write(path_of(language), catalogue)


def compile_stale() -> list[str]:
    """Compile the catalogues that are newer than what was made of them. Returns their names."""
    done = []
    for source in sorted(FOLDER.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        language = source.parent.parent.name
        with source.open("rb") as file:
            catalogue = read_po(file, locale=language)
        unfinished = target.with_suffix(".mo.new")
        with unfinished.open("wb") as out:
            write_mo(out, catalogue)
        unfinished.replace(target)
        done.append(language)
    return done


def findings(language: str, current: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue: missing, empty, fuzzy, other placeholders. One line each."""
    catalogue = read(language)
    for message in current:
        if not message.id:
            continue
        translated = catalogue.get(message.id, message.context)
        words = message.id if isinstance(message.id, str) else message.id[0]
        if translated is None:
            yield f"{language}: not in the catalogue: {words!r}"
        elif not all(forms(translated)):
            yield f"{language}: not translated: {words!r}"
        elif translated.fuzzy:
            yield f"{language}: fuzzy: {words!r}"
        elif wanted_otherwise(message, translated):
            yield f"{language}: other placeholders: {words!r}"


def forms(message: Message) -> tuple[str, ...]:
    """The translation, in all plural forms."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def wanted_otherwise(message: Message, translated: Message) -> bool:
    """True if placeholders differ. A plural form may leave the number out ("one item")."""
    ids = (message.id,) if isinstance(message.id, str) else message.id
    wanted = {name for text in ids for name in PLACEHOLDER.findall(text)}
    given = [set(PLACEHOLDER.findall(text)) for text in forms(translated)]
    if len(ids) == 1:
        return any(names != wanted for names in given)
    return given[-1] != wanted or any(not names <= wanted for names in given)


def missing() -> list[str]:
    """All findings of all languages."""
    current = template()
    return [line for language in languages() for line in findings(language, current)]


def main() -> int:
    """Do what the first argument says. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="bin/i18n", description="Catalogues of interface texts.")
    parser.add_argument("act", choices=("extract", "update", "compile", "missing"))
    options = parser.parse_args()
    if options.act == "extract":
        extract()
    elif options.act == "update":
        update()
    elif options.act == "compile":
        for language in compile_stale():
            print(f"compiled {language}")
    else:
        found = missing()
        print("\n".join(found) or "every catalogue is complete")
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
