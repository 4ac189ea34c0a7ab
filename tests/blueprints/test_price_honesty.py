"""What stands beside a price, why it is what it is, and what may not go where."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import transaction
from app.kernel.errors import Conflict
from app.models.catalogue import Attribute, ProductAttribute
from app.models.restriction import Restriction
from app.services.checkout import placing
from app.services.outbox import log
from tests.shoppers import ready
from tests.world import CUP, TEA, product_id

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def restrict(destination: str, hs: str, kind: str, document: str = "") -> None:
    """A rule of a destination."""
    with transaction() as session:
        session.add(Restriction(destination=destination, hs_prefix=hs, kind=kind,
                                document=document, applies="always", valid_from=date(2020, 1, 1),
                                source="Some law"))
        log.emit("rates")


@pytest.fixture
def measured(shop: Flask) -> None:
    """The tea holds 400 g."""
    assert shop.testing
    with transaction() as session:
        content = Attribute(code="net_content", label={"en": "Content"}, unit="g")
        session.add(content)
        session.flush()
        session.add(ProductAttribute(product_id=product_id(TEA), attribute_id=content.id,
                                     text="400"))
        log.emit("product", product_id(TEA))


@pytest.mark.usefixtures("measured")
def test_the_unit_price_stands_wherever_the_price_does(client: FlaskClient) -> None:
    # 19.99 for 400 g: 49.975, so 49.98 a kilogram
    client.post("/en-de/cart/lines", data={"sku": "TEA", "quantity": 2})

    for path in ("/en-de/p/tea", "/en-de/c/table", "/en-de/cart"):
        assert "49,98\xa0€ per kg" in client.get(path).text, path
    cup = client.get("/en-de/p/cup").text
    assert "per kg" not in cup.split('id="product"')[1].split('id="related"')[0]
    one = client.get("/api/v1/products/tea?market=de").json
    assert one["variants"][0]["unit_price"] == {
        "price": {"amount": 4998, "currency": "EUR"}, "per": "kg"}
    listed = client.get("/api/v1/products?market=de").json["items"]
    assert {item["code"]: bool(item["unit_price"]) for item in listed}["cup"] is False


def test_lists_say_what_their_prices_hold(client: FlaskClient) -> None:
    words = {"en-de": "All prices incl. VAT, plus delivery",
             "en-us": "Sales tax calculated at checkout",
             "en-au": "All prices incl. GST, plus delivery"}
    for prefix, sentence in words.items():
        for path in ("c/table", "p/cup"):
            assert sentence in client.get(f"/{prefix}/{path}").text, (prefix, path)


def test_why_this_price_is_a_page_and_a_dialog(client: FlaskClient) -> None:
    page = client.get("/en-de/p/cup/why?to=CH")
    part = client.get("/en-de/p/cup/why?to=CH", headers=HTMX)

    assert page.status_code == part.status_code == 200
    assert "<h1>Why this price?</h1>" in page.text and "<html" not in part.text
    assert 'data-open-dialog="why-dialog"' in part.text
    for text in (page.text, part.text):
        assert "Delivery to Switzerland" in text and "Duty on Cup" in text
        assert "tax:CH" not in text and "duty_mfn" not in text and "row" not in text.split()
    assert "/en-de/p/cup/why?sku=CUP&amp;to=DE" in client.get("/en-de/p/cup").text


def test_the_cart_and_the_checkout_explain_their_sum(client: FlaskClient) -> None:
    assert client.get("/en-de/cart/why").status_code == 303
    client.post("/en-de/cart/lines", data={"sku": "CUP", "quantity": 3})

    page = client.get("/en-de/cart/why")
    assert "Cup, 3 × 5,00\xa0€" in page.text and 'value="1500"' in page.text
    assert page.headers["Cache-Control"].startswith("private") or "no-store" in page.headers[
        "Cache-Control"]
    for path in ("/en-de/cart", "/en-de/checkout"):
        text = client.get(path).text
        assert 'href="/en-de/cart/why"' in text and 'id="why-dialog"' in text


def test_an_article_that_may_not_go_there_is_named_everywhere(client: FlaskClient) -> None:
    restrict("DE", "6912", "certificate", "Form E")
    client.post("/en-de/cart/lines", data={"sku": "CUP", "quantity": 1})
    client.post("/en-de/cart/lines", data={"sku": "TEA", "quantity": 1})

    page = client.get("/en-de/p/cup").text
    cart = client.get("/en-de/cart").text
    assert "Not delivered to Germany" in page and "(Form E)" in page
    assert "Not delivered to" not in client.get("/en-de/p/tea").text
    assert cart.count("asks for a certificate") == 1 and "Needed: Form E." in cart
    assert "Remove it, or choose another country." in cart
    assert "Go to checkout" not in cart.split('id="cart"')[1].split("</section>")[0]
    assert "Form E" in client.get("/en-de/checkout").text


def test_the_api_says_which_line_and_which_paper(client: FlaskClient) -> None:
    restrict("DE", "6912", "prohibited")
    cart = client.post("/api/v1/carts", json={"market": "de", "language": "en"}).json["id"]
    client.post(f"/api/v1/carts/{cart}/lines", json={"sku": CUP.sku, "quantity": 1})

    quoted = client.get(f"/api/v1/carts/{cart}/quote").json
    assert quoted["problems"] == ["restricted"]
    assert [(one["sku"], one["kind"], one["country"], one["source"])
            for one in quoted["restrictions"]] == [("CUP", "prohibited", "DE", "Some law")]
    held = client.get(f"/api/v1/carts/{cart}").json
    assert held["is_orderable"] is False and held["lines"][0]["note"] == "restricted_prohibited"


def test_the_merchant_sees_rules_dates_and_sources(shop: Flask) -> None:
    runner = shop.test_cli_runner()

    told = runner.invoke(args=["quote", "explain", "--sku", "CUP", "--to", "de"])
    assert told.exit_code == 0, told.output
    assert "tax:DE:19: tax_rate  19 %  since 2021-01-01" in told.output
    assert "row=tax:DE:standard:VAT:2021-01-01" in told.output and "source: " in told.output
    assert runner.invoke(args=["quote", "explain"]).exit_code == 2
    assert "unknown_order" in runner.invoke(args=["quote", "explain", "NONE"]).output
    assert "unknown_sku" in runner.invoke(
        args=["quote", "explain", "--sku", "NONE", "--to", "DE"]).output


def test_an_order_of_what_may_not_go_there_is_refused(shop: Flask) -> None:
    cart = ready("de-de", (CUP, 1))
    restrict("DE", "6912", "licence", "Import licence")

    with shop.test_request_context(), pytest.raises(Conflict) as refused:
        placing.place(cart)
    assert refused.value.code == "restricted"
    assert refused.value.params == {"sku": "CUP", "country": "DE", "document": "Import licence"}
