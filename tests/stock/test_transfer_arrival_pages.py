"""Receiving a transfer on a phone, and writing off what is missing."""

import uuid

import pytest
from django.urls import reverse

from stock.models import Operation
from tests.desk import Desk, holdings, level, on_the_way
from tests.factories import BarcodeFactory, ProductFactory, person
from tests.stock.clerk import Clerk, beside, books, summary, told, value_of
from tests.stock.shelves import words


class Dock(Clerk):
    """At SOUTH, where 40 BOLT-M8 and 5 of the product NUT come in from NORTH."""

    def __init__(self, client, desk):
        super().__init__(client, desk)
        from decimal import Decimal

        from stock import services

        self.nut = ProductFactory(sku="NUT-M8", name="Hex nut")
        BarcodeFactory(product=self.bolt, code="CASE-12", pack_quantity=12)
        desk.receive(self.north, self.nut, 5)
        lines = [
            services.TransferLine(product=product, quantity=Decimal(quantity))
            for product, quantity in ((self.bolt, 40), (self.nut, 5))
        ]
        self.transfer = desk.send(self.north, self.south, self.bolt, 1, lines=lines).transfer
        self.lines = list(self.transfer.lines.order_by("id"))
        self.client.force_login(person(rights={self.south: "operate"}))

    def address(self, what):
        return reverse(f"stock:transfer-{what}", args=[self.transfer.pk])

    def post(self, what, *quantities, bin="", htmx=False, **more):
        sent = {"key": str(self.key), "at": "", "code": "", **more}
        for line, quantity in zip(self.lines, quantities, strict=False):
            sent |= {f"line-{line.pk}-quantity": str(quantity), f"line-{line.pk}-location": bin}
        return self.client.post(self.address(what), sent, headers={"HX-Request": "true"} if htmx else {})

    def quantities(self, response):
        return [value_of(response, f"line-{line.pk}-quantity") for line in self.lines]


@pytest.fixture
def dock(client, desk):
    return Dock(client, desk)


def test_the_page_is_filled_in_with_all_that_is_on_the_way(dock, desk):
    desk.arrive(dock.transfer, 10)
    desk.receive(dock.south, dock.nut, 1, dock.s01)
    response = dock.client.get(dock.address("receive"))
    assert dock.quantities(response) == ["30", "5"]
    assert value_of(response, f"line-{dock.lines[1].pk}-location") == "S-01"
    assert "30 pcs on the way" in words(response)


def test_what_was_typed_arrives_and_the_rest_stays_on_the_way(dock):
    response = dock.post("receive", 30, 0, bin="s-01", reference="CMR 7")
    assert (response.status_code, response.headers["Location"]) == (303, dock.address("detail"))
    assert told(response) == [("Received 30 × BOLT-M8 of a transfer", f"undo:{dock.key}")]
    assert holdings(dock.bolt, dock.south) == {("S-01", ""): 30}
    assert on_the_way(dock.transfer) == ("sent", (40, 30, 0), (5, 0, 0))
    assert Operation.objects.get(pk=dock.key).reference == "CMR 7"


def test_who_taps_after_somebody_else_has_received_it_all_is_told_that_it_moved_on(dock):
    dock.client.post(dock.address("receive"), {"key": str(dock.key), "everything": "1"})
    for what in ("receive", "write-off"):
        late = dock.client.post(dock.address(what), {"key": str(uuid.uuid4()), "everything": "1"})
        assert late.status_code == 409
        assert f"Nothing of {dock.transfer} is on the way any more." in words(late)
    assert level(dock.bolt, dock.south) == 40


def test_everything_in_one_tap_once(dock):
    for _ in range(2):
        response = dock.client.post(dock.address("receive"), {"key": str(dock.key), "everything": "1"})
        assert (response.status_code, response.headers["Location"]) == (303, dock.address("detail"))
    assert on_the_way(dock.transfer) == ("closed", (40, 40, 0), (5, 5, 0))
    assert Operation.objects.filter(kind="arrive").count() == 1


def test_a_double_tap_on_the_filled_page_receives_once(dock):
    first, second = (dock.post("receive", 40, 5) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert level(dock.bolt, dock.south) == 40


@pytest.mark.parametrize(
    ("quantities", "said"),
    [
        ((41, 0), "Only 40 of BOLT-M8 are on the way. Enter 40 or less, and book the rest as an adjustment: found."),
        (("1.5", 0), "Enter a whole number."),
        (("-1", 0), "Enter a quantity above 0."),
        (("x", 0), "Enter a number, like 12 or 12.5."),
    ],
)
def test_what_cannot_be_is_said_beside_the_line(dock, quantities, said):
    before = books()
    for htmx in (False, True):
        response = dock.post("receive", *quantities, htmx=htmx)
        assert (response.status_code, beside(response, f"line-{dock.lines[0].pk}-quantity")) == (422, [said])
        assert dock.quantities(response) == [str(quantity) for quantity in quantities]
    assert books() == before


def test_nothing_at_all_and_a_wrong_bin(dock):
    assert summary(dock.post("receive", 0, "")) == ["Enter a quantity in at least one line."]
    response = dock.post("receive", 1, 0, bin="A-01")
    assert beside(response, f"line-{dock.lines[0].pk}-location") == ["SOUTH has no bin A-01."]
    assert on_the_way(dock.transfer) == ("sent", (40, 0, 0), (5, 0, 0))


def test_a_line_that_others_received_meanwhile_is_not_lost_silently(dock, desk):
    desk.arrive(dock.transfer, 40)
    response = dock.post("receive", 40, 5)
    assert beside(response, f"line-{dock.lines[0].pk}-quantity") == [
        "Nothing of BOLT-M8 is on the way any more. Book it as an adjustment: found."
    ]


def test_once_closed_it_has_moved_on(dock, desk):
    desk.arrive(dock.transfer)
    assert dock.post("receive", 40, 5).status_code == 409
    response = dock.client.get(dock.address("receive"))
    assert (response.status_code, response.headers["Location"]) == (302, dock.address("detail"))


class TestScanning:
    def scan(self, dock, code, *quantities, **more):
        return dock.post("scan", *quantities, htmx=True, code=code, add="1", **more)

    def test_the_first_scan_starts_the_count_and_the_next_goes_on(self, dock):
        first = self.scan(dock, "BOLT-M8", 40, 5)
        assert (first.status_code, dock.quantities(first)) == (200, ["1", "0"])
        assert 'name="scanned" value="1"' in first.content.decode()
        again = self.scan(dock, "CASE-12", 1, 0, scanned="1")
        assert dock.quantities(again) == ["13", None]
        assert "BOLT-M8: 13" in words(again)

    def test_what_is_not_on_the_way_is_said(self, dock):
        ProductFactory(sku="OTHER")
        for code, said in (
            ("OTHER", f"Nothing of OTHER is on the way in {dock.transfer}."),
            ("NOPE", "No product has the SKU or barcode NOPE."),
        ):
            response = self.scan(dock, code, 40, 5)
            assert (response.status_code, said in words(response)) == (422, True)

    def test_without_scripts_it_is_the_same(self, dock):
        response = dock.post("receive", 40, 5, code="NUT-M8", add="1")
        assert (response.status_code, dock.quantities(response)) == (200, ["0", "1"])
        booked = dock.post("receive", 0, 1, scanned="1")
        assert (booked.status_code, on_the_way(dock.transfer)) == (303, ("sent", (40, 0, 0), (5, 1, 0)))

    def test_a_code_left_in_the_field_is_not_overlooked(self, dock):
        response = dock.post("receive", 40, 5, code="NUT-M8")
        assert summary(response) == ["Add NUT-M8 first, or clear this field."]

    def test_lots_fill_one_after_the_other(self, dock, desk):
        from datetime import timedelta

        from django.utils import timezone

        milk, today = ProductFactory(sku="MILK", tracks_lots=True), timezone.now().date()
        desk.receive(dock.north, milk, 1, lot="SOON", expires=today + timedelta(days=3))
        desk.receive(dock.north, milk, 1, lot="LATE", expires=today + timedelta(days=9))
        dock.transfer = desk.send(dock.north, dock.south, milk, 2).transfer
        dock.lines = list(dock.transfer.lines.order_by("id"))
        assert dock.quantities(self.scan(dock, "MILK", 1, 1)) == ["1", "0"]
        assert dock.quantities(self.scan(dock, "MILK", 1, 0, scanned="1")) == [None, "1"]


class TestWritingOff:
    def test_what_is_missing_is_filled_in_and_written_off(self, dock, desk):
        desk.arrive(dock.transfer, 38, 5)
        page = dock.client.get(dock.address("write-off"))
        assert value_of(page, f"line-{dock.lines[0].pk}-quantity") == "2"
        assert "Found" not in page.content.decode()
        response = dock.post("write-off", 2, reason="lost", note="box was open")
        assert told(response) == [("Wrote off 2 × BOLT-M8", f"undo:{dock.key}")]
        assert on_the_way(dock.transfer) == ("closed", (40, 38, 2), (5, 5, 0))

    def test_it_takes_a_reason(self, dock):
        response = dock.post("write-off", 2, 0)
        assert (response.status_code, beside(response, "reason")) == (422, ["Choose a reason."])
        assert dock.post("write-off", 2, 0, reason="found").status_code == 422
        assert on_the_way(dock.transfer) == ("sent", (40, 0, 0), (5, 0, 0))


@pytest.mark.parametrize("what", ["receive", "write-off", "scan"])
def test_it_is_for_who_operates_where_it_arrives(dock, what):
    for rights, status in (
        ({dock.north: "operate", dock.south: "view"}, 403),
        ({dock.north: "operate"}, 403),
        ({}, 404),
    ):
        dock.client.force_login(person(rights=rights))
        before = books()
        assert dock.post(what, 1, 0, reason="lost").status_code == status
        if what != "scan":
            assert dock.client.get(dock.address(what)).status_code == status
        assert books() == before


@pytest.mark.parametrize("lines", [1, 3, 50])
def test_receiving_costs_the_same_however_many_lines(dock, desk, lines, django_assert_num_queries):
    from decimal import Decimal

    from stock import services

    products = [ProductFactory() for _ in range(lines)]
    for product in products:
        desk.receive(dock.north, product, 2)
    wanted = [services.TransferLine(product=product, quantity=Decimal(2)) for product in products]
    dock.transfer = Desk(desk.by).send(dock.north, dock.south, dock.bolt, 1, lines=wanted).transfer
    dock.lines = list(dock.transfer.lines.order_by("id"))
    with django_assert_num_queries(6):
        assert dock.client.get(dock.address("receive")).status_code == 200
    with django_assert_num_queries(12):
        assert dock.post("receive", *[1] * lines).status_code == 303
    dock.key = uuid.uuid4()
    with django_assert_num_queries(13):
        assert dock.post("write-off", *[1] * lines, reason="lost").status_code == 303
