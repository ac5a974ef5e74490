"""Lines come onto a sheet by code: added, raised, doubled and removed, with htmx and without scripts."""

import pytest
from django.urls import reverse

from catalog.models import Product
from tests.factories import BarcodeFactory, LocationFactory, ProductFactory
from tests.stock.clerk import BIN, KINDS, Clerk, beside, books, value_of


@pytest.fixture
def clerk(client, desk):
    clerk = Clerk(client, desk)
    BarcodeFactory(product=clerk.bolt, code="04006381333931")
    BarcodeFactory(product=clerk.bolt, code="CASE-12", pack_quantity=12)
    return clerk


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def words_of(response):
    """Return what the page says about the last scan."""
    text = response.content.decode()
    return " ".join(text[text.index('id="scan-outcome"') :].split("</div>")[0].split(">", 1)[1].split())


def test_a_scanned_code_answers_with_its_line_alone(clerk, kind):
    before = books()
    response = clerk.scan(kind, code="bolt-m8", add="1")
    text = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in text
    assert 'hx-swap-oob="afterbegin:#lines"' in text
    assert "Hex bolt M8" in text
    assert "100 pcs on hand" in text
    assert "Pack of 12" in text
    assert "A-01 · 100" in text
    assert (value_of(response, "line-0-code"), value_of(response, "line-0-quantity")) == ("BOLT-M8", "1")
    assert books() == before


@pytest.mark.parametrize(("code", "quantity"), [("BOLT-M8", "6"), ("4006381333931", "6"), ("CASE-12", "17")])
def test_a_code_scanned_again_raises_its_line(clerk, kind, code, quantity):
    response = clerk.scan(kind, {"code": "BOLT-M8", "quantity": "5"}, code=code, add="1")
    text = response.content.decode()
    assert response.status_code == 200
    assert 'id="line-0" data-line hx-swap-oob="outerHTML"' in text
    assert (value_of(response, "line-0-quantity"), value_of(response, "line-1-code")) == (quantity, None)


def test_a_pack_starts_with_what_it_holds(clerk, kind):
    assert value_of(clerk.scan(kind, code="CASE-12", add="1"), "line-0-quantity") == "12"


def test_the_newest_line_of_a_product_is_the_one_that_is_raised(clerk, kind):
    data = clerk.data(kind) | {
        "line-7-code": "BOLT-M8",
        "line-7-quantity": "2",
        "line-3-code": "BOLT-M8",
        "line-3-quantity": "9",
        "code": "BOLT-M8",
        "add": "1",
    }
    response = clerk.client.post(reverse("stock:add-line", args=[kind]), data)
    assert value_of(response, "line-7-quantity") == "3"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("NOPE", "No product has the SKU or barcode NOPE. Check it, or look for it under Products."),
        ("OLD-1", "OLD-1 is archived. Restore it before you book it."),
        ("", "Scan or type a SKU or barcode."),
        ("\x00", "Scan or type a SKU or barcode."),
    ],
)
def test_a_code_that_adds_nothing_says_so(clerk, kind, code, words):
    ProductFactory(sku="OLD-1", status=Product.Status.ARCHIVED)
    response = clerk.scan(kind, {}, code=code, add="1")
    assert response.status_code == 422
    assert words_of(response) == f'<p class="errors">{words}</p>'
    assert "data-line" not in response.content.decode()


def test_a_line_whose_quantity_nobody_can_read_is_not_raised(clerk, kind):
    response = clerk.scan(kind, {"quantity": "many"}, code="BOLT-M8", add="1")
    assert response.status_code == 422
    assert "Mend the quantity of BOLT-M8 first, then scan it again." in words_of(response)


def test_another_line_of_the_same_product(clerk, kind):
    response = clerk.scan(kind, {}, again="0")
    assert 'hx-swap-oob="afterbegin:#lines"' in response.content.decode()
    assert value_of(response, "line-1-code") == "BOLT-M8"


def test_without_scripts_the_page_comes_back_with_the_line_and_what_was_typed(clerk, kind):
    ProductFactory(sku="NUT-M8")
    response = clerk.send(kind, {"quantity": "7,5"}, code="NUT-M8", add="1", reference="PO-118", note="by hand")
    assert response.status_code == 200
    assert value_of(response, "line-1-code") == "NUT-M8"
    assert value_of(response, "line-0-quantity") == "7,5"
    assert beside(response, "line-0-quantity") == []
    assert [value_of(response, name) for name in ("key", "code", "reference", "note")] == [
        str(clerk.key),
        "",
        "PO-118",
        "by hand",
    ]


def test_without_scripts_an_unknown_code_stays_in_its_field(clerk, kind):
    response = clerk.send(kind, {}, code="NOPE", add="1")
    assert (response.status_code, value_of(response, "code")) == (422, "NOPE")
    assert "No product has the SKU or barcode NOPE." in words_of(response)
    assert value_of(response, "line-0-quantity") == "5"


def test_without_scripts_a_line_is_removed(clerk, kind):
    ProductFactory(sku="NUT-M8")
    response = clerk.send(kind, {}, {"code": "NUT-M8"}, remove="0")
    assert response.status_code == 200
    assert (value_of(response, "line-0-code"), value_of(response, "line-1-code")) == (None, "NUT-M8")


def test_enter_never_books(clerk, kind):
    """The first button of the form is the one that Enter presses."""
    text = clerk.client.get(reverse(f"stock:{kind}")).content.decode()
    form = text[text.index('<form id="sheet"') :]
    assert form[form.index("<button") :].startswith('<button type="submit" name="add"')


@pytest.mark.parametrize(
    ("query", "codes"),
    [("code=BOLT-M8", ["BOLT-M8"]), ("code=BOLT-M8&code=NUT-M8", ["NUT-M8", "BOLT-M8"]), ("code=NOPE", [])],
)
def test_a_link_may_name_the_products(clerk, kind, query, codes):
    ProductFactory(sku="NUT-M8")
    response = clerk.client.get(f"{reverse(f'stock:{kind}')}?warehouse=NORTH&{query}")
    assert response.status_code == 200
    assert [value_of(response, f"line-{number}-code") for number in range(len(codes))] == codes
    assert value_of(response, f"line-{len(codes)}-code") is None


def test_every_opened_page_has_a_key_of_its_own(clerk, kind):
    keys = {value_of(clerk.client.get(reverse(f"stock:{kind}")), "key") for _ in range(3)}
    assert len(keys) == 3


def test_the_code_of_a_bin_gives_the_newest_line_its_bin(clerk, kind):
    asked = {"code": "BOLT-M8", BIN[kind]: "", "destination": ""} if kind == "move" else {BIN[kind]: ""}
    response = clerk.scan(kind, asked, {}, code="a-02", add="1")
    text = response.content.decode()
    assert (response.status_code, value_of(response, f"line-0-{BIN[kind]}")) == (200, "A-02")
    assert 'id="line-0" data-line hx-swap-oob="outerHTML"' in text
    assert "BOLT-M8: bin A-02" in words_of(response)
    if kind == "move":
        moved = clerk.scan(kind, {**asked, "source": "A-01"}, code="A-02", add="1")
        assert [value_of(moved, f"line-0-{name}") for name in ("source", "destination")] == ["A-01", "A-02"]


def test_a_bin_without_a_line_and_a_bin_of_another_warehouse_give_none(clerk, kind):
    response = clerk.scan(kind, code="A-02", add="1")
    assert response.status_code == 422
    assert "A-02 is a bin. Scan a product first, then its bin." in words_of(response)
    assert "No product has the SKU or barcode S-01." in words_of(clerk.scan(kind, {}, code="S-01", add="1"))


def test_a_product_wins_over_a_bin_of_the_same_code(clerk, kind):
    ProductFactory(sku="A-02")
    assert value_of(clerk.scan(kind, {}, code="A-02", add="1"), "line-1-code") == "A-02"


def test_a_verb_that_does_not_exist(clerk):
    assert clerk.client.post(reverse("stock:add-line", args=["steal"]), clerk.data("ship")).status_code == 404


@pytest.mark.parametrize("lines", [1, 3, 50])
def test_opening_a_page_costs_the_same_whatever_stands_on_it(clerk, kind, lines, django_assert_num_queries):
    codes = [ProductFactory().sku for _ in range(lines)]
    query = "&".join(f"code={code}" for code in codes)
    clerk.client.get(f"{reverse(f'stock:{kind}')}?warehouse=NORTH")  # Remembers the warehouse worked in.
    with django_assert_num_queries({"adjust": 9, "transfer": 10}.get(kind, 8)):
        clerk.client.get(f"{reverse(f'stock:{kind}')}?warehouse=NORTH&{query}")


@pytest.mark.parametrize("lines", [1, 3, 50])
def test_scanning_costs_the_same_whatever_stands_on_the_page(clerk, kind, lines, django_assert_num_queries):
    codes = [ProductFactory().sku for _ in range(lines)]
    with django_assert_num_queries(7):
        clerk.scan(kind, *({"code": code} for code in codes), code="BOLT-M8", add="1")


@pytest.mark.parametrize("right", [None, "view"])
def test_who_may_not_book_there(clerk, kind, right):
    from tests.factories import WarehouseFactory, person

    far = WarehouseFactory(code="FAR", name="Marker of FAR")
    LocationFactory(warehouse=far, code="F-01")
    clerk.client.force_login(person(rights={clerk.north: "operate", **({far: right} if right else {})}))
    before = books()
    expected = 403 if right else 404
    address = reverse(f"stock:{kind}")
    assert clerk.client.get(f"{address}?warehouse=FAR").status_code == expected
    assert clerk.send(kind, {}, warehouse="FAR").status_code == expected
    assert clerk.scan(kind, code="BOLT-M8", add="1", warehouse="FAR").status_code == expected
    # Goods may be sent wherever one may look.
    shown = kind == "transfer" and right is not None
    assert (b"Marker of FAR" in clerk.client.get(address).content) == shown
    assert books() == before


def test_nobody_who_is_not_signed_in(clerk, kind):
    clerk.client.logout()
    before = books()
    answers = [clerk.client.get(reverse(f"stock:{kind}")), clerk.send(kind, {}), clerk.scan(kind, code="BOLT-M8")]
    assert {answer.status_code for answer in answers} == {302}
    assert books() == before
