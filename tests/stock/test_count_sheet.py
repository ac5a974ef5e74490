"""Counting one bin on a phone: what is kept, what is asked for, and what survives a mistake."""

import uuid

import pytest
from django.urls import reverse

from stock.models import Count, CountSubmission
from tests.factories import BarcodeFactory, LocationFactory, ProductFactory, WarehouseFactory, person
from tests.stock.clerk import beside, summary, told, value_of
from tests.stock.counting import Counter, figures, state
from tests.stock.shelves import words

pytestmark = pytest.mark.django_db


class Round:
    """Cleo in NORTH with a count of A-01 (bolts and a lot of oil) and the empty A-02."""

    def __init__(self, client, desk):
        self.client, self.desk = client, desk
        self.north = WarehouseFactory(code="NORTH")
        self.a01, self.a02, self.b01 = (
            LocationFactory(warehouse=self.north, code=code) for code in ("A-01", "A-02", "B-01")
        )
        self.bolt, self.oil = (
            ProductFactory(sku="BOLT-M8", name="Hex bolt"),
            ProductFactory(sku="OIL", tracks_lots=True),
        )
        self.nut = ProductFactory(sku="NUT-M8", name="Hex nut")
        BarcodeFactory(product=self.bolt, code="CASE-12", pack_quantity=12)
        desk.receive(self.north, self.bolt, 40, self.a01)
        desk.receive(self.north, self.oil, 5, self.a01, "L-7")
        self.cleo = person("staff", {self.north: "operate"}, name="Cleo")
        self.count = Counter(desk.by).open(self.north, self.a01, self.a02, who=[self.cleo])
        client.force_login(self.cleo)
        self.key = uuid.uuid4()

    def at(self, name, *more):
        return reverse(f"stock:{name}", args=[self.count.pk, *more])

    def data(self, *lines, **sent):
        data = {"key": str(self.key)}
        for n, (code, quantity, *lot) in enumerate(lines):
            data |= {f"line-{n}-code": code, f"line-{n}-quantity": quantity, f"line-{n}-lot_number": "".join(lot)}
        return {**data, **sent}

    def send(self, *lines, bin="A-01", htmx=False, **sent):
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(self.at("count-bin", bin), self.data(*lines, **sent), headers=headers)

    def scan(self, code, *lines):
        return self.client.post(
            self.at("count-line", "A-01"), self.data(*lines, code=code), headers={"HX-Request": "true"}
        )


@pytest.fixture
def floor(client, desk):
    return Round(client, desk)


def test_the_way_from_the_count_to_its_bins(floor):
    page = floor.client.get(floor.at("count-detail"))
    assert "0 of 2 bins counted" in words(page)
    assert "A-01 2 of 2 lines to count" in words(page)
    assert "A-02 Nothing on the list" in words(page)
    assert floor.at("count-bin", "A-01") in page.content.decode()
    found = floor.client.get(floor.at("count-scan"), {"code": "a-01"})
    assert (found.status_code, found.headers["Location"]) == (303, floor.at("count-bin", "A-01"))
    for code, sentence in [
        ("B-01", "Bin B-01 is not part of this count."),
        ("NOPE", "NORTH has no bin NOPE."),
        ("", "Scan or type the code of a bin."),
    ]:
        refused = floor.client.get(floor.at("count-scan"), {"code": code})
        assert (refused.status_code, summary(refused)) == (422, [sentence])
    assert floor.client.get(floor.at("count-bin", "B-01")).status_code == 404


def test_a_bin_is_finished_with_what_was_found(floor):
    page = floor.client.get(floor.at("count-bin", "A-01"))
    assert [value_of(page, f"line-{n}-code") for n in (0, 1)] == ["BOLT-M8", "OIL"]
    assert [value_of(page, f"line-{n}-quantity") for n in (0, 1)] == ["", ""]
    response = floor.send(("BOLT-M8", "38"), ("OIL", "5", "L-7"))
    assert (response.status_code, response.headers["Location"]) == (303, floor.at("count-detail"))
    assert told(response) == [("A-01 is counted.", "")]
    assert figures(floor.count) == [("A-01", "BOLT-M8", "", 38, 40), ("A-01", "OIL", "L-7", 5, 5)]
    assert "1 of 2 bins counted" in words(floor.client.get(floor.at("count-detail")))
    assert state(floor.count) == "open"
    floor.key = uuid.uuid4()
    assert floor.send(bin="A-02").status_code == 303
    assert state(floor.count) == "review"
    assert floor.count.submissions.latest("created").device == ""


def test_what_was_not_filled_in_is_asked_for_and_only_then_nothing(floor):
    refused = floor.send(("BOLT-M8", "38"), ("OIL", "", "L-7"))
    sentence = "Enter what you found of every product, or tick that none of the others is there."
    assert (refused.status_code, summary(refused)) == (422, [sentence])
    assert "I looked: nothing of these is there" in words(refused)
    assert value_of(refused, "line-0-quantity") == "38"
    assert CountSubmission.objects.count() == 0
    assert floor.send(("BOLT-M8", "38"), ("OIL", "", "L-7"), empty="1").status_code == 303
    assert figures(floor.count) == [("A-01", "BOLT-M8", "", 38, 40), ("A-01", "OIL", "L-7", 0, 5)]


def test_lines_that_the_form_does_not_know_of_are_asked_for_too(floor):
    refused = floor.send(("BOLT-M8", "38"))
    assert refused.status_code == 422
    assert value_of(refused, "line-1-code") == "OIL"
    assert figures(floor.count)[0][3] is None


def test_what_somebody_else_has_counted_meanwhile_is_neither_asked_for_nor_missing(floor):
    olga = person("staff", {floor.north: "operate"})
    floor.count.assignees.add(olga)
    Counter(olga).submit(floor.count, (floor.bolt, floor.a01, 40))
    sheet = [("BOLT-M8", ""), ("OIL", "5", "L-7")]
    assert floor.send(*sheet).status_code == 303
    assert figures(floor.count) == [("A-01", "BOLT-M8", "", 40, 40), ("A-01", "OIL", "L-7", 5, 5)]


def test_what_two_have_counted_is_as_the_second_says(floor):
    olga = person("staff", {floor.north: "operate"})
    floor.count.assignees.add(olga)
    Counter(olga).submit(floor.count, (floor.bolt, floor.a01, 40))
    assert floor.send(("BOLT-M8", "39"), ("OIL", "5", "L-7")).status_code == 303
    assert figures(floor.count) == [("A-01", "BOLT-M8", "", 39, 40), ("A-01", "OIL", "L-7", 5, 5)]


def test_part_of_a_bin_can_be_sent_and_the_rest_waits(floor):
    response = floor.send(("BOLT-M8", "38"), ("OIL", "", "L-7"), part="1")
    assert (response.status_code, response.headers["Location"]) == (303, floor.at("count-bin", "A-01"))
    assert [figure[3:] for figure in figures(floor.count)] == [(38, 40), (None, None)]
    page = floor.client.get(floor.at("count-bin", "A-01"))
    assert value_of(page, "line-0-code") == "OIL"
    assert "1 of 2 lines to count" in words(floor.client.get(floor.at("count-detail")))
    assert summary(floor.send(part="1")) == ["Enter what you found first."]


@pytest.mark.parametrize(
    ("lines", "field", "sentence"),
    [
        ([("BOLT-M8", "1.5"), ("OIL", "5", "L-7")], "line-0-quantity", "Enter a whole number."),
        ([("BOLT-M8", "-1"), ("OIL", "5", "L-7")], "line-0-quantity", "Enter 0 or more."),
        (
            [("BOLT-M8", "1"), ("OIL", "5", "L-7"), ("OIL", "2")],
            "line-2-lot_number",
            "OIL tracks lots. Enter the lot.",
        ),
        (
            [("BOLT-M8", "1", "L-9"), ("OIL", "5", "L-7"), ("BOLT-M8", "1")],
            "line-0-lot_number",
            "BOLT-M8 does not track lots. Leave the lot empty.",
        ),
    ],
)
def test_a_wrong_line_is_told_beside_its_field_and_keeps_what_was_typed(floor, lines, field, sentence):
    response = floor.send(*lines)
    assert (response.status_code, beside(response, field)) == (422, [sentence])
    assert value_of(response, "line-0-quantity") == lines[0][1]
    assert CountSubmission.objects.count() == 0


def test_the_same_product_twice_is_added_up_by_the_person(floor):
    response = floor.send(("BOLT-M8", "1"), ("OIL", "5", "L-7"), ("BOLT-M8", "2"))
    assert response.status_code == 422
    assert "This stands here twice. Add both up in one line." in words(response)


def test_a_scan_raises_the_line_of_its_product_or_adds_one(floor):
    raised = floor.scan("CASE-12", ("BOLT-M8", "30"), ("OIL", "", "L-7"))
    assert (raised.status_code, value_of(raised, "line-0-quantity")) == (200, "42")
    first = floor.scan("BOLT-M8", ("BOLT-M8", ""), ("OIL", "", "L-7"))
    assert value_of(first, "line-0-quantity") == "1"
    added = floor.scan("NUT-M8", ("BOLT-M8", ""), ("OIL", "", "L-7"))
    assert (value_of(added, "line-2-code"), value_of(added, "line-2-quantity")) == ("NUT-M8", "1")
    for code, sentence in [
        ("NOPE", "No product has the SKU or barcode NOPE. Put it aside and ask a manager."),
        ("A-02", "A-02 is a bin. Finish A-01 first, or go back and choose the other bin."),
        ("", "Scan or type a SKU or barcode."),
    ]:
        refused = floor.scan(code, ("BOLT-M8", ""))
        assert refused.status_code == 422
        assert sentence in words(refused)


def test_without_scripts_a_scan_adds_its_line_to_the_page(floor):
    page = floor.send(("BOLT-M8", "7"), ("OIL", "", "L-7"), code="NUT-M8", add="1")
    assert (page.status_code, value_of(page, "line-2-quantity"), value_of(page, "line-0-quantity")) == (200, "1", "7")
    gone = floor.send(("BOLT-M8", "7"), ("OIL", "", "L-7"), ("NUT-M8", "1"), remove="2")
    assert (value_of(gone, "line-2-code"), value_of(gone, "line-0-quantity")) == (None, "7")


def test_a_lost_answer_and_a_second_tap_are_one_submission(floor):
    lines = [("BOLT-M8", "38"), ("OIL", "5", "L-7")]
    assert [floor.send(*lines).status_code for _ in range(3)] == [303] * 3
    assert (CountSubmission.objects.count(), floor.count.lines.first().countings) == (1, 1)
    other = floor.send(("BOLT-M8", "39"), ("OIL", "5", "L-7"))
    assert other.status_code == 409
    assert "This form was sent before with other contents." in words(other)
    assert figures(floor.count)[0][3] == 38


def test_who_was_not_asked_to_count_is_told_so(floor):
    floor.client.force_login(person("staff", {floor.north: "operate"}))
    for response in (floor.client.get(floor.at("count-bin", "A-01")), floor.send(("BOLT-M8", "1")), floor.scan("OIL")):
        assert response.status_code == 403
        assert "This count is somebody else" in words(response)
    floor.client.force_login(person("staff"))
    assert floor.client.get(floor.at("count-bin", "A-01")).status_code == 404


def test_a_count_that_is_over_takes_nothing_more(floor):
    Count.objects.update(state="cancelled")
    assert floor.client.get(floor.at("count-bin", "A-01")).status_code == 409
    assert floor.send(("BOLT-M8", "38"), ("OIL", "5", "L-7")).status_code == 409
    assert CountSubmission.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_sheet_costs_the_same_however_many_lines(floor, desk, rows, django_assert_num_queries):
    for product in ProductFactory.create_batch(rows):
        desk.receive(floor.north, product, 2, floor.b01)
    floor.count = Counter(desk.by).open(floor.north, floor.b01, who=[floor.cleo])
    with django_assert_num_queries(7):
        assert floor.client.get(floor.at("count-bin", "B-01")).status_code == 200


def test_the_tile_of_today_leads_to_the_counts_that_wait_for_me(floor):
    page = words(floor.client.get("/"))
    assert "Count 1 count for you" in page
    assert "/counts/?warehouse=NORTH" in floor.client.get("/").content.decode()
    floor.count.assignees.set([floor.desk.by])
    assert "Count What lies there" in words(floor.client.get("/"))
