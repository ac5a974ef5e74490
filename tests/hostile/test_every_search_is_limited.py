"""Whatever takes text to look for counts as a search, in every parameter that takes some."""

from dataclasses import replace

import pytest

from inventory_site.web.limits import RULES
from tests.factories import ProductFactory, WarehouseFactory, person

SEARCHES = [
    ("/products/", "q"),
    ("/warehouses/NORTH/", "q"),
    ("/transactions/", "product"),
    ("/transactions/", "bin"),
    ("/transactions/", "lot"),
    ("/transactions/", "person"),
    ("/transactions/", "reference"),
    ("/why/BOLT-M8/", "lot"),
    ("/people/", "q"),
    ("/people/rights/", "q"),
    ("/audit/", "q"),
    ("/audit/", "person"),
    ("/audit/", "sku"),
]


@pytest.fixture
def searcher(client, db, monkeypatch):
    north = WarehouseFactory(code="NORTH")
    ProductFactory(sku="BOLT-M8")
    monkeypatch.setitem(RULES, "search", tuple(replace(rule, most="2/minute") for rule in RULES["search"]))
    client.force_login(person("admin", {north: "manage"}))
    return client


@pytest.mark.parametrize(("page", "name"), SEARCHES)
def test_the_third_search_is_stopped_and_looking_without_a_word_is_not(searcher, page, name):
    assert [searcher.get(page, {name: f"x{n}"}).status_code == 429 for n in range(3)] == [False, False, True]
    assert searcher.get(page).status_code != 429
