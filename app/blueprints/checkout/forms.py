"""The checkout page as its templates see it: sections, fields, options, methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.services import addresses
from app.services.cart.view import CartView
from app.services.checkout import steps
from app.services.payment.methods import Method, methods_for
from app.services.tax_ids import flow as tax_ids
from app.services.tax_ids import numbers as tax_numbers
from app.web import countries, locale
from app.web.gettext import gettext as _
from app.web.labels import field_hint, field_label
from app.web.messages import sentence


@dataclass(frozen=True, slots=True)
class Field:
    """One field: label, value as typed, what is wrong, and how the browser may help."""

    name: str
    label: str
    value: str
    error: str
    hint: str
    is_required: bool
    choices: tuple[tuple[str, str], ...]
    autocomplete: str
    input_type: str = "text"
    inputmode: str = ""


@dataclass(frozen=True, slots=True)
class Business:
    """What a business adds. `check`: how its number stands ("" for none; else valid, invalid,
    waiting for the register, unconfirmed)."""

    is_ticked: bool
    company: Field
    tax_id: Field
    check: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """State of the one page. `step` is the open section; `done` the finished ones."""

    step: str
    done: tuple[str, ...]
    country: str
    countries: tuple[tuple[str, str], ...]
    contact: tuple[Field, ...]
    rows: tuple[tuple[Field, ...], ...]
    errors: tuple[tuple[str, str], ...]  # (field id, sentence), for the summary
    methods: tuple[Method, ...]
    order_button: str
    phone: Field
    business: Business
    outside_market: bool
    may_remind: bool

    @classmethod
    def of(cls, shown: CartView, step: str, typed: Mapping[str, str],
           errors: Mapping[str, str]) -> CheckoutPage:
        """The page for a cart, with what was typed kept and what is wrong beside it."""
        cart = shown.cart
        assert cart is not None  # noqa: S101 - views come here only with a cart
        values = {**cart.address, "email": cart.email, **{k: v for k, v in typed.items() if v}}
        country = _known(str(values.get("country") or shown.country).upper(), shown.market.country)
        rules = addresses.form_rules(country, locale.current().language)
        fields = {f.name: _field(f, values, errors) for f in rules.fields}
        email = Field("email", _("E-mail"), str(values.get("email", "")),
                      _error(errors, "email", _("E-mail")),
                      _("For the order confirmation and tracking only."), True, (), "email",
                      "email", "email")
        phone = Field("phone", field_label("phone"), str(values.get("phone", "")),
                      _error(errors, "phone", field_label("phone")), field_hint("phone"), True, (),
                      "tel", "tel", "tel")
        business = _business(shown, country, typed, values, errors)
        at = open_step(shown, step)
        return cls(
            step=at, done=_done(shown, at), country=country,
            countries=countries.for_market(shown.market),
            contact=(email,),
            rows=tuple(tuple(fields[name] for name in row) for row in rules.rows
                       if row != ("company",)),
            errors=_summary(errors, (email, *fields.values(), business.company, business.tax_id,
                                     phone)),
            methods=tuple(methods_for(shown.market, shown.currency, cart.language)),
            order_button=_order_button(shown), phone=phone, business=business,
            outside_market=country not in shown.market.countries,
            may_remind=typed.get("may_remind") == "1" if typed else cart.may_remind,
        )

    def field(self, name: str) -> Field | None:
        """A field of the address section by name."""
        every = [*self.contact, *(field for row in self.rows for field in row), self.phone,
                 self.business.company, self.business.tax_id]
        return next((field for field in every if field.name == name), None)


def open_step(shown: CartView, wanted: str) -> str:
    """The section to open: the one asked for, if all before it are done."""
    first_open = steps.next_step(shown)
    order = steps.STEPS
    if wanted in order and order.index(wanted) <= order.index(first_open):
        return wanted
    return first_open


def _done(shown: CartView, at: str) -> tuple[str, ...]:
    reached = steps.STEPS.index(steps.next_step(shown))
    return tuple(name for i, name in enumerate(steps.STEPS) if i < reached and name != at)


def _order_button(shown: CartView) -> str:
    """The words the market's law asks for (EU: Directive 2011/83/EU Art. 8(2))."""
    if shown.market.order_button == "obligation":
        return _("Order with obligation to pay")
    return _("Place order and pay")


def _known(country: str, otherwise: str) -> str:
    names = locale.current().babel.territories
    return country if country in names and len(country) == 2 and country.isalpha() else otherwise


def _field(rule: addresses.FieldRule, values: Mapping[str, str],
           errors: Mapping[str, str]) -> Field:
    hint = _("For example %(example)s", example=rule.example) if rule.example else ""
    return Field(
        rule.name, field_label(rule.kind), str(values.get(rule.name, "")),
        _error(errors, rule.name, field_label(rule.kind)), hint, rule.is_required, rule.choices,
        rule.autocomplete,
    )


def _business(shown: CartView, country: str, typed: Mapping[str, str],
              values: Mapping[str, object], errors: Mapping[str, str]) -> Business:
    """Company and tax id; ticked as it was sent, else when one of the two is kept."""
    example = tax_numbers.example(country)
    hint = _("For example %(example)s", example=example) if example else ""
    company, tax_id = str(values.get("company", "")), str(values.get("tax_id", ""))
    is_sent = steps.ASKS_BUSINESS in typed
    return Business(
        is_ticked=typed.get("business") == "1" if is_sent else bool(company or tax_id),
        company=Field("company", field_label("company"), company,
                      _error(errors, "company", field_label("company")), "", True, (),
                      "organization"),
        tax_id=Field("tax_id", field_label("tax_id"), tax_id,
                     _error(errors, "tax_id", field_label("tax_id")), hint, False, (), "off"),
        check=tax_ids.standing(shown.cart.address, shown.market) if shown.cart else "",
    )


def _error(errors: Mapping[str, str], name: str, label: str) -> str:
    """What is wrong with a field, so that it can be understood away from the field too."""
    if name not in errors:
        return ""
    if errors[name] == "field_required":
        return _("Please fill in: %(field)s", field=label)
    return sentence(errors[name])


def _summary(errors: Mapping[str, str], fields: tuple[Field, ...]) -> tuple[tuple[str, str], ...]:
    """(field name, the field's own words), in the order of the form."""
    of_fields = {field.name: field.error for field in fields if field.error}
    others = {name: sentence(code) for name, code in errors.items() if name not in of_fields}
    return tuple((of_fields | others).items())
