from decimal import Decimal

import pytest
from auditlog.models import LogEntry

from catalog.models import Barcode, Product
from tests.factories import BarcodeFactory, CategoryFactory, ProductFactory, UnitFactory, person

NEW = "/catalog/products/new"
BIDI, ZERO_WIDTH = "Bolt\u202e8M", "Bo\u200blt"


def errors_of(response):
    form = response.context["form"]
    rows = [dict(row.errors) for row in form.barcodes if row.errors]
    return dict(form.errors) | ({"barcodes": rows} if rows else {})


def test_a_manager_makes_a_product_with_barcodes(client, manager, typed):
    category = CategoryFactory(name="Fasteners")
    data = typed(
        ("4006381333931", "1"),
        ("14006381333938", "12"),
        sku="Bolt-M8",
        name="Hex bolt M8 × 40",
        description="Zinc plated\nDIN 933",
        category=category.pk,
        low_threshold="20",
        high_threshold="500",
        unit_cost="0.0425",
        tracks_lots="on",
        shelf_life_days="365",
        lead_time_days="7.5",
        lead_time_deviation_days="0",
        order_pack="100",
    )
    response = client.post(NEW, data)
    assert (response.status_code, response["Location"]) == (302, "/products/Bolt-M8/")
    product = Product.objects.get()
    assert (product.sku, product.sku_key, product.name) == ("Bolt-M8", "BOLT-M8", "Hex bolt M8 × 40")
    assert (product.category, product.tracks_lots, product.shelf_life_days) == (category, True, 365)
    assert (product.low_threshold, product.high_threshold, product.order_pack) == (20, 500, 100)
    assert (product.unit_cost, product.lead_time_days) == (Decimal("0.0425"), Decimal("7.5"))
    assert list(product.barcodes.values_list("code", "pack_quantity")) == [
        ("04006381333931", Decimal(1)),
        ("14006381333938", Decimal(12)),
    ]
    assert {entry.actor for entry in LogEntry.objects.get_for_object(product)} == {manager}
    assert {entry.actor for entry in LogEntry.objects.get_for_objects(product.barcodes.all())} == {manager}


@pytest.mark.parametrize(
    ("role", "status"), [("staff", 403), ("manager", 200), ("admin", 200)], ids=["staff", "manager", "admin"]
)
def test_who_may(client, db, role, status):
    client.force_login(person(role))
    assert client.get(NEW).status_code == status


def test_strangers_sign_in_first(client, db, typed):
    for response in (client.get(NEW), client.post(NEW, typed())):
        assert (response.status_code, response["Location"]) == (302, f"/sign-in/?next={NEW}")
    assert not Product.objects.exists()


SKU_WORDS = "Use letters, digits, dots, dashes and underscores, and slashes between them."
HIDDEN = "This holds a hidden character ({}). Delete the text and type it again."


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("sku", "", "Enter the SKU."),
        ("sku", "BOLT M8", SKU_WORDS),
        ("sku", "-BOLT", SKU_WORDS),
        ("sku", "A/../B", SKU_WORDS),
        ("sku", "A//B", SKU_WORDS),
        ("sku", "A/", SKU_WORDS),
        ("sku", "ВOLT", SKU_WORDS),
        ("sku", BIDI, SKU_WORDS),
        ("sku", "=A1", SKU_WORDS),
        ("sku", "BOLT\x00", "Null characters are not allowed."),
        ("sku", "B" * 41, "Ensure this value has at most 40 characters (it has 41)."),
        ("sku", "held", "Another product has this SKU."),
        ("sku", "CASE-1", "This is a barcode of HELD."),
        ("name", " ", "Enter the name."),
        ("name", BIDI, HIDDEN.format("U+202E")),
        ("name", ZERO_WIDTH, HIDDEN.format("U+200B")),
        ("name", "Bolt\nM8", HIDDEN.format("U+000A")),
        ("name", "Bolt\x00", "Null characters are not allowed."),
        ("name", "B" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("description", "a\x00b", "Null characters are not allowed."),
        ("description", "a\u2066b", HIDDEN.format("U+2066")),
        ("description", "B" * 2001, "Ensure this value has at most 2000 characters (it has 2001)."),
        ("category", "99999999", "Select a valid choice. That choice is not one of the available choices."),
        ("unit", "", "Choose the unit in which it is counted."),
        ("unit", "x", "Select a valid choice. That choice is not one of the available choices."),
        ("low_threshold", "-1", "Enter 0 or more."),
        ("low_threshold", "1,5", "Write 1.5"),
        ("low_threshold", "1.5", "pcs is counted in whole numbers. Write it without a point."),
        ("low_threshold", "NaN", "Enter a number, like 12 or 12.5."),
        ("low_threshold", "1e9", "Write the quantity in plain digits, like 12 or 12.5."),
        ("low_threshold", "10000000", "Enter 9999999.999 or less."),
        ("low_threshold", "٣", "Use the digits 0 to 9."),
        ("low_threshold", "0.0001", "Enter at most 3 digits after the point."),
        ("high_threshold", "x", "Enter a number, like 12 or 12.5."),
        ("unit_cost", "-0.01", "Enter 0 or more."),
        ("unit_cost", "0.00001", "Enter at most 4 digits after the point."),
        ("shelf_life_days", "1.5", "Enter a whole number of days."),
        ("shelf_life_days", "-1", "Ensure this value is greater than or equal to 0."),
        ("lead_time_days", "1,000", "Write 1000, without a thousands mark."),
        ("order_pack", "0", "Enter a quantity above 0."),
    ],
)
def test_bad_input_is_refused_beside_its_field(client, manager, typed, field, text, message):
    BarcodeFactory(product=ProductFactory(sku="HELD", name="Held"), code="CASE-1")
    response = client.post(NEW, typed(**{field: text}))
    assert response.status_code == 422
    assert errors_of(response) == {field: [message]}
    assert list(Product.objects.values_list("sku", flat=True)) == ["HELD"]
    if "\x00" not in text:
        assert response.context["form"][field].value() == text


def test_the_high_threshold_is_above_the_low_one(client, manager, typed):
    response = client.post(NEW, typed(low_threshold="20", high_threshold="20"))
    assert response.status_code == 422
    assert errors_of(response) == {"high_threshold": ["The high threshold must be above the low one."]}


def test_zero_is_a_threshold_and_a_unit_counts_as_finely_as_it_says(client, manager, typed):
    kilogram = UnitFactory(code="kg").pk
    assert client.post(NEW, typed(unit=kilogram, low_threshold="0", high_threshold="0.125")).status_code == 302
    product = Product.objects.get()
    assert (product.low_threshold, product.high_threshold) == (Decimal(0), Decimal("0.125"))
    response = client.post(NEW, typed(sku="OTHER", unit=UnitFactory(code="m").pk, low_threshold="0.125"))
    assert errors_of(response) == {"low_threshold": ["m is counted with at most 2 digits after the point."]}


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ([("HELD-1", "1")], [{"code": ["HELD has this code already."]}]),
        ([("held", "1")], [{"code": ["HELD has this code already."]}]),
        ([("036000291452", "1")], [{"code": ["HELD has this code already."]}]),
        ([("A-1", "1"), ("A-1", "2")], [{"code": ["This barcode stands in another row already."]}]),
        (
            [("4006381333931", "1"), ("04006381333931", "2")],
            [{"code": ["This barcode stands in another row already."]}],
        ),
        ([("A-1", "0")], [{"pack_quantity": ["Enter a quantity above 0."]}]),
        ([("A-1", "-1")], [{"pack_quantity": ["Enter a quantity above 0."]}]),
        ([("A-1", "")], [{"pack_quantity": ["Enter how many one scan of it stands for."]}]),
        ([("A-1", "1.5")], [{"pack_quantity": ["pcs is counted in whole numbers. Write it without a point."]}]),
        ([("A-1", "NaN")], [{"pack_quantity": ["Enter a number, like 12 or 12.5."]}]),
        ([("", "12")], [{"code": ["Scan or type the barcode, or take this row away."]}]),
        ([("A\x00", "1")], [{"code": ["Null characters are not allowed."]}]),
        ([("A\u200b1", "1")], [{"code": [HIDDEN.format("U+200B")]}]),
        ([("A" * 81, "1")], [{"code": ["Ensure this value has at most 80 characters (it has 81)."]}]),
    ],
)
def test_a_bad_barcode_is_refused_in_its_row(client, manager, typed, rows, errors):
    held = ProductFactory(sku="HELD")
    BarcodeFactory(product=held, code="HELD-1")
    BarcodeFactory(product=held, code="00036000291452")
    response = client.post(NEW, typed(*rows))
    assert response.status_code == 422
    assert errors_of(response) == {"barcodes": errors}
    assert Product.objects.count() == 1
    assert Barcode.objects.count() == 2


def test_an_empty_row_is_nothing_and_a_row_taken_away_is_not_stored(client, manager, typed):
    data = typed(("A-1", "1"), ("", "1"), ("A-2", "1"))
    assert client.post(NEW, data | {"barcodes-2-DELETE": "on"}).status_code == 302
    assert list(Barcode.objects.values_list("code", flat=True)) == ["A-1"]


def test_a_row_taken_away_stays_away_when_something_else_is_refused(client, manager, typed):
    response = client.post(NEW, typed(("A-1", "1"), ("A-2", "1"), sku="") | {"barcodes-1-DELETE": "on"})
    assert response.status_code == 422
    assert [bool(row["DELETE"].value()) for row in response.context["form"].barcodes] == [False, True]
    assert response.content.decode().count("data-line hidden>") == 1


def test_without_scripts_a_row_is_added_and_nothing_checked(client, manager, typed):
    data = typed(("A-1", "12"), ("A-2", "2"), sku="", low_threshold="x", tracks_lots="on")
    response = client.post(NEW, data | {"barcodes-1-DELETE": "on", "add": "barcode"})
    form = response.context["form"]
    assert response.status_code == 200
    assert not form.is_bound
    assert (form["low_threshold"].value(), form["tracks_lots"].value()) == ("x", "on")
    assert [(row["code"].value(), str(row["pack_quantity"].value())) for row in form.barcodes] == [
        ("A-1", "12"),
        (None, "1"),
    ]
    assert not Product.objects.exists()


def test_a_broken_form_is_refused(client, manager, typed):
    data = {name: text for name, text in typed(("A-1", "1")).items() if not name.startswith("barcodes-")}
    assert client.post(NEW, data).status_code == 422
    assert client.post(NEW, typed() | {"barcodes-TOTAL_FORMS": "100000"}).status_code == 422
    assert not Product.objects.exists()


def test_a_gtin_with_a_wrong_last_digit_is_kept_and_told(client, manager, typed):
    client.post(NEW, typed(("4006381333932", "1"), ("12345678", "1")))
    response = client.get("/catalog/products/BOLT-M8/edit")
    assert [str(message) for message in response.context["messages"]] == [
        "Saved BOLT-M8.",
        "4006381333932 looks like a GTIN, but its last digit would be 1 then. Compare it with the label.",
    ]
    assert set(Barcode.objects.values_list("code", flat=True)) == {"4006381333932", "12345678"}
