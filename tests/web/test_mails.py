"""Mails about orders: every kind in every language, with the order's own frozen amounts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask import Flask, g
from flask_babel import get_locale

from app.config import ROOT
from app.extensions import db, providers, transaction
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.order_state import OrderState
from app.models.order import Order, OrderLine
from app.models.outbox import Job
from app.services import wording
from app.services.content import PageWords
from app.services.mail.port import Message
from app.services.mail.writing import write
from app.services.orders import journal, mailing
from app.web import mail_words, mails
from tests import world
from tests.web import ordering
from tests.web.ordering import AMERICAN, GERMAN, JAPANESE, KUWAITI, Purchase

GENEVA = {**world.ADA, "line1": "Rue du Lac 4", "city": "Paris", "postal_code": "75001",
          "country": "FR"}
MADRID = {**world.ADA, "line1": "Calle Mayor 1", "city": "Madrid", "region": "Madrid",
          "postal_code": "28013", "country": "ES"}
SINGAPORE = {**world.ADA, "line1": "1 Orchard Road", "city": "Singapore",
             "postal_code": "238823", "country": "SG", "phone": "+6591234567"}
EVERYWHERE = (
    AMERICAN, GERMAN, JAPANESE, KUWAITI, Purchase("fr", "fr", "EUR", GENEVA),
    Purchase("es", "es", "EUR", MADRID), Purchase("sg", "zh-Hans", "SGD", SINGAPORE),
)
TO_SHOPPERS = sorted(mailing.KINDS - {"placed", "attention"})
Tree = Any  # xml.etree.ElementTree.Element


def ask(order: Order, kind: str, key: str = "", **more: str) -> Message:
    """The mail as the worker would make it."""
    found = mails.message_of({"order": order.id, "kind": kind, "key": key, **more})
    assert found is not None
    return found


def tree_of(message: Message) -> Tree:
    """The HTML part, parsed as a browser does."""
    return html5lib.parse(message.html, namespaceHTMLElements=False)


def amounts(message: Message) -> list[tuple[str, int, str]]:
    """(data-quote, value, currency) of every <data> of the HTML."""
    return [(found.get("data-quote", ""), int(found.get("value")), found.get("data-currency"))
            for found in tree_of(message).iter("data")]


def lived_through(bought: Purchase) -> Order:
    """An order with a parcel, a refund and a withdrawal."""
    order = ordering.place(bought)
    ordering.pay(order)
    ordering.ship(order)
    ordering.give_back(order, 100)
    ordering.withdraw(order)
    return order


@pytest.fixture
def german(shop: Flask) -> Order:
    """A German order, paid."""
    order = ordering.place(GERMAN)
    ordering.pay(order)
    return order


@pytest.mark.parametrize("bought", EVERYWHERE, ids=lambda bought: bought.language)
def test_every_kind_in_every_language(shop: Flask, bought: Purchase) -> None:
    order = lived_through(bought)
    for kind in TO_SHOPPERS:
        message = ask(order, kind)
        check_form(message, order, kind)
        check_amounts(message, order)
    assert tree_of(ask(order, "attention")).get("lang").startswith("en")


def check_form(message: Message, order: Order, kind: str) -> None:
    tree = tree_of(message)
    assert message.language == order.language and message.recipient == order.email
    assert tree.get("lang").startswith(order.language), kind
    assert tree.get("dir") == ("rtl" if order.language == "ar" else "ltr"), kind
    assert order.number in message.subject and "\n" not in message.subject
    for part in (message.subject, message.text, message.html):
        assert "%(" not in part and "{{" not in part and "{%" not in part and "Markup" not in part
    assert not re.search(r"<[a-z/!]|&(amp|lt|#\d+);", message.text), kind
    assert "\n\n\n" not in message.text
    assert len(message.html.encode()) < 100_000 and len(message.text.encode()) < 100_000
    assert f"/orders/{order.token}" in message.html and f"/orders/{order.token}" in message.text
    assert not list(tree.iter("img")) and "url(" not in message.html, "nothing is fetched"
    assert "fonts.googleapis" not in message.html and "<script" not in message.html


def check_amounts(message: Message, order: Order) -> None:
    lines = {f"line:{line['sku']}": line["goods"] for line in order.quote["lines"]}
    for key, value, currency in amounts(message):
        assert currency == order.currency
        frozen = lines.get(key) or order.quote.get(key)
        if frozen is not None:
            assert value == frozen["minor"], key


@pytest.mark.parametrize("bought", EVERYWHERE, ids=lambda bought: bought.language)
def test_the_confirmation_holds_the_whole_quote(shop: Flask, bought: Purchase) -> None:
    order = ordering.place(bought)
    ordering.pay(order)
    marked = {key: value for key, value, _currency in amounts(ask(order, "paid"))}
    for name in ("goods", "discount", "shipping", "tax", "duty", "fees", "rounding", "total"):
        minor = order.quote[name]["minor"]
        assert marked.get(name, 0) == minor, name
    assert {key for key in marked if key.startswith("line:")} == {"line:TEA", "line:CUP"}


def test_subjects_are_translated_where_there_is_a_catalogue(shop: Flask) -> None:
    for bought in EVERYWHERE:
        order = ordering.place(bought)
        ordering.pay(order)
        english = "Your order %(number)s is on its way"
        wanted = wording.say(order.language, english, number=order.number)
        assert ask(order, "shipped").subject == wanted


def test_the_language_is_the_orders_whatever_the_workers(german: Order, shop: Flask) -> None:
    with shop.test_request_context("/ja-jp/"):
        shop.preprocess_request()
        assert str(get_locale()) == "ja"
        message = ask(german, "paid")
        assert "51,02\xa0€" in message.text and "Deutschland" in message.text
        assert str(get_locale()) == "ja" and g.locale.language == "ja"
    assert "￥" in ask(lived_through(JAPANESE), "paid").text
    assert "51,02\xa0€" in ask(german, "paid").text


def test_arabic_runs_from_the_right(shop: Flask) -> None:
    message = ask(lived_through(KUWAITI), "paid")
    assert 'dir="rtl"' in message.html and "text-align:right" in message.html
    assert "direction:ltr" not in message.html
    assert "text-align:right;direction:rtl" in message.html or 'align="right"' in message.html


def test_times_are_in_the_markets_zone(german: Order) -> None:
    with transaction():
        german.placed_at = german.placed_at.replace(month=7, day=1, hour=22, minute=30)
        db.session.add(german)
    text = ask(german, "paid").text
    assert "02.07." in text and "00:30" in text and "GMT+02:00" in text


def test_transfers_are_asked_for_once_and_cards_not_at_all(shop: Flask) -> None:
    card = ordering.place(AMERICAN)
    assert mails.message_of({"order": card.id, "kind": "placed"}) is None
    order = ordering.place(GERMAN)
    message = ask(order, "placed")
    assert "PT50 0002 0123 1234 5678 9015 4" in message.text and order.number in message.text
    check_form(message, order, "placed")
    check_amounts(message, order)
    ordering.pay(order)
    assert mails.message_of({"order": order.id, "kind": "placed"}) is None


def test_the_right_of_withdrawal_is_in_the_mail_itself(german: Order) -> None:
    texts = json.loads((ROOT / "app/demo/texts/de.json").read_text())["pages"]["withdrawal"]
    letter = mailing.load({"order": german.id, "kind": "paid"})
    assert letter is not None
    body = texts["body"] + "\n\n[Rückgabe](/de-de/rückgabe)"
    words = PageWords("de", texts["title"], texts["slug"], body, "", "")
    message = mails.render(replace(letter, withdrawal_words=words))
    assert "binnen 14 Tagen" in message.text and "binnen 14 Tagen" in message.html
    assert "**" not in message.text and "##" not in message.text and "\\*" not in message.text
    assert 'href="http://localhost/de-de/r' in message.html
    assert f"/orders/{german.token}/withdrawal" in message.text
    assert len(message.html.encode()) < 100_000


def test_the_acknowledgement_repeats_the_declaration(german: Order) -> None:
    number = ordering.withdraw(german, name="Ada <b>Lovelace</b>")
    message = ask(german, "withdrawal", str(number))
    assert "1 × Tee" in message.text and "Ada <b>Lovelace</b>" in message.text
    assert "Ada &lt;b&gt;Lovelace&lt;/b&gt;" in message.html
    assert message.key == f"mail:{german.id}:withdrawal:{number}"
    assert "GMT+01:00" in message.text and "Rua do Arsenal" in message.text


def test_each_refund_has_its_own_mail(german: Order) -> None:
    first = ordering.give_back(german, 300)
    second = ordering.give_back(german, 500, "again")
    keys = set()
    for refund in (first, second):
        message = ask(german, "refunded", str(refund.id))
        assert ("refund", refund.amount_minor, "EUR") in amounts(message)
        assert ("refunded", 800, "EUR") in amounts(message)
        keys.add(message.key)
    assert len(keys) == 2
    assert ask(german, "refunded").key == f"mail:{german.id}:refunded:{second.id}"


@pytest.mark.parametrize(("reason", "said"), [
    ("sold_out_meanwhile", "the goods had been sold"), ("", "We cannot carry it out"),
])
def test_cancelled_says_why_and_where_the_money_is(shop: Flask, reason: str, said: str) -> None:
    order = ordering.place(AMERICAN)
    ordering.pay(order)
    with transaction():
        order.state, order.cancel_reason = OrderState.CANCELLED, reason
        db.session.add(order)
    text = ask(order, "cancelled").text
    assert said in text and "We pay back all" in text and "Nothing has been charged" not in text
    ordering.give_back(order, 700)
    assert ("refunded", 700, "USD") in amounts(ask(order, "cancelled"))


def test_staff_are_told_in_english_and_without_the_shoppers_link(german: Order) -> None:
    ordering.flag(german)
    message = ask(german, "attention")
    assert message.language == "en" and message.recipient == "shop@porto-nova.example"
    assert german.token not in message.html + message.text
    assert german.email not in message.html + message.text
    assert "The amount paid is not the amount asked for" in message.text
    assert re.search(r"51[.,]02", message.text) and ("", 1, "EUR") in amounts(message)
    assert message.key == f"mail:{german.id}:attention:amount_mismatch"


def test_names_cannot_break_out(german: Order) -> None:
    line = db.session.query(OrderLine).filter_by(order_id=german.id, position=0).one()
    with transaction():
        line.name = 'Tee</td><mj-raw><script>alert(1)</script></mj-raw> {{ 7*7 }} & "Co"'
        german.address = {**german.address, "name": "Ada\r\nBcc: all@nordlys.example <i>"}
        german.number = "PN-1\r\nBcc: x@nordlys.example"
        db.session.add_all([line, german])
    message = ask(german, "paid")
    assert "<script" not in message.html and "49" not in message.subject
    assert "&lt;script&gt;" in message.html and "{{ 7*7 }}" in message.text
    sent = BytesParser(policy=policy.SMTP).parsebytes(write(message).as_bytes())
    assert sent["Bcc"] is None and sent.get_content_type() == "multipart/alternative"
    with pytest.raises(ValueError, match=r"linefeed|newline|line"):
        write(replace(message, subject="a\r\nBcc: x@nordlys.example"))


def test_the_key_is_stable_and_a_repeated_job_sends_once(german: Order) -> None:
    assert ask(german, "paid").key == ask(german, "paid").key == f"mail:{german.id}:paid"
    for _attempt in range(2):
        mails.mail_job({"order": german.id, "kind": "paid"})
    sent = list(mails_kept())
    assert len(sent) == 1 and sent[0]["To"] == german.email
    assert sent[0].get_body(("plain",)).get_content().count(german.number) > 1


def test_a_deleted_order_is_skipped_and_an_unknown_kind_is_an_error(german: Order) -> None:
    mails.mail_job({"order": 10**6, "kind": "paid"})
    mails.mail_job({"order": german.id, "kind": "refunded"})
    assert not list(mails_kept())
    with pytest.raises(ValueError, match="no mail of the kind"):
        mails.mail_job({"order": german.id, "kind": "newsletter"})


def test_sending_again_is_a_mail_of_its_own(german: Order) -> None:
    mails.mail_job({"order": german.id, "kind": "paid"})
    assert mailing.resend(german.number.lower()) == "paid"
    job = db.session.query(Job).filter(Job.key.like("%:again:%")).one()
    mails.mail_job(job.payload)
    assert len(list(mails_kept())) == 2
    with pytest.raises(Conflict):
        mailing.resend(german.number, "placed")
    with pytest.raises(NotFound):
        mailing.resend("PN-999999")
    with pytest.raises(Invalid):
        mailing.resend(german.number, "newsletter")


def test_every_kind_has_its_templates_and_every_mail_of_the_journal_a_kind() -> None:
    folder = ROOT / "app/templates/mail"
    for kind in mailing.KINDS:
        assert {path.name for path in (folder / kind).iterdir()} == {
            "subject.txt", "body.txt", "body.mjml"}
    assert set(journal.MAILS.values()) <= mailing.KINDS


def test_links_lead_where_the_shop_has_pages(german: Order, shop: Flask) -> None:
    letter = mailing.load({"order": german.id, "kind": "paid"})
    assert letter is not None
    paths = shop.url_map.bind("localhost")
    home = f"http://localhost{paths.build('storefront.home', {'prefix': 'de-de'})}"
    values = {"prefix": "de-de", "token": german.token}
    text = mails.render(letter).html
    for endpoint in ("orders.show", "orders.withdraw"):
        assert f"http://localhost{paths.build(endpoint, values)}" in text
    assert f'"{home}"' in text


def test_markdown_reads_as_plain_text() -> None:
    marked = "## Yours\n\n**30 days**, *free*. [Terms](/t) \\(\\*\\) snake_case"
    assert mail_words.plain(marked) == "Yours\n\n30 days, free. Terms (/t) (*) snake_case"


def mails_kept() -> Iterator[Any]:
    """Mails of the default mailer, read back."""
    folder: Path = providers().settings.home / "mail"
    for path in sorted(folder.glob("*.eml")) if folder.exists() else ():
        yield BytesParser(policy=policy.default).parsebytes(path.read_bytes())
