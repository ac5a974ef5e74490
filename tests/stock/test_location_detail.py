"""A bin's page: what lies in it, for those who may look into its warehouse."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory_site.web.keyset import PAGE_SIZE
from tests.factories import LocationFactory, ProductFactory, person
from tests.stock.shelves import fill, words

BIN = "/bins/NORTH/A-01/"


@pytest.fixture
def shelf(north):
    return LocationFactory(warehouse=north, code="A-01")


def shown(response):
    return [(row.product.sku, row.quantity) for row in response.context["contents"]]


def test_the_address_is_its_name():
    assert reverse("stock:location-detail", args=["NORTH", "A-01"]) == BIN


def test_a_bin_shows_its_products_and_their_lots_and_nothing_of_other_bins(client, desk, bolt, north, south, shelf):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    today = timezone.now().date()
    desk.receive(north, bolt, 5, shelf)
    desk.receive(north, bolt, 7)
    desk.receive(south, bolt, 9, LocationFactory(warehouse=south, code="A-01"))
    desk.receive(north, milk, 2, shelf, lot="L2", expires=today + timedelta(days=3))
    desk.receive(north, milk, 1, shelf, lot="L1", expires=today - timedelta(days=3))
    client.force_login(person(rights={north: "view"}))
    response = client.get(BIN)
    assert shown(response) == [("BOLT-M8", 5), ("MILK", 3)]
    [_, milk_here] = response.context["contents"]
    assert [(part.lot, part.quantity, part.expired) for part in milk_here.parts] == [("L1", 1, True), ("L2", 2, False)]
    assert words(response).count("Expired") == 1


def test_what_is_used_up_does_not_lie_there(client, desk, bolt, north, shelf):
    desk.receive(north, bolt, 5, shelf)
    desk.ship(north, bolt, 5, shelf)
    client.force_login(desk.by)
    response = client.get(BIN)
    assert shown(response) == []
    assert "This bin is empty" in words(response)


@pytest.mark.parametrize(("right", "offered"), [("view", False), ("operate", True)])
def test_an_empty_bin_offers_to_receive_to_those_who_may(client, north, shelf, right, offered):
    client.force_login(person(rights={north: right}))
    assert ("/receive/?warehouse=NORTH" in client.get(BIN).content.decode()) is offered


def test_the_code_is_found_however_it_is_written(client, north, shelf):
    client.force_login(person(rights={north: "view"}))
    assert client.get("/bins/north/a-01/").status_code == 200


def test_a_bin_of_a_foreign_warehouse_or_none_is_not_there(client, north, south, shelf):
    LocationFactory(warehouse=south, code="B-01")
    client.force_login(person(rights={north: "manage"}))
    wrong = ["/bins/SOUTH/B-01/", "/bins/NORTH/B-01/", "/bins/NOWHERE/A-01/", "/bins/NORTH/A%0001/"]
    assert [client.get(address).status_code for address in wrong] == [404] * 4


def test_a_full_bin_comes_in_pages(client, desk, north, shelf):
    products = fill(desk, north, PAGE_SIZE + 2, location=shelf)
    client.force_login(desk.by)
    first = client.get(BIN)
    rest = client.get(BIN, {"after": first.context["page"].after})
    assert [len(shown(first)), len(shown(rest))] == [PAGE_SIZE, 2]
    assert 'hx-select="#rows > *" hx-target="#rows"' in first.content.decode()
    assert [sku for sku, _ in shown(first) + shown(rest)] == sorted(product.sku for product in products)


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_page_costs_the_same_whatever_lies_there(client, desk, north, shelf, rows, django_assert_num_queries):
    fill(desk, north, rows, location=shelf)
    client.force_login(person(rights={north: "operate"}))
    # The person, the warehouse, the bin, a page of products, their holdings.
    with django_assert_num_queries(5):
        client.get(BIN)
