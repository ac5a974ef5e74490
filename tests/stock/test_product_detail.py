"""The product's page: what is on hand where, in which bins and lots, its thresholds and its last movements."""

import re
import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from stock.queries.holdings import places_of
from stock.services import archive_product, set_thresholds
from tests.factories import BarcodeFactory, LocationFactory, ProductFactory, WarehouseFactory, person
from tests.stock.shelves import words
from warehouses.models import Warehouse

PAGE = "/products/BOLT-M8/"


@pytest.fixture
def manager(north):
    return person("manager", {north: "manage"})


def test_the_address_is_its_name_and_a_sku_may_hold_slashes():
    assert reverse("stock:product-detail", args=["BOLT-M8"]) == PAGE
    assert reverse("stock:product-detail", args=["A/B/1"]) == "/products/A/B/1/"


def test_the_page_shows_each_bin_and_lot_and_marks_what_is_expired(client, desk, north):
    product = ProductFactory(sku="MILK", tracks_lots=True)
    shelf = LocationFactory(warehouse=north, code="A-01")
    quarantine = LocationFactory(warehouse=north, code="Q-01", kind="quarantine")
    today = timezone.now().date()
    desk.receive(north, product, 5, shelf, lot="NEW", expires=today + timedelta(days=9))
    desk.receive(north, product, 2, shelf, lot="OLD", expires=today - timedelta(days=1))
    desk.receive(north, product, 1, quarantine, lot="LAST", expires=today)
    client.force_login(person(rights={north: "view"}))
    response = client.get("/products/MILK/")
    [place] = response.context["places"]
    assert (place.quantity, [(p.bin, p.kind_words, p.lot, p.quantity, p.expired) for p in place.parts]) == (
        8,
        [("A-01", "", "OLD", 2, True), ("Q-01", "Quarantine", "LAST", 1, False), ("A-01", "", "NEW", 5, False)],
    )
    assert words(response).count("Expired") == 1
    assert f'href="{reverse("stock:location-detail", args=["NORTH", "Q-01"])}"' in response.content.decode()


def test_only_warehouses_that_the_person_may_see_are_shown(client, desk, bolt, north, south):
    desk.receive(north, bolt, 3)
    desk.receive(south, bolt, 4)
    client.force_login(person(rights={north: "operate"}))
    response = client.get(PAGE)
    assert [(place.code, place.quantity) for place in response.context["places"]] == [("NORTH", 3)]
    assert [line.warehouse.code for line in response.context["movements"]] == ["NORTH"]
    assert b"SOUTH" not in response.content


def test_a_closed_warehouse_is_shown_while_goods_lie_there(client, desk, bolt, north, south):
    desk.receive(north, bolt, 3)
    Warehouse.objects.update(status="closed")
    client.force_login(desk.by)
    assert [place.code for place in client.get(PAGE).context["places"]] == ["NORTH"]


def test_the_page_says_which_thresholds_count_and_where_they_come_from(client, desk, bolt, north, south, manager):
    bolt.low_threshold, bolt.high_threshold = 20, 90
    bolt.save()
    desk.receive(north, bolt, 15)
    set_thresholds(product=bolt, warehouse=north, low=Decimal(10), high=None)
    client.force_login(manager)
    page = words(client.get(PAGE))
    assert "Low at 10, over above 90 (the product's default)" in page
    assert "15 pcs OK" in page


@pytest.mark.parametrize(
    ("role", "right", "verbs", "thresholds", "changes"),
    [
        ("staff", "view", False, False, False),
        ("staff", "operate", True, False, False),
        ("manager", "operate", True, False, True),
        ("manager", "manage", True, True, True),
        ("admin", None, True, True, True),
    ],
)
def test_each_person_is_offered_what_they_may_do(client, bolt, north, role, right, verbs, thresholds, changes):
    client.force_login(person(role, {north: right} if right else {}))
    page = client.get(PAGE).content.decode()
    main = page[page.index("<main") :]
    assert [
        f"{reverse(f'stock:{verb}')}?code=BOLT-M8" in main for verb in ("receive", "ship", "move", "transfer", "adjust")
    ] == [verbs] * 5
    assert (reverse("stock:product-thresholds", args=["NORTH", "BOLT-M8"]) in main) is thresholds
    assert (reverse("catalog:product-edit", args=["BOLT-M8"]) in main) is changes
    assert (reverse("stock:product-archive", args=["BOLT-M8"]) in main) is changes


def test_barcodes_say_how_many_a_scan_stands_for(client, bolt, manager):
    BarcodeFactory(product=bolt, code="ONE")
    BarcodeFactory(product=bolt, code="CASE", pack_quantity=12)
    client.force_login(manager)
    page = words(client.get(PAGE))
    assert "Barcodes ONE CASE scans as 12 pcs" in page


def test_the_last_ten_movements_stand_there_newest_first(client, desk, bolt, north, manager):
    for quantity in range(1, 23):
        desk.receive(north, bolt, quantity)
    client.force_login(manager)
    response = client.get(PAGE)
    assert [line.quantity for line in response.context["movements"]] == list(range(22, 12, -1))
    assert f"{reverse('stock:transaction-list')}?product=BOLT-M8" in response.content.decode()


def test_an_archived_product_is_marked_and_nothing_can_be_booked(client, desk, bolt, north, manager):
    archive_product(product=bolt, by=desk.by)
    client.force_login(manager)
    response = client.get(PAGE)
    assert "This product is archived" in words(response)
    assert "?code=BOLT-M8" not in response.content.decode()
    assert reverse("stock:product-restore", args=["BOLT-M8"]) in response.content.decode()


def test_an_unknown_product_is_not_there(client, manager):
    client.force_login(manager)
    assert client.get("/products/NOTHING/").status_code == 404
    assert client.get("/products/NO%00THING/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_page_costs_the_same_whatever_it_shows(client, desk, bolt, north, rows, manager, django_assert_num_queries):
    for n in range(rows):
        desk.receive(north, bolt, 1, LocationFactory(warehouse=north, code=f"B-{n}"))
    WarehouseFactory.create_batch(rows)
    client.force_login(desk.by)
    # The person, the product, places with their parts, barcodes, three rights, movements, whether it has history.
    with django_assert_num_queries(8):
        assert len(client.get(PAGE).context["places"]) == rows + 1


@pytest.mark.django_db(transaction=True)
def test_the_parts_sum_to_the_level_while_others_book(desk, bolt, north):
    """A level and its parts come from one statement: two would now and then catch a booking between them."""
    shelf = LocationFactory(warehouse=north, code="A-01")
    desk.receive(north, bolt, 1000, shelf)
    stop = threading.Event()

    def book():
        try:
            while not stop.is_set():
                desk.ship(north, bolt, 3)
        finally:
            connection.close()

    worker = threading.Thread(target=book)
    worker.start()
    sums, until = [], time.monotonic() + 1.5
    while time.monotonic() < until:
        [place] = places_of(bolt, Warehouse.objects.filter(pk=north.pk), now=timezone.now())
        sums.append((place.quantity, sum(part.quantity for part in place.parts)))
    stop.set()
    worker.join()
    assert [level for level, parts in sums if level != parts] == []
    assert len({level for level, _ in sums}) > 3


def test_the_page_reads_level_and_parts_in_one_statement(client, desk, bolt, north, manager, django_assert_num_queries):
    desk.receive(north, bolt, 5)
    visible = Warehouse.objects.for_user(manager, "view")
    with django_assert_num_queries(1) as asked:
        places_of(bolt, visible, now=timezone.now())
    assert re.search("stock_inventory.*stock_holding", asked.captured_queries[0]["sql"], re.DOTALL)
