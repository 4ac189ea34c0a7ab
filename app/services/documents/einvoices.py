"""Sales papers as EN 16931 e-invoices: CII (for Factur-X) and UBL 2.1, checked against their XSD.

The library takes a second to import, so it is imported where it is used: by the worker. Amounts go
in as text, never as floats. Its schematron needs a server of its own; ours runs in the tests.
"""

from __future__ import annotations

import logging
from copy import deepcopy
from datetime import date
from typing import Any

from app.rules.documents.content import Content
from app.rules.documents.einvoice import business_terms
from app.services.documents.words import Words

LEVEL = "en16931"
FLAVORS = {"cii": "factur-x", "ubl": "ubl-2.1"}
_DAYS = ("BT-2", "BT-7", "BT-72")


def xml(content: Content, form: str) -> bytes:
    """The e-invoice of a paper in one syntax, "cii" or "ubl".

    raises  Exception of the library when the XML breaks its XSD: a bug of ours
    """
    from facturx import generate_xml  # noqa: PLC0415 - a second of imports

    _quiet()
    found: bytes = generate_xml(terms(content), flavor=FLAVORS[form], level=LEVEL, check_xsd=True,
                                check_schematron=False)
    return found


def terms(content: Content) -> dict[str, Any]:
    """Business terms with real dates, fresh for each call: the library changes its argument."""
    found = deepcopy(business_terms(content, Words(content["language"]).texts))
    for key in _DAYS:
        if found.get(key):
            found[key] = date.fromisoformat(found[key])
    for row in found.get("BG-3", ()):
        row["BT-26"] = date.fromisoformat(row["BT-26"])
    return found


def in_pdf(pdf: bytes, cii: bytes, content: Content) -> bytes:
    """A PDF/A-3 with its XML inside: Factur-X, profile EN 16931."""
    from facturx import generate_from_binary  # noqa: PLC0415 - a second of imports

    _quiet()
    words = Words(content["language"])
    title = f"{words(content['title'])} {content['number']}"
    found: bytes = generate_from_binary(
        pdf, cii, flavor="factur-x", level=LEVEL, check_xsd=False, check_schematron=False,
        lang=words.language, afrelationship="alternative",
        pdf_metadata={"author": content["seller"]["name"], "title": title,
                      "subject": content["order"], "keywords": "Factur-X, EN 16931"},
    )
    return found


def _quiet() -> None:
    """The library tells every step, and whole invoices, to the log: no personal data there."""
    logging.getLogger("factur-x").setLevel(logging.CRITICAL)
