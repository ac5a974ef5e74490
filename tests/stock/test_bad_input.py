"""Bad input gets its words beside its field, keeps what was typed, and changes nothing: in every form that books."""

import pytest

from catalog.models import Product
from stock.models import Operation
from tests.factories import LocationFactory, ProductFactory, UnitFactory
from tests.stock.clerk import BIN, KINDS, Clerk, beside, books, summary, value_of

UNKNOWN = "No product has the SKU or barcode NOPE. Check it, or look for it under Products."
NUL = "Null characters are not allowed."

QUANTITIES = {
    "": "Enter a quantity.",
    "0": "Enter a quantity above 0.",
    "0.000": "Enter a quantity above 0.",
    "-1": "Enter a quantity above 0.",
    "1e9": "Write the quantity in plain digits, like 12 or 12.5.",
    "NaN": "Enter a number, like 12 or 12.5.",
    "Infinity": "Enter a number, like 12 or 12.5.",
    "١٢": "Use the digits 0 to 9.",
    "1,5": "Write 1.5",
    "1,000": "Write 1000, without a thousands mark.",
    "10000000": "Enter 9999999.999 or less.",
    "1" * 31: "Enter 9999999.999 or less.",
    "10,000,000": "Write 10000000, without a thousands mark.",
    "1.125": "Enter a whole number.",
    "5\x00": NUL,
}


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def assert_refused_beside(response, field, expected):
    """Every line of the form has its own words beside this field, and the field holds what was typed."""
    assert response.status_code == 422
    names = [f"line-{number}-{field}" for number in range(len(expected))]
    assert [beside(response, name) for name in names] == [[words] for words in expected.values()]
    assert [value_of(response, name) or "" for name in names] == list(expected)
    shown = summary(response)
    assert shown == [f"Line {number}: {words}" for number, words in enumerate(expected.values(), 1)]


def test_bad_quantities(clerk, kind):
    before = books()
    response = clerk.send(kind, *({"quantity": typed} for typed in QUANTITIES))
    assert_refused_beside(response, "quantity", QUANTITIES)
    assert value_of(response, "key") == str(clerk.key)
    assert books() == before


@pytest.mark.parametrize(("typed", "words"), [("1,5", "Write 1.5"), ("1e9", QUANTITIES["1e9"]), ("0", QUANTITIES["0"])])
def test_one_bad_quantity_among_good_lines(clerk, kind, typed, words):
    before = books()
    response = clerk.send(kind, {}, {"quantity": typed}, {})
    assert (response.status_code, beside(response, "line-1-quantity")) == (422, [words])
    assert summary(response) == [f"Line 2: {words}"]
    assert books() == before


def test_more_digits_than_the_unit_has(clerk, kind, desk):
    desk.receive(clerk.north, ProductFactory(sku="FLOUR", unit=UnitFactory(code="kg")), 50, clerk.a01)
    before = books()
    response = clerk.send(kind, {"code": "FLOUR", "quantity": "1.1255"}, {"code": "FLOUR", "quantity": "0.0001"})
    words = "Enter at most 3 digits after the point."
    assert_refused_beside(response, "quantity", {"1.1255": words, "0.0001": words})
    assert books() == before


CODES = {
    "NOPE": UNKNOWN,
    "": "Enter a SKU or barcode.",
    "OLD-1": "OLD-1 is archived. Restore it before you book it.",
    "BOLT\x00-M8": NUL,
    # A Cyrillic letter looks the same.
    "\N{CYRILLIC CAPITAL LETTER VE}OLT-M8": UNKNOWN.replace("NOPE", "\N{CYRILLIC CAPITAL LETTER VE}OLT-M8"),
    "'; DROP TABLE stock_operation; --": UNKNOWN.replace("NOPE", "'; DROP TABLE stock_operation; --"),
    "<b>": UNKNOWN.replace("NOPE", "<b>"),
}


def test_bad_codes(clerk, kind):
    ProductFactory(sku="OLD-1", status=Product.Status.ARCHIVED)
    before = books()
    response = clerk.send(kind, *({"code": typed} for typed in CODES))
    assert_refused_beside(response, "code", CODES)
    assert "<b>" not in response.content.decode()
    assert books() == before


BINS = {
    "S-01": "NORTH has no bin S-01.",
    "NOWHERE": "NORTH has no bin NOWHERE.",
    "\N{CYRILLIC CAPITAL LETTER A}-01": "NORTH has no bin \N{CYRILLIC CAPITAL LETTER A}-01.",
    "A-01\x00": NUL,
}


def test_bad_bins(clerk, kind):
    before = books()
    response = clerk.send(kind, *({BIN[kind]: typed} for typed in BINS))
    assert_refused_beside(response, BIN[kind], BINS)
    assert books() == before


def test_a_bin_out_of_use(clerk, kind):
    LocationFactory(warehouse=clerk.north, code="X-99", status="inactive")
    before = books()
    response = clerk.send(kind, {BIN[kind]: "X-99"})
    assert_refused_beside(response, BIN[kind], {"X-99": "Bin X-99 is not in use. Choose another."})
    assert books() == before


def test_nothing_to_book(clerk, kind):
    before = books()
    response = clerk.send(kind)
    assert (response.status_code, summary(response)) == (422, ["Add at least one line."])
    assert books() == before


def test_a_code_that_was_typed_and_not_added(clerk, kind):
    before = books()
    response = clerk.send(kind, {}, code="NUT-M8")
    assert (response.status_code, summary(response)) == (422, ["Add NUT-M8 first, or clear this field."])
    assert value_of(response, "code") == "NUT-M8"
    assert books() == before


def test_a_thousand_and_one_lines(clerk, kind):
    before = books()
    response = clerk.send(kind, *[{"quantity": "1"}] * 1001)
    words = "An operation has at most 1,000 lines; this one has 1,001. Send it in parts."
    assert (response.status_code, summary(response)) == (422, [words])
    assert value_of(response, "line-1000-code") == "BOLT-M8"
    assert books() == before


@pytest.mark.parametrize("field", ["reference", "note"])
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("PO\x00118", NUL),
        ("PO\u202e118", "This holds a hidden character (U+202E). Delete the text and type it again."),
    ],
)
def test_words_with_characters_that_nobody_sees(clerk, kind, field, typed, words):
    before = books()
    response = clerk.send(kind, {}, **{field: typed})
    assert response.status_code == 422
    assert words in beside(response, field)
    assert books() == before


def test_the_same_form_sent_twice_books_once(clerk, kind):
    first, second = clerk.send(kind, {}), clerk.send(kind, {})
    after = books()
    assert (first.status_code, first.headers["Location"]) == (303, f"/{kind}/?warehouse=NORTH")
    assert (second.status_code, second.headers["Location"]) == (first.status_code, first.headers["Location"])
    assert Operation.objects.filter(key=clerk.key).count() == 1
    assert clerk.send(kind, {}).status_code == 303
    assert books() == after


def test_the_same_form_with_other_lines_is_refused(clerk, kind):
    clerk.send(kind, {})
    before = books()
    response = clerk.send(kind, {"quantity": "6"})
    assert response.status_code == 409
    assert "This form was sent before with other contents." in response.content.decode()
    assert books() == before


@pytest.mark.parametrize("typed", ["", "not-a-key"])
def test_a_form_without_its_key(clerk, kind, typed):
    before = books()
    response = clerk.send(kind, {}, key=typed)
    assert response.status_code == 422
    assert summary(response) == [
        "This page was too old to be sent. Nothing was booked; look it over and send it again."
    ]
    assert books() == before


@pytest.mark.parametrize("kind", ["ship", "move", "transfer", "adjust"])
def test_what_cannot_be_read_and_what_is_not_there_are_named_together(clerk, kind):
    before = books()
    response = clerk.send(kind, {"quantity": "999"}, {"code": "NOPE"}, {"quantity": "1"})
    assert summary(response) == ["Line 1: Only 100 on hand in A-01. Enter 100 or less.", f"Line 2: {UNKNOWN}"]
    assert books() == before


def test_every_bad_line_is_named(clerk, kind):
    before = books()
    response = clerk.send(kind, {"code": "NOPE"}, {"quantity": "1,5"}, {}, {BIN[kind]: "S-01"})
    assert summary(response) == [f"Line 1: {UNKNOWN}", "Line 2: Write 1.5", "Line 4: NORTH has no bin S-01."]
    assert books() == before


@pytest.mark.parametrize("kind", ["ship", "move", "transfer", "adjust"])
def test_more_than_there_is(clerk, kind):
    before = books()
    response = clerk.send(kind, {"quantity": "60"}, {"quantity": "41"})
    # A move takes nothing from the level, so its sentence knows of the bin alone.
    left = "on hand in A-01." if kind == "move" else "left in A-01 after the other lines of BOLT-M8."
    assert beside(response, "line-1-quantity") == [f"Only 40 {left} Enter 40 or less."]
    assert [value_of(response, f"line-{number}-quantity") for number in (0, 1)] == ["60", "41"]
    assert books() == before
