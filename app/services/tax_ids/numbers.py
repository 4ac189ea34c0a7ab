"""Tax ids as people type them -> their standard form, or what is wrong with them.

Only form and checksum: a number that passes may still belong to nobody. By python-stdnum.
source  Commission, "VIES: structure of VAT numbers"; ech.ch (UID); brreg.no; abr.business.gov.au;
        taxation-customs.ec.europa.eu (EORI: not a tax id)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from stdnum.au import abn
from stdnum.br import cnpj
from stdnum.ca import bn
from stdnum.ch import uid
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat
from stdnum.in_ import gstin
from stdnum.jp import cn as jp_cn
from stdnum.kr import brn
from stdnum.mx import rfc
from stdnum.no import mva
from stdnum.nz import ird
from stdnum.sg import uen
from stdnum.tr import vkn

from app.kernel.errors import Invalid

LONGEST = 30
_UNION = frozenset(code.upper() for code in eu_vat.MEMBER_STATES)
# Sellers from outside the union have numbers of OSS and IOSS; they buy nothing with them.
_NOT_A_BUYER = re.compile(r"(EU|IM)\d{9,10}")
_GB_EORI = re.compile(r"(GB|XI)\d{12}")
_LONG_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{12,15}")
_SWISS = re.compile(r"CHE\d{9}(MWST|TVA|IVA|VAT)?")
_PLAIN = re.compile(r"[A-Z0-9]{4,20}")


@dataclass(frozen=True, slots=True)
class TaxId:
    """A number that passed its check. `country`: who gave it (GR and XI as in VIES: EL, XI).

    number     in its standard form, with its country where it is usually written so
    authority  the register that knows it: vies, hmrc, or "" for none we can ask
    is_checked False where only length and letters could be looked at
    """

    country: str
    number: str
    authority: str = ""
    is_checked: bool = True

    @property
    def key(self) -> str:
        """The number with its country, as answers of registers are kept."""
        return self.number if self.number.startswith(self.country) else self.country + self.number


def _norwegian(text: str) -> str:
    number = mva.validate(text if text.endswith("MVA") else f"{text}MVA")
    return f"NO{number}"


def _british(text: str) -> str:
    return f"GB{gb_vat.validate(text)}"


def _japanese(text: str) -> str:
    return f"T{jp_cn.validate(text.removeprefix('T'))}"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a country's numbers are read, and an example that passes."""

    read: Callable[[str], str]
    example: str
    authority: str = ""


KINDS: Mapping[str, Kind] = {
    "GB": Kind(_british, "GB980780684", "hmrc"),
    "CH": Kind(lambda text: uid.validate(re.sub(r"(MWST|TVA|IVA|VAT)$", "", text)),
               "CHE-107.787.577"),
    "NO": Kind(_norwegian, "NO995525828MVA"),
    "AU": Kind(abn.validate, "51 824 753 556"),
    "NZ": Kind(ird.validate, "49-091-850"),
    "SG": Kind(uen.validate, "197401143C"),
    "CA": Kind(bn.validate, "12302 6635 RT0001"),
    "IN": Kind(gstin.validate, "27AAPFU0939F1ZV"),
    "JP": Kind(_japanese, "T7000012050002"),
    "KR": Kind(brn.validate, "116-82-00276"),
    "BR": Kind(cnpj.validate, "16.727.230/0001-97"),
    "MX": Kind(rfc.validate, "GODE561231GR8"),
    "TR": Kind(vkn.validate, "4540536920"),
}
_UNION_EXAMPLES = {
    "AT": "ATU13585627", "BE": "BE0403019261", "DE": "DE136695976", "ES": "ESB58378431",
    "FR": "FR40303265045", "GR": "EL094259216", "IT": "IT00743110157", "NL": "NL004495445B01",
    "PL": "PL8567346215", "PT": "PT501964843",
}
_SAME_AREA = {"LI": "CH", "IM": "GB"}


def read(text: str, country: str) -> TaxId:
    """A number as typed, for a buyer in this country (ISO); a prefix of its own comes first.

    raises  Invalid  tax_id: field_required, tax_id_invalid (form or checksum), tax_id_eori
    """
    plain = re.sub(r"[\s.\-/ ]", "", text).upper()
    if not plain:
        raise _wrong("field_required")
    if len(plain) > LONGEST or not plain.isascii() or not plain.isalnum():
        raise _wrong("tax_id_invalid")
    if _is_eori(plain):
        raise _wrong("tax_id_eori")
    return _read(plain, country.upper())


def example(country: str) -> str:
    """A number of this country that passes, or ''."""
    country = _SAME_AREA.get(country, country)
    if country in KINDS:
        return KINDS[country].example
    return _UNION_EXAMPLES.get(country, "")


@lru_cache(maxsize=2000)
def _read(plain: str, country: str) -> TaxId:
    if _NOT_A_BUYER.fullmatch(plain):
        raise _wrong("tax_id_invalid")
    if country == "MX":  # its own begin with letters that look like others' prefixes
        return _of_country(plain, country)
    if plain[:2] == "GB":
        return _of_kind("GB", plain)
    if _SWISS.fullmatch(plain):
        return _of_kind("CH", plain)
    prefix = plain[:2].replace("GR", "EL")
    if prefix.replace("EL", "GR") in _UNION and _passes(prefix + plain[2:]):
        return _of_union(prefix + plain[2:])
    if plain[:2] == "NO":
        return _of_kind("NO", plain)
    return _of_country(plain, _SAME_AREA.get(country, country))


def _of_country(plain: str, country: str) -> TaxId:
    """A number without a prefix, or with one that says nothing."""
    if country in _UNION:
        own = country.replace("GR", "EL")
        return _of_union(plain if plain.startswith(own) else own + plain)
    if country in KINDS:
        return _of_kind(country, plain)
    digits = sum(letter.isdigit() for letter in plain)
    is_of_union = plain[:2].replace("EL", "GR") in _UNION and digits >= 7  # and has not passed
    if is_of_union or not digits or not _PLAIN.fullmatch(plain):
        raise _wrong("tax_id_invalid")
    return TaxId(country, plain, is_checked=False)


def _of_union(number: str) -> TaxId:
    if number[:2] == "XI":
        # stdnum reads Northern Irish numbers by their British form.
        return TaxId("XI", f"XI{_checked(gb_vat.validate, number[2:])}", "vies")
    if not _passes(number):
        raise _wrong("tax_id_invalid")
    return TaxId(number[:2], number[:2] + eu_vat.compact(number)[2:], "vies")


def _of_kind(country: str, plain: str) -> TaxId:
    kind = KINDS[country]
    own = plain.removeprefix(country) if country not in {"CH", "MX", "IN"} else plain
    return TaxId(country, _checked(kind.read, own), kind.authority)


def _checked(reader: Callable[[str], str], text: str) -> str:
    try:
        return reader(text)
    except ValidationError:
        raise _wrong("tax_id_invalid") from None


def _passes(number: str) -> bool:
    if number[:2] == "XI":
        return bool(gb_vat.is_valid(number[2:]))
    return bool(eu_vat.is_valid(number))


def _is_eori(plain: str) -> bool:
    """EORI numbers that cannot be tax ids: British ones end in 000, most others are longer."""
    if _GB_EORI.fullmatch(plain):
        return plain.endswith("000")
    return bool(_LONG_EORI.fullmatch(plain)) and (
        plain[:2] in {"DE", "FR"} and plain[2:].isdigit() and len(plain) > 14
    )


def _wrong(code: str) -> Invalid:
    return Invalid("invalid", fields={"tax_id": code})
