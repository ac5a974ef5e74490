"""Thresholds of a product in a warehouse: set by its managers, beside each field what is wrong with it."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse

from stock.models import Inventory
from stock.queries.levels import levels
from stock.services import set_thresholds
from tests.factories import ProductFactory, UnitFactory, person
from tests.stock.shelves import words

PAGE = "/thresholds/NORTH/BOLT-M8/"


@pytest.fixture
def signed_in(client, north, bolt):
    client.force_login(person("manager", {north: "manage"}))
    return client


def stored():
    return list(Inventory.objects.values_list("warehouse__code", "low_threshold", "high_threshold"))


def errors(response):
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def test_the_address_is_its_name():
    assert reverse("stock:product-thresholds", args=["NORTH", "BOLT-M8"]) == PAGE


def test_a_manager_sets_them_changes_them_and_takes_them_away(signed_in):
    response = signed_in.post(PAGE, {"low": "20", "high": "100"}, follow=True)
    assert response.redirect_chain == [("/products/BOLT-M8/", 302)]
    assert "Thresholds of BOLT-M8 in NORTH saved." in words(response)
    assert stored() == [("NORTH", 20, 100)]
    form = signed_in.get(PAGE).context["form"]
    assert [form["low"].value(), form["high"].value()] == ["20", "100"]
    assert 'value="20"' in signed_in.get(PAGE).content.decode()
    signed_in.post(PAGE, {"low": "0", "high": ""})
    assert stored() == [("NORTH", 0, None)]
    signed_in.post(PAGE, {"low": "", "high": ""})
    assert stored() == [("NORTH", None, None)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"low": "20", "high": "20"}, {"high": ["Enter more than 20, the low threshold."]}),
        ({"low": "30", "high": "20"}, {"high": ["Enter more than 30, the low threshold."]}),
        ({"low": "-1"}, {"low": ["Enter 0 or more."]}),
        ({"low": "1.5"}, {"low": ["Enter a whole number."]}),
        ({"high": "1,5"}, {"high": ["Write 1.5"]}),
        ({"low": "NaN", "high": "Infinity"}, {name: ["Enter a number, like 12 or 12.5."] for name in ("low", "high")}),
        ({"low": "1e9"}, {"low": ["Write the quantity in plain digits, like 12 or 12.5."]}),
        ({"low": "10000000"}, {"low": ["Enter 9999999.999 or less."]}),
        ({"low": "٣"}, {"low": ["Use the digits 0 to 9."]}),
    ],
)
def test_a_wrong_value_is_said_beside_its_field_kept_and_changes_nothing(signed_in, asked, said):
    response = signed_in.post(PAGE, {"low": "", "high": "", **asked})
    assert (response.status_code, errors(response), stored()) == (422, said, [])
    for name, value in asked.items():
        assert response.context["form"][name].value() == value
    assert "There is a problem" in words(response)


def test_a_nul_byte_is_no_number(signed_in):
    response = signed_in.post(PAGE, {"low": "1\x00"})
    assert (response.status_code, stored()) == (422, [])


def test_the_products_default_counts_where_a_field_is_empty(signed_in, bolt):
    bolt.low_threshold, bolt.high_threshold = 20, 90
    bolt.save()
    assert "Leave it empty for 20 pcs, the default of the product." in words(signed_in.get(PAGE))
    assert errors(signed_in.post(PAGE, {"low": "95", "high": ""})) == {
        "low": ["Enter less than 90, the high threshold."]
    }
    assert errors(signed_in.post(PAGE, {"low": "", "high": "15"})) == {
        "high": ["Enter more than 20, the low threshold."]
    }
    signed_in.post(PAGE, {"low": "89", "high": ""})
    assert stored() == [("NORTH", 89, None)]


def test_a_unit_with_decimals_takes_them(client, north):
    ProductFactory(sku="FLOUR", unit=UnitFactory(code="kg"))
    client.force_login(person("manager", {north: "manage"}))
    client.post("/thresholds/NORTH/FLOUR/", {"low": "1.250", "high": "2.5"})
    assert stored() == [("NORTH", Decimal("1.25"), Decimal("2.5"))]
    assert 'value="1.25"' in client.get("/thresholds/NORTH/FLOUR/").content.decode()


@pytest.mark.parametrize(
    ("role", "right", "status"),
    [("staff", "operate", 403), ("manager", "operate", 403), ("manager", None, 404), ("admin", None, 200)],
)
def test_only_managers_of_the_warehouse_may(client, north, bolt, role, right, status):
    client.force_login(person(role, {north: right} if right else {}))
    assert client.get(PAGE).status_code == status
    assert client.post(PAGE, {"low": "1"}).status_code == (302 if status == 200 else status)
    assert stored() == ([("NORTH", 1, None)] if status == 200 else [])


def test_the_page_costs_what_it_costs(signed_in, django_assert_num_queries):
    # The person, the warehouse, the product, the thresholds it has.
    with django_assert_num_queries(4):
        signed_in.get(PAGE)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_them_the_wrong_way_round(bolt, north):
    with pytest.raises(IntegrityError, match="inventory_low_below_high"):
        set_thresholds(product=bolt, warehouse=north, low=Decimal(2), high=Decimal(2))


@pytest.mark.django_db(transaction=True)
def test_the_cache_shows_them_at_once(bolt, north):
    assert not levels([bolt.pk], [north.pk])[bolt.pk, north.pk].stocked
    set_thresholds(product=bolt, warehouse=north, low=Decimal(5), high=None)
    assert levels([bolt.pk], [north.pk])[bolt.pk, north.pk].state(bolt) == "out"
