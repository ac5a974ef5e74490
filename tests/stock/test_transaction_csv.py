"""The ledger as a file: every line that was asked for, streamed in chunks, safe to open in a spreadsheet."""

import csv
import gc
import tracemalloc
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from stock.models import StockTransaction
from tests.factories import LocationFactory, ProductFactory, person
from tests.stock.shelves import fill

FILE = "/transactions.csv"


def rows_of(response):
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture
def staff(north):
    return person(rights={north: "view"}, time_zone="Asia/Tokyo")


@pytest.mark.parametrize("query", ["?type=nonsense", "?since=yesterday", "?lot=%00"])
def test_a_filter_that_cannot_be_read_makes_no_file(client, desk, north, bolt, staff, query):
    desk.receive(north, bolt, 5)
    client.force_login(staff)
    response = client.get(FILE + query)
    assert response.status_code == 422
    assert "A filter cannot be read, so no file was made." in response.content.decode()
    assert "BOLT-M8" not in response.content.decode()


def test_the_address_is_its_name():
    assert reverse("stock:transaction-csv") == FILE


def test_a_line_is_whole_numbers_are_numbers_and_times_have_their_zone(client, desk, north, staff):
    milk = ProductFactory(sku="MILK", name="Milk", tracks_lots=True, unit__code="kg")
    shelf = LocationFactory(warehouse=north, code="A-01")
    desk.by.name = "Ana Example"
    desk.by.save()
    expires = datetime.now(UTC).date() + timedelta(days=9)
    desk.receive(north, milk, "12.500", shelf, "L1", expires)
    operation = desk.adjust(north, milk, "-0.5", shelf, lot="L1", reason="damaged", note="fell", reference="R-1")
    client.force_login(staff)
    response = client.get(FILE)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="transactions-all-')
    line = StockTransaction.objects.first()
    assert rows_of(response)[0] == {
        "Line": str(line.pk),
        "Booked": (line.created.astimezone(UTC) + timedelta(hours=9)).replace(tzinfo=None).isoformat() + "+09:00",
        "Done": (operation.at.astimezone(UTC) + timedelta(hours=9)).replace(tzinfo=None).isoformat() + "+09:00",
        "Day": line.occurred_on.isoformat(),
        "What": "Adjust",
        "Type": "Adjust",
        "SKU": "MILK",
        "Product": "Milk",
        "Quantity": "-0.5",
        "Unit": "kg",
        "Level after": "12",
        "Warehouse": "NORTH",
        "Bin": "A-01",
        "Lot": "L1",
        "Expires": expires.isoformat(),
        "By": "Ana Example",
        "Reference": "R-1",
        "Reason": "Damaged",
        "Note": "fell",
        "Operation": str(operation.pk),
    }


@pytest.mark.parametrize("first", ["=", "+", "-", "@"])
def test_no_text_is_run_by_a_spreadsheet(client, desk, north, staff, first):
    product = ProductFactory(name=f"{first}1+1")
    desk.receive(north, product, 5, reference=f"{first}2+2")
    client.force_login(staff)
    [row] = rows_of(client.get(FILE))
    assert (row["Product"], row["Reference"], row["Quantity"]) == (f"'{first}1+1", f"'{first}2+2", "5")


def test_the_file_holds_what_the_filters_leave_of_the_persons_warehouses(client, desk, bolt, north, south, staff):
    desk.receive(north, bolt, 1)
    desk.receive(south, bolt, 2)
    desk.receive(north, ProductFactory(), 3)
    desk.ship(north, bolt, 1)
    client.force_login(staff)

    def quantities(**asked):
        return [row["Quantity"] for row in rows_of(client.get(FILE, asked))]

    assert quantities() == ["-1", "3", "1"]
    assert quantities(product="BOLT-M8") == ["-1", "1"]
    assert quantities(product="BOLT-M8", type="in", warehouse="NORTH") == ["1"]
    assert client.get(FILE, {"warehouse": "SOUTH"}).status_code == 404


def test_the_page_leads_to_the_file_of_its_filters(client, desk, bolt, north, staff):
    desk.receive(north, bolt, 1)
    client.force_login(staff)
    page = client.get("/transactions/", {"product": "BOLT-M8", "type": "", "after": "99"}).content.decode()
    assert f'href="{FILE}?product=BOLT-M8"' in page


def test_lines_are_read_a_chunk_at_a_time_two_queries_each(
    client, desk, north, staff, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("stock.queries.transactions.CHUNK", 10)
    fill(desk, north, 25)
    client.force_login(staff)
    # The person, their warehouses, and that they export; no line before it is wanted.
    with django_assert_num_queries(3):
        parts = iter(client.get(FILE).streaming_content)
        next(parts)
    with django_assert_num_queries(2):
        for _ in range(10):
            next(parts)
    with django_assert_num_queries(4):
        assert len(list(parts)) == 15


def test_what_is_booked_while_the_file_is_read_is_left_out(client, desk, bolt, north, staff, monkeypatch):
    monkeypatch.setattr("stock.queries.transactions.CHUNK", 2)
    for quantity in (1, 2, 3, 4, 5):
        desk.receive(north, bolt, quantity)
    client.force_login(staff)
    parts = iter(client.get(FILE).streaming_content)
    head = [next(parts), next(parts)]
    desk.receive(north, bolt, 6)
    text = b"".join([*head, *parts]).decode()
    assert [row["Quantity"] for row in csv.DictReader(text.splitlines())] == ["5", "4", "3", "2", "1"]


@pytest.mark.django_db(transaction=True)
def test_memory_stays_flat_whatever_the_size(client, desk, north, staff, monkeypatch):
    """Ten times the lines hold hardly more memory at any moment: what is held is a chunk, not what was written."""
    monkeypatch.setattr("stock.queries.transactions.CHUNK", 50)
    client.force_login(staff)

    def held():
        lines, most, size = iter(client.get(FILE).streaming_content), 0, 0
        next(lines)
        # What is there already is not looked through again at every collection.
        gc.freeze()
        tracemalloc.start()
        for count, line in enumerate(lines, start=1):
            size += len(line)
            if count % 90 == 0:
                gc.collect()
                most = max(most, tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        gc.unfreeze()
        return count, most, size

    products = fill(desk, north, 180)
    held()
    few = held()
    for _ in range(9):
        again(desk, north, products)
    many = held()
    assert (few[0], many[0]) == (180, 1800)
    assert many[1] - few[1] < (many[2] - few[2]) / 4


def again(desk, warehouse, products):
    from stock import services

    lines = [services.ReceiveLine(product=product, quantity=Decimal(1)) for product in products]
    services.receive(warehouse=warehouse, lines=lines, by=desk.by, at=datetime.now(UTC), key=uuid.uuid4())
