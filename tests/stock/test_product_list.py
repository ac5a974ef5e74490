"""The Products list: found by words, SKU and barcode, filtered, paged, with levels of the person's warehouses."""

import re
from decimal import Decimal

import pytest
import redis
from django.conf import settings
from django.urls import reverse

from inventory_site.web.keyset import PAGE_SIZE
from stock.services import archive_product, set_thresholds
from tests.factories import BarcodeFactory, CategoryFactory, ProductFactory, person
from tests.stock.shelves import fill, words

LIST = "/products/"


def shown(response):
    return [row.product.sku for row in response.context["listed"]]


@pytest.fixture
def staff(north):
    return person(rights={north: "view"})


def test_the_address_is_its_name():
    assert reverse("stock:product-list") == LIST


@pytest.mark.parametrize("asked", ["hex bolt", "BOLT HEX", "bolt-m8", "04006381333931", "4006381333931"])
def test_a_product_is_found_by_words_the_beginning_of_its_sku_or_a_barcode(client, staff, asked):
    bolt = ProductFactory(sku="BOLT-M8x40", name="Hex bolt M8×40 zinc")
    BarcodeFactory(product=bolt, code="04006381333931")
    ProductFactory(sku="NUT-M8", name="Hex nut M8")
    client.force_login(staff)
    assert shown(client.get(LIST, {"q": asked})) == ["BOLT-M8x40"]


def test_filters_meet(client, staff):
    category = CategoryFactory(name="Fasteners")
    both = ProductFactory(sku="A-1", name="Bolt", category=category)
    ProductFactory(sku="A-2", name="Nut", category=category)
    ProductFactory(sku="A-3", name="Bolt")
    client.force_login(staff)
    response = client.get(LIST, {"q": "bolt", "category": category.pk})
    assert shown(response) == [both.sku]
    assert response.context["chips"] == [{"label": "Fasteners", "href": "?q=bolt"}]


def test_archived_products_are_shown_only_when_asked_for(client, staff, desk):
    ProductFactory(sku="USED")
    archive_product(product=ProductFactory(sku="GONE"), by=desk.by)
    client.force_login(staff)
    assert shown(client.get(LIST)) == ["USED"]
    response = client.get(LIST, {"status": "archived"})
    assert shown(response) == ["GONE"]
    assert response.context["chips"] == [{"label": "Archived", "href": "?"}]


@pytest.fixture
def four_states(desk, north):
    """One product in each state at NORTH, thresholds from the product for some and from the level for others."""
    out, low, over, ok = (
        ProductFactory(sku=sku, low_threshold=default)
        for sku, default in [("OUT", 5), ("LOW", 5), ("OVER", None), ("OK", 5)]
    )
    for product, quantity in [(out, 1), (low, 5), (over, 101), (ok, 6)]:
        desk.receive(north, product, quantity)
    desk.ship(north, out, 1)
    set_thresholds(product=over, warehouse=north, low=Decimal(10), high=Decimal(100))


@pytest.mark.parametrize("state", ["out", "low", "over"])
def test_a_level_is_found_by_its_state(client, staff, four_states, state):
    client.force_login(staff)
    response = client.get(LIST, {"state": state})
    assert [(row.product.sku, row.state.value) for row in response.context["listed"]] == [(state.upper(), state)]


def test_the_list_says_each_state_in_words(client, staff, four_states):
    client.force_login(staff)
    page = words(client.get(LIST))
    assert re.findall(r"\b(OUT|LOW|OVER|OK) (Out|Low|Over|OK) (\d+)", page) == [
        ("LOW", "Low", "5"),
        ("OK", "OK", "6"),
        ("OUT", "Out", "0"),
        ("OVER", "Over", "101"),
    ]


def test_a_warehouse_that_never_had_the_product_has_no_state(client, staff, north):
    ProductFactory(sku="NEW", low_threshold=5)
    client.force_login(staff)
    assert [(row.quantity, row.state) for row in client.get(LIST).context["listed"]] == [(0, None)]
    assert shown(client.get(LIST, {"state": "out"})) == []


def test_levels_are_those_of_the_warehouses_that_the_person_may_see(client, desk, bolt, north, south):
    desk.receive(north, bolt, 3)
    desk.receive(south, bolt, 4)
    rows = {}
    for name, rights in {"north": {north: "view"}, "both": {north: "view", south: "operate"}, "none": {}}.items():
        client.force_login(person(rights=rights))
        [row] = client.get(LIST).context["listed"]
        rows[name] = row.quantity
    assert rows == {"north": 3, "both": 7, "none": 0}
    client.force_login(person(rights={north: "view", south: "view"}))
    [row] = client.get(LIST, {"warehouse": "south"}).context["listed"]
    assert row.quantity == 4


def test_the_worst_state_is_shown_with_the_warehouses_that_are_in_it(client, desk, north, south):
    product = ProductFactory(low_threshold=5)
    desk.receive(north, product, 50)
    desk.receive(south, product, 2)
    client.force_login(person(rights={north: "view", south: "view"}))
    assert "Low SOUTH 52 pcs" in words(client.get(LIST))


def test_a_foreign_warehouse_is_not_there(client, staff, south):
    client.force_login(staff)
    assert client.get(LIST, {"warehouse": "SOUTH"}).status_code == 404
    assert client.get(LIST, {"warehouse": "NOWHERE\x00"}).status_code == 404


def test_pages_follow_one_another_without_gap_or_repeat(client, staff):
    ProductFactory.create_batch(2 * PAGE_SIZE + 3)
    client.force_login(staff)
    seen, after, sizes = [], "", []
    while after or not seen:
        response = client.get(LIST, {"after": after})
        seen += shown(response)
        sizes.append(len(response.context["listed"]))
        after = response.context["page"].after
    assert sizes == [PAGE_SIZE, PAGE_SIZE, 3]
    assert 'hx-select="#rows > *" hx-target="#rows"' in client.get(LIST).content.decode()
    assert seen == sorted(set(seen))


def test_the_count_stops_at_a_thousand(client, staff, monkeypatch):
    monkeypatch.setattr("stock.views.product.MOST_COUNTED", 2)
    ProductFactory.create_batch(2)
    client.force_login(staff)
    assert "2 products" in words(client.get(LIST))
    ProductFactory()
    assert "1,000+ products" in words(client.get(LIST))


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_a_page_costs_the_same_whatever_it_shows(client, staff, desk, north, rows, django_assert_num_queries):
    fill(desk, north, rows)
    client.force_login(staff)
    # The person, their warehouses, the page, its levels, the count, the categories.
    with django_assert_num_queries(6):
        client.get(LIST)
    # The levels now come from the cache.
    with django_assert_num_queries(5):
        client.get(LIST)
    with redis.Redis.from_url(settings.REDIS_URL) as cache:
        cache.flushdb()
    # The session too comes from the database.
    with django_assert_num_queries(7):
        client.get(LIST)


@pytest.mark.parametrize(
    ("role", "says", "leads"), [("staff", "A manager adds them", False), ("manager", "Add the first one", True)]
)
def test_an_empty_list_says_what_to_do_next(client, north, role, says, leads):
    client.force_login(person(role, {north: "view"}))
    response = client.get(LIST)
    assert says in words(response)
    assert (response.content.decode().count(reverse("catalog:product-create")) == 2) is leads


def test_a_search_that_finds_nothing_offers_the_way_back(client, staff, bolt):
    client.force_login(staff)
    page = client.get(LIST, {"q": "zebra"})
    assert "No product is like that" in words(page)
    assert f'href="{LIST}"' in page.content.decode()


@pytest.mark.parametrize("asked", ["\x00", "'", "%", "\\", "a" * 300, "&|!():*", "\u202e"])
def test_any_text_may_be_asked_for(client, staff, bolt, asked):
    client.force_login(staff)
    assert client.get(LIST, {"q": asked, "category": asked, "state": asked, "after": asked}).status_code == 200
