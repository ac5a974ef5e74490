"""Where the goods have moved on, the refused undo offers to correct what remains, filled in."""

import re
from html import unescape

import pytest
from django.urls import reverse

from tests.desk import Desk, holdings
from tests.factories import ProductFactory, person
from tests.stock.clerk import Clerk, value_of
from tests.stock.counting import Counter


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


@pytest.fixture
def mine(clerk):
    return Desk(clerk.person)


def offers(clerk, operation):
    response = clerk.client.post(reverse("stock:operation-reverse", args=[operation.pk]))
    assert response.status_code == 422
    return hrefs(response)


def hrefs(response, page="/adjust/"):
    return [unescape(href) for href in re.findall(rf'href="({page}\?[^"]*)"', response.content.decode())]


def test_of_what_came_in_it_takes_what_is_left(clerk, mine):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    received = mine.receive(clerk.south, milk, 20, clerk.s01, "L1", reference="PO-7")
    mine.receive(clerk.south, milk, 5, clerk.s01, "L2")
    mine.ship(clerk.south, milk, 18)
    [href] = offers(clerk, received)
    page = clerk.client.get(href)
    shown = {name: value_of(page, f"line-0-{name}") for name in ("code", "quantity", "location", "lot_number")}
    assert shown == {"code": "MILK", "quantity": "2", "location": "S-01", "lot_number": "L1"}
    assert value_of(page, "reference") == "PO-7"
    assert value_of(page, "note") == "Instead of undoing: Received 20 × MILK"
    assert re.search(r'value="take"[^>]*checked', page.content.decode())
    assert re.search(r'value="correction"[^>]*selected', page.content.decode())
    assert value_of(page, "line-1-code") is None

    line = {**shown, "way": "take"}
    sent = clerk.send(
        "adjust", line, warehouse="SOUTH", reason="correction", note="came twice", key=value_of(page, "key")
    )
    assert sent.status_code == 303
    assert holdings(milk, clerk.south) == {("S-01", "L2"): 5}


def test_where_nothing_is_left_nothing_is_offered(clerk, mine):
    received = mine.receive(clerk.south, clerk.bolt, 20, clerk.s01)
    mine.ship(clerk.south, clerk.bolt, 20)
    assert offers(clerk, received) == []


def test_both_ends_of_a_transfer_have_their_own(clerk, mine):
    moved = mine.transfer(clerk.north, clerk.south, clerk.bolt, 8)
    mine.ship(clerk.south, clerk.bolt, 3)
    hrefs = offers(clerk, moved)
    pages = [clerk.client.get(href) for href in hrefs]
    assert [(value_of(p, "warehouse"), value_of(p, "line-0-quantity")) for p in pages] == [
        ("NORTH", "8"),
        ("SOUTH", "5"),
    ]
    ways = [re.search(r'value="(add|take)"[^>]*checked', page.content.decode())[1] for page in pages]
    assert ways == ["add", "take"]


def test_only_where_the_person_operates(clerk, mine):
    moved = mine.transfer(clerk.north, clerk.south, clerk.bolt, 8)
    mine.ship(clerk.south, clerk.bolt, 3)
    clerk.client.force_login(person("manager", {clerk.north: "manage", clerk.south: "manage"}))
    assert len(offers(clerk, moved)) == 2
    clerk.client.force_login(person("manager", {clerk.south: "manage", clerk.north: "view"}))
    refused = clerk.client.post(reverse("stock:operation-reverse", args=[moved.pk]))
    assert (refused.status_code, b"/adjust/?warehouse=NORTH" in refused.content) == (403, False)


def test_a_link_carries_no_key(clerk):
    address = f"/adjust/?warehouse=NORTH&key={clerk.key}&line-0-code=BOLT-M8"
    keys = {value_of(clerk.client.get(address), "key") for _ in range(2)}
    assert len(keys) == 2
    assert str(clerk.key) not in keys


def test_an_address_stays_short_enough_for_every_server(clerk, mine):
    import uuid
    from datetime import UTC, datetime
    from decimal import Decimal

    from stock import services

    products = [ProductFactory(sku=f"{n:02}-{'X' * 37}", tracks_lots=True) for n in range(20)]
    received = services.receive(
        warehouse=clerk.south,
        lines=[
            services.ReceiveLine(product=each, quantity=Decimal(9), location=clerk.s01, lot_number="Ü" * 40)
            for each in products
        ],
        by=clerk.person,
        at=datetime.now(UTC),
        key=uuid.uuid4(),
    )
    mine.ship(clerk.south, products[0], 1)
    [href] = offers(clerk, received)
    page = clerk.client.get(href)
    assert len(href) <= 3500
    assert value_of(page, "line-0-quantity") == "8"
    assert value_of(page, "line-5-quantity") == "9"


def test_of_a_whole_count_it_takes_back_what_is_left(clerk, mine):
    counter = Counter(clerk.person)
    count = counter.open(clerk.north, clerk.a01)
    counter.whole(count, (clerk.bolt, clerk.a01, 101))
    counter.post(count)
    mine.ship(clerk.north, clerk.bolt, 101)
    refused = clerk.client.post(reverse("stock:count-undo", args=[count.pk]))
    assert (refused.status_code, hrefs(refused)) == (422, [])

    mine.receive(clerk.north, clerk.bolt, 100, clerk.a01)
    count = counter.open(clerk.north, clerk.a01)
    counter.whole(count, (clerk.bolt, clerk.a01, 102))
    counter.post(count)
    mine.ship(clerk.north, clerk.bolt, 101)
    [href] = hrefs(clerk.client.post(reverse("stock:count-undo", args=[count.pk])))
    page = clerk.client.get(href)
    shown = {name: value_of(page, f"line-0-{name}") for name in ("code", "quantity", "location")}
    assert shown == {"code": "BOLT-M8", "quantity": "1", "location": "A-01"}
    assert (value_of(page, "reference"), value_of(page, "note")) == (str(count), f"Instead of undoing: {count}")
    assert re.search(r'value="take"[^>]*checked', page.content.decode())


def test_a_part_of_a_count_has_no_correction_of_its_own(clerk):
    counter = Counter(clerk.person)
    count = counter.open(clerk.north, clerk.a01)
    counter.whole(count, (clerk.bolt, clerk.a01, 101))
    counter.post(count)
    assert offers(clerk, count.operations.get()) == []


def test_of_a_whole_transfer_it_sends_back_what_is_left(clerk, mine):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    mine.receive(clerk.north, milk, 20, clerk.a01, "L1")
    sent = mine.send(clerk.north, clerk.south, milk, 20, reference="T-9").transfer
    mine.arrive(sent, 20)
    mine.ship(clerk.south, milk, 18)
    refused = clerk.client.post(reverse("stock:transfer-undo", args=[sent.pk]))
    assert refused.status_code == 422
    [href] = hrefs(refused, "/transfer/")
    page = clerk.client.get(href)
    line = {name: value_of(page, f"line-0-{name}") for name in ("code", "quantity", "source", "lot_number")}
    head = {name: value_of(page, name) for name in ("reference", "note", "lot_reason", "key")}
    assert (line["code"], line["quantity"], line["lot_number"]) == ("MILK", "2", "L1")
    assert (head["reference"], head["note"]) == ("T-9", f"Instead of undoing: {sent}")
    back = clerk.send("transfer", line, warehouse="SOUTH", **{**head, "destination": "NORTH", "way": "send"})
    assert back.status_code == 303
    assert holdings(milk, clerk.south) == {}


def test_a_warehouse_that_is_closed_by_now_is_sent_nothing_back(clerk, mine):
    sent = mine.send(clerk.north, clerk.south, clerk.bolt, 20).transfer
    mine.arrive(sent, 20)
    mine.ship(clerk.south, clerk.bolt, 18)
    refused = clerk.client.post(reverse("stock:transfer-undo", args=[sent.pk]))
    assert len(hrefs(refused, "/transfer/")) == 1
    clerk.north.status = "closed"
    clerk.north.save()
    refused = clerk.client.post(reverse("stock:transfer-undo", args=[sent.pk]))
    assert hrefs(refused, "/transfer/") == []
