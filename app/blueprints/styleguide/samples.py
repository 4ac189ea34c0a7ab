"""Made-up contents of the style guide: one namespace in the shape the ui macros ask for."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace as Sample
from typing import Any

from flask import current_app

from app.blueprints.styleguide.words import WORDS
from app.kernel.money import Money

_CURRENCY = {"ja": "JPY", "de": "EUR", "ar": "AED"}
_SWATCHES = (("steel", "#c9c7c3"), ("black", "#1c1c1e"), ("sand", "#d8bf9a"))


def samples_for(language: str) -> Sample:
    """Everything `styleguide/page.html` shows; an unknown language gets the English words."""
    code = language.replace("-", "_").split("_")[0]
    words = Sample(**WORDS.get(code, WORDS["en"]))
    currency = _CURRENCY.get(code, "GBP")
    return Sample(
        words=words,
        cards=_cards(words, currency),
        offers=_offers(words, currency),
        pictures=[_picture(name, getattr(words, name))
                  for name in ("kettle", "lamp", "toaster", "box")],
        groups=_groups(words),
        manifest=_manifest(words, currency),
        facets=_facets(words),
        applied=[Sample(label=words.steel, url="?"), Sample(label=words.few, url="?")],
        crumbs=[(words.home, "?"), (words.kitchen, "?"), (words.kettles, None)],
        steps=_steps(words),
        track=_track(words),
        rating=Sample(average=Decimal("4.3"), count=126),
        spread=[Sample(stars=n, count=c, share=s, url="?")
                for n, c, s in ((5, 71, 56), (4, 32, 25), (3, 13, 10), (2, 6, 5), (1, 4, 3))],
        lines=_lines(words, currency),
        suggestions=_suggestions(words),
        stats=[Sample(label=words.delivery, value="128", hint="+4%"),
               Sample(label=words.cart, value="17", hint=None),
               Sample(label=words.review, value="4.7", hint=None)],
        kinds=[Sample(code=code, label=label, text=text, icon=icon) for code, label, text, icon in (
            ("hero", words.headline, words.lead, "star"),
            ("products", words.kettles, words.look, "package"),
            ("delivery", words.delivery, words.to, "truck"))],
        blocks=[Sample(label=label, url="?", current=at == 1, up_url="?" if at else None,
                       down_url="?" if at < 2 else None)
                for at, label in enumerate((words.headline, words.kettles, words.delivery))],
        bars=[(words.kettles, 126, "126"), (words.kitchen, 84, "84"), (words.home, 31, "31")],
    )


def amount(currency: str, euros: str) -> Money:
    """A sample amount; yen, which has no minor units, gets a likely figure by a factor of 160."""
    value = Decimal(euros) * (160 if currency == "JPY" else 1)
    return Money.from_major(value, currency)


def _picture(name: str, alt: str) -> Sample:
    address = current_app.extensions["assets"].url(f"styleguide/{name}.svg")
    return Sample(alt=alt, width=800, height=1000, sources=[], src=address, srcset="")


def _offer(now: Money, was: Money | None = None, percent: int | None = None, *,
           from_lowest: bool = False, note: str | None = None) -> Sample:
    return Sample(now=now, was=was, percent=percent, from_lowest=from_lowest, note=note)


def _offers(words: Sample, currency: str) -> list[Sample]:
    now, was = amount(currency, "399.00"), amount(currency, "449.00")
    return [
        _offer(now, note=words.tax),
        _offer(now, was, 11, note=words.low),
        _offer(amount(currency, "39.90"), from_lowest=True),
    ]


def _cards(words: Sample, currency: str) -> list[Sample]:
    swatches = [Sample(name=getattr(words, name), colour=colour) for name, colour in _SWATCHES]
    sale = Sample(kind="sale", text="−11%")
    rows: tuple[tuple[Any, ...], ...] = (
        ("kettle", _offer(amount(currency, "84.00")), [Sample(kind="new", text=words.new)], "in",
         swatches, Sample(average=Decimal("4.8"), count=126)),
        ("toaster", _offer(amount(currency, "399.00"), amount(currency, "449.00"), 11,
                           note=words.low), [sale], "few", [], None),
        ("lamp", _offer(amount(currency, "39.90"), from_lowest=True), [], "in", swatches * 3, None),
        ("box", _offer(amount(currency, "12.50")),
         [Sample(kind="out", text=words.out.split(",")[0])], "out", [],
         Sample(average=Decimal("3.5"), count=8)),
    )
    return [
        Sample(url="?", name=getattr(words, name), brand=words.brand, offer=offer, stamps=stamps,
               picture=_picture(name, getattr(words, name)), stock=stock,
               stock_text=getattr(words, stock), swatches=dots, rating=rating)
        for name, offer, stamps, stock, dots, rating in rows
    ]


def _groups(words: Sample) -> list[Sample]:
    finish = [Sample(value=name, label=getattr(words, name), checked=name == "steel",
                     sold_out=name == "sand", colour=colour) for name, colour in _SWATCHES]
    sizes = [Sample(value=size, label=size, checked=size == "M", sold_out=size == "XL", colour=None)
             for size in ("S", "M", "L", "XL")]
    return [Sample(name=words.finish, key="finish", chosen=words.steel, options=finish),
            Sample(name=words.size, key="size", chosen="M", options=sizes)]


def _row(key: str, label: str, value: Money | None, text: str = "", hint: str = "") -> Sample:
    return Sample(key=key, label=label, amount=value, text=text, hint=hint)


def _manifest(words: Sample, currency: str) -> Sample:
    return Sample(
        rows=[_row("goods", words.goods, amount(currency, "68.08")),
              _row("duty", words.duty, amount(currency, "1.92"), hint="HS 8516.79"),
              _row("tax", words.vat, amount(currency, "14.00")),
              _row("delivery", words.delivery, None, words.free)],
        total=_row("total", words.door, amount(currency, "84.00")),
    )


def _facets(words: Sample) -> list[Sample]:
    def value(name: str, label: str, count: int, colour: str | None = None) -> Sample:
        return Sample(value=name, label=label, count=count, checked=name == "steel",
                      disabled=count == 0, colour=colour)

    colours = [value(name, getattr(words, name), count, colour)
               for (name, colour), count in zip(_SWATCHES, (28, 12, 0), strict=True)]
    return [
        Sample(name=words.colour, key="colour", kind="check", open=True, values=colours),
        Sample(name=words.price, key="price", kind="range", open=True, low=20, high=180, least=0,
               most=400, unit="€", values=[]),
        Sample(name=words.kettles, key="kind", kind="check", open=False,
               values=[value("a", words.kettles, 7), value("b", words.kitchen, 12)]),
    ]


def _steps(words: Sample) -> list[Sample]:
    rows = ((words.cart, "?", "done"), (words.delivery, None, "current"),
            (words.pay, None, "todo"), (words.review, None, "todo"))
    return [Sample(label=label, url=url, state=state) for label, url, state in rows]


def _track(words: Sample) -> list[Sample]:
    rows = ((words.pay, "2026-11-18", None, "done"),
            (words.delivery, "2026-11-20", words.to, "current"),
            (words.door, None, words.to, "todo"))
    return [Sample(label=a, when=b, hint=c, state=d) for a, b, c, d in rows]


def _lines(words: Sample, currency: str) -> list[Sample]:
    return [
        Sample(name=words.kettle, url="?", picture=_picture("kettle", ""), note=words.steel,
               amount=amount(currency, "84.00"), was=None, quantity=1),
        Sample(name=words.toaster, url="?", picture=_picture("toaster", ""), note=words.black,
               amount=amount(currency, "399.00"), was=amount(currency, "449.00"), quantity=2),
    ]


def _suggestions(words: Sample) -> list[tuple[str, list[Sample]]]:
    products = [Sample(url="?", name=getattr(words, name), note=None, picture=_picture(name, ""))
                for name in ("kettle", "toaster")]
    return [(words.kitchen, [Sample(url="?", name=words.kettles, note=None, picture=None)]),
            (words.price, products)]
