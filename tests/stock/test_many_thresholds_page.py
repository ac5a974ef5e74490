"""Thresholds of many products on their page: chosen on the list, or found by its filter; over fifty are seen before."""

import re
from decimal import Decimal

import pytest

from stock.models import Inventory
from stock.services import set_thresholds
from tests.factories import CategoryFactory, ProductFactory, person
from tests.stock.shelves import words

PAGE = "/thresholds/"
LOW_5 = {"low_way": "set", "low": "5", "high_way": "leave", "warehouses": ["NORTH"]}


@pytest.fixture
def manager(client, north, south):
    manager = person("manager", {north: "manage", south: "operate"})
    client.force_login(manager)
    return manager


@pytest.fixture
def bolts(db):
    category = CategoryFactory(name="Bolts")
    return [ProductFactory(sku=f"BOLT-{n:03}", category=category) for n in range(60)]


def stored():
    return (
        Inventory.objects.filter(low_threshold=5)
        .values_list("product__sku", "warehouse__code")
        .order_by("product__sku")
    )


def beside(response):
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def test_the_list_leads_there_for_managers_alone(client, manager, bolts, north):
    text = client.get("/products/").content.decode()
    assert f'action="{PAGE}"' in text
    assert f'name="product" value="{bolts[0].pk}"' in text
    client.force_login(person("staff", {north: "operate"}))
    assert PAGE not in client.get("/products/").content.decode()
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {**LOW_5, "all": "1"}).status_code == 403


def test_those_that_were_chosen(client, manager, bolts):
    chosen = {"product": [product.pk for product in bolts[:3]]}
    for opened in (client.get(PAGE, chosen), client.post(PAGE, chosen | {"of": "chosen"})):
        assert opened.status_code == 200
        assert "3 products: BOLT-000, BOLT-001, BOLT-002" in words(opened)
    assert len(stored()) == 0
    response = client.post(PAGE, {**LOW_5, **chosen}, follow=True)
    assert response.redirect_chain == [("/products/", 302)]
    assert "Thresholds of 3 levels changed." in words(response)
    assert list(stored()) == [(f"BOLT-{n:03}", "NORTH") for n in range(3)]


def test_all_that_the_filter_finds(client, manager, bolts):
    ProductFactory(sku="NUT-M8")
    asked = {"all": "1", "q": "BOLT-00"}
    page = client.get(PAGE, asked)
    assert "10 products" in words(page)
    assert re.findall(r'type="hidden" name="(all|q)" value="([^"]*)"', page.content.decode()) == [
        ("all", "1"),
        ("q", "BOLT-00"),
    ]
    client.post(PAGE, {**LOW_5, **asked})
    assert len(stored()) == 10


def test_over_fifty_are_shown_first_and_then_set(client, manager, bolts):
    asked = {**LOW_5, "all": "1", "category": bolts[0].category.pk}
    seen = client.post(PAGE, asked)
    assert seen.status_code == 200
    assert "60 levels change" in words(seen)
    assert "The first 50 are shown." in words(seen)
    assert "Change 60 levels" in words(seen)
    assert len(stored()) == 0
    # Another one came in between: what was seen is not what would be set.
    ProductFactory(sku="BOLT-NEW", category=bolts[0].category)
    assert "61 levels change" in words(client.post(PAGE, {**asked, "confirmed": "60"}))
    assert len(stored()) == 0
    assert client.post(PAGE, {**asked, "confirmed": "61"}).status_code == 302
    assert len(stored()) == 61


def test_what_changes_can_be_seen_before(client, manager, bolts, north):
    set_thresholds(product=bolts[0], warehouse=north, low=Decimal(2), high=None)
    seen = client.post(PAGE, {**LOW_5, "product": [bolts[0].pk, bolts[1].pk], "preview": "1"})
    assert "BOLT-000 NORTH 2 → 5 default BOLT-001 NORTH default → 5 default" in words(seen)
    assert len(stored()) == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"warehouses": []}, {"warehouses": ["Choose at least one warehouse."]}),
        ({"warehouses": ["SOUTH"]}, {"warehouses": ["You do not manage this warehouse. Choose others."]}),
        ({"low_way": "leave"}, {"low_way": ["Choose what to change: the low threshold, the high one or both."]}),
        ({"low": ""}, {"low": ["Enter a figure."]}),
        ({"low": "1,5"}, {"low": ["Write 1.5"]}),
        ({"high_way": "set", "high": "5"}, {"high": ["Enter more than 5, the low threshold."]}),
    ],
)
def test_bad_input_is_said_beside_its_field(client, manager, bolts, asked, said):
    response = client.post(PAGE, {**LOW_5, "product": bolts[0].pk, **asked})
    assert (response.status_code, beside(response), len(stored())) == (422, said, 0)


def test_every_bad_product_is_named_and_nothing_is_set(client, manager, bolts):
    for product in bolts[:25]:
        product.high_threshold = 4
        product.save()
    response = client.post(PAGE, {**LOW_5, "all": "1", "q": "BOLT"})
    assert response.status_code == 422
    assert "BOLT-000 in NORTH: the low threshold 5 would not be below the high one, 4." in words(response)
    assert "5 more products or warehouses." in words(response)
    assert len(stored()) == 0


@pytest.mark.parametrize("product", [[], ["x"], ["9" * 30], ["0"]])
def test_without_a_product_it_says_so(client, manager, product):
    response = client.post(PAGE, {**LOW_5, "product": product})
    assert response.status_code == 422
    assert "Choose at least one product on the list first." in words(response)


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_it_costs_the_same_however_many(client, manager, bolts, rows, django_assert_num_queries):
    chosen = {"product": [product.pk for product in bolts[:rows]]}
    client.get(PAGE, chosen)
    with django_assert_num_queries(3):
        client.get(PAGE, chosen)
