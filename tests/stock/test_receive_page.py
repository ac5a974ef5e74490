"""Receiving on its page: what is booked, what is said, and what it costs."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.urls import reverse

from catalog.models import Lot
from stock.models import Inventory, Operation
from tests.desk import holdings, level
from tests.factories import ProductFactory, UnitFactory
from tests.stock.clerk import KINDS, Clerk, beside, books, summary, told, value_of


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


def test_goods_come_in(clerk):
    response = clerk.send("receive", {"quantity": "12", "location": "a-02"}, reference="PO-118", note="two pallets")
    assert (response.status_code, response.headers["Location"]) == (303, "/receive/?warehouse=NORTH")
    assert told(response) == [("Received 12 × BOLT-M8", f"undo:{clerk.key}")]
    assert holdings(clerk.bolt, clerk.north) == {("A-01", ""): 100, ("A-02", ""): 12}
    operation = Operation.objects.get(pk=clerk.key)
    assert (operation.kind, operation.by, operation.reference, operation.note) == (
        "receive",
        clerk.person,
        "PO-118",
        "two pallets",
    )


def test_without_a_bin_they_go_to_the_default_one(clerk):
    clerk.send("receive", {"location": ""})
    assert holdings(clerk.bolt, clerk.north) == {("A-01", ""): 100, ("DEFAULT", ""): 5}


def test_several_lines_are_told_by_their_number(clerk):
    flour = ProductFactory(sku="FLOUR", unit=UnitFactory(code="kg"))
    response = clerk.send("receive", {}, {"code": "FLOUR", "quantity": "2.5"}, {})
    assert told(response) == [("Received 3 lines", f"undo:{clerk.key}")]
    assert (level(flour, clerk.north), level(clerk.bolt, clerk.north)) == (Decimal("2.5"), 110)


def test_a_weight_is_told_with_its_unit(clerk):
    ProductFactory(sku="FLOUR", unit=UnitFactory(code="kg"))
    response = clerk.send("receive", {"code": "FLOUR", "quantity": "2.5"})
    assert told(response) == [("Received 2.5 kg of FLOUR", f"undo:{clerk.key}")]


def test_a_product_that_tracks_lots_asks_for_its_lot(clerk):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    before = books()
    response = clerk.send("receive", {"code": "MILK"})
    assert (response.status_code, beside(response, "line-0-lot_number")) == (422, ["MILK tracks lots. Enter the lot."])
    assert books() == before
    clerk.send("receive", {"code": "MILK", "lot_number": "L1", "expires_on": "2027-03-31"})
    assert holdings(milk, clerk.north) == {("A-01", "L1"): 5}
    assert Lot.objects.get(product=milk).expires_on == date(2027, 3, 31)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"lot_number": "L1", "expires_on": "31 March"}, "expires_on", "Write the date like 2027-03-31."),
        ({"lot_number": "L1", "expires_on": "2027-04-01"}, "expires_on", "Lot L1 is on record as expiring on"),
        ({"lot_number": "L\x001"}, "lot_number", "This holds a hidden character (U+0000)."),
        ({"lot_number": "L" * 41}, "lot_number", "Ensure this value has at most 40 characters (it has 41)."),
    ],
)
def test_a_bad_lot(clerk, typed, field, words):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    Lot.objects.create(product=milk, number="L1", expires_on=date(2027, 3, 31))
    before = books()
    response = clerk.send("receive", {"code": "MILK", **typed})
    assert response.status_code == 422
    assert beside(response, f"line-0-{field}")[0].startswith(words)
    assert value_of(response, f"line-0-{field}") == typed[field]
    assert books() == before


def test_a_lot_for_a_product_without_lots(clerk):
    response = clerk.send("receive", {"lot_number": "L1"})
    assert beside(response, "line-0-lot_number") == ["BOLT-M8 does not track lots. Leave the lot empty."]


def test_a_new_line_suggests_the_bin_where_most_of_it_lies(clerk, desk):
    desk.receive(clerk.north, clerk.bolt, 7, clerk.a02)
    assert value_of(clerk.scan("receive", code="BOLT-M8", add="1"), "line-0-location") == "A-01"
    ProductFactory(sku="NUT-M8")
    assert value_of(clerk.scan("receive", code="NUT-M8", add="1"), "line-0-location") == "DEFAULT"


@pytest.mark.parametrize("kind", KINDS)
def test_htmx_is_led_to_a_fresh_page(clerk, kind):
    response = clerk.send(kind, {}, htmx=True)
    assert (response.status_code, response.headers["HX-Redirect"]) == (200, f"/{kind}/?warehouse=NORTH")
    assert told(response)[0][1] == f"undo:{clerk.key}"


@pytest.mark.parametrize("kind", KINDS)
def test_htmx_gets_the_form_alone_with_its_errors(clerk, kind):
    response = clerk.send(kind, {"quantity": "1,5"}, htmx=True)
    assert response.status_code == 422
    assert response.content.decode().strip().startswith('<form id="sheet"')
    assert (beside(response, "line-0-quantity"), value_of(response, "key")) == (["Write 1.5"], str(clerk.key))


@pytest.mark.parametrize("kind", KINDS)
def test_the_person_the_moment_and_the_device_are_kept(clerk, kind, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    at = datetime.now(UTC) - timedelta(hours=3)
    headers = {"User-Agent": "Handheld/7 " + "x" * 300, "X-Forwarded-For": "6.6.6.6, 192.0.2.7"}
    clerk.client.post(reverse(f"stock:{kind}"), clerk.data(kind, {}, at=at.isoformat()), headers=headers)
    operation = Operation.objects.get(pk=clerk.key)
    assert (operation.by, operation.at, operation.clock_corrected) == (clerk.person, at, False)
    assert (operation.device, operation.address) == (headers["User-Agent"][:200], "192.0.2.7")


@pytest.mark.parametrize(
    "typed", ["yesterday", "2026-01-01T08:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_a_moment_that_nobody_can_believe_is_ours(clerk, typed):
    assert clerk.send("receive", {}, at=typed).status_code == 303
    operation = Operation.objects.get(pk=clerk.key)
    assert abs(operation.at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lines", [1, 3, 50])
def test_booking_costs_the_same_however_many_lines(clerk, desk, kind, lines, django_assert_num_queries):
    for _ in range(lines):
        desk.receive(clerk.north, ProductFactory(), 100, clerk.a01)
    skus = [clerk.bolt.sku, *list(clerk.bolt.__class__.objects.exclude(pk=clerk.bolt.pk).values_list("sku", flat=True))]
    with django_assert_num_queries({"receive": 9, "ship": 9, "move": 9, "transfer": 11, "adjust": 10}[kind]):
        assert clerk.send(kind, *({"code": sku} for sku in skus[:lines])).status_code == 303


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lines", [1, 3, 50])
def test_a_refusal_costs_the_same_however_many_lines(clerk, kind, lines, django_assert_num_queries):
    skus = [ProductFactory().sku for _ in range(lines)]
    with django_assert_num_queries({"transfer": 11, "adjust": 10}.get(kind, 8)):
        assert clerk.send(kind, *({"code": sku, "quantity": "none"} for sku in skus)).status_code == 422


def test_a_thousand_lines_are_booked(clerk):
    assert clerk.send("receive", *[{}] * 1000).status_code == 303
    assert level(clerk.bolt, clerk.north) == 5100


def test_goods_for_a_closed_warehouse(clerk):
    type(clerk.north).objects.filter(pk=clerk.north.pk).update(status="closed")
    before = books()
    response = clerk.send("receive", {})
    assert (response.status_code, summary(response)) == (422, ["NORTH is closed."])
    assert books() == before


@pytest.mark.django_db(transaction=True)
def test_while_others_hold_the_goods_the_same_form_may_be_sent_again(clerk):
    def hold():
        with transaction.atomic():
            list(Inventory.objects.select_for_update())
            held.set()
            let_go.wait(20)
        connection.close()

    held, let_go, before = threading.Event(), threading.Event(), books()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    try:
        response = clerk.send("receive", {})
    finally:
        let_go.set()
        holder.join()
        connection.close()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert "Somebody else is booking the same goods." in response.content.decode()
    assert books() == before
    assert clerk.send("receive", {}).status_code == 303


def test_two_forms_are_two_receipts(clerk):
    clerk.send("receive", {})
    clerk.key = uuid.uuid4()
    clerk.send("receive", {})
    assert level(clerk.bolt, clerk.north) == 110
