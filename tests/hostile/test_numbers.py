"""What is no plain number is refused in words, in every field of the catalogue and of thresholds that takes one.

The quantities of bookings are in tests/stock/test_bad_input.py.
"""

import pytest

from tests.factories import ProductFactory, UnitFactory, WarehouseFactory, person

pytestmark = pytest.mark.django_db

NO_NUMBERS = [
    *("NaN", "-NaN", "sNaN", "Infinity", "-Infinity", "inf", "1e400", "1e-400", "1E5", "0x10", "1_000"),
    *("١٢", "१२", "１２", "1,5", "1,000", "1.2.3", "--1", "+", ".", "1 2", "1" + "0" * 30, "9" * 400),
    *("1\x00", "\N{ZERO WIDTH SPACE}", "½", "²", "-1", "=1", "1;DROP TABLE x", "[]", "true", "None"),
]
FIELDS = ["low_threshold", "high_threshold", "unit_cost", "shelf_life_days", "order_pack", "lead_time_days"]


@pytest.fixture
def typed(client):
    client.force_login(person("manager", {WarehouseFactory(code="NORTH"): "manage"}))
    product = ProductFactory(sku="BOLT-M8", unit=UnitFactory(code="kg"))

    page = client.get("/catalog/products/BOLT-M8/edit")

    def send(name, text):
        sent = {
            "sku": "BOLT-M8",
            "name": "Hex bolt",
            "unit": product.unit.pk,
            name: text,
            "seen": page.context["form"]["seen"].value(),
            "barcodes-TOTAL_FORMS": 1,
            "barcodes-INITIAL_FORMS": 0,
            **{"barcodes-0-code": "CODE-1", "barcodes-0-pack_quantity": "1"} | ({name: text} if "-" in name else {}),
        }
        return client.post("/catalog/products/BOLT-M8/edit", sent)

    return send


@pytest.mark.parametrize("field", [*FIELDS, "barcodes-0-pack_quantity"])
def test_a_field_of_the_product_takes_plain_numbers_alone(typed, field):
    for text in NO_NUMBERS:
        answer = typed(field, text)
        assert (text, answer.status_code) == (text, 422)
        form = answer.context["form"]
        errors = form.barcodes.forms[0].errors if "-" in field else form.errors
        assert (text, bool(errors[field.rpartition("-")[2]])) == (text, True)
    assert typed(field, "5").status_code == 302


@pytest.mark.parametrize("field", ["low", "high"])
def test_a_threshold_takes_plain_numbers_alone(client, typed, field):
    for text in NO_NUMBERS:
        answer = client.post("/thresholds/NORTH/BOLT-M8/", {field: text})
        assert (text, answer.status_code, field in answer.context["form"].errors) == (text, 422, True)
    assert client.post("/thresholds/NORTH/BOLT-M8/", {field: "5"}).status_code == 302


@pytest.mark.parametrize(
    "field",
    [
        "undo_limit_days",
        "transit_limit_days",
        "reopen_hours",
        "sweep_hour",
        "escalate_minutes",
        "count_tolerance",
        "threshold_margin",
    ],
)
def test_a_rule_of_a_warehouse_takes_plain_numbers_alone(client, field):
    client.force_login(person("admin"))
    WarehouseFactory(code="NORTH")
    form = client.get("/warehouses/NORTH/edit").context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if name != "expiry_tiers"}
    for text in NO_NUMBERS:
        answer = client.post("/warehouses/NORTH/edit", {**sent, field: text})
        assert (text, answer.status_code, list(answer.context["form"].errors)) == (text, 422, [field])
    assert client.post("/warehouses/NORTH/edit", {**sent, field: "5"}).status_code == 302


def test_the_decimals_of_a_unit_are_a_plain_number(client):
    client.force_login(person("admin"))
    for text in NO_NUMBERS:
        answer = client.post("/catalog/units/new", {"code": "g", "name": "gram", "decimals": text})
        assert (text, answer.status_code, list(answer.context["form"].errors)) == (text, 422, ["decimals"])
    assert client.post("/catalog/units/new", {"code": "g", "name": "gram", "decimals": "3"}).status_code == 302


@pytest.mark.parametrize("text", ["-0", "-0.0", "0.000"])
def test_minus_zero_is_never_stored_as_such(client, typed, text):
    typed("low_threshold", text)
    assert "-0" not in client.get("/products/BOLT-M8/").content.decode().split("Low by default")[1][:60]


@pytest.mark.parametrize("address", ["/transactions/?after=NaN", "/transactions/?after=1e400", "/alerts/?after=٣"])
def test_a_mark_that_is_no_number_is_a_bad_request_and_no_error(client, typed, address):
    assert client.get(address).status_code in (200, 400)


@pytest.mark.parametrize("pk", ["0", "9" * 30, "٣", "1e3", "-1"])
def test_an_id_beyond_every_row_is_not_found(client, typed, pk):
    for address in ("/alerts/{}/", "/counts/{}/", "/transfers/{}/", "/catalog/categories/{}/edit"):
        assert (address, client.get(address.format(pk)).status_code) == (address, 404)
