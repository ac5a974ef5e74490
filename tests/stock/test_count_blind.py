"""Whoever still counts is told nothing of what should lie there: not a byte, in no answer of the counting pages."""

import re
import uuid

import pytest
from django.urls import reverse

from stock.models import Count
from tests.desk import level
from tests.factories import BarcodeFactory, LocationFactory, ProductFactory, WarehouseFactory, person
from tests.stock.counting import Counter, state

pytestmark = pytest.mark.django_db

# What lies there: figures that stand nowhere else, alone and together.
BOLTS, OILS, NUTS = 48219, 77331, 91573
MARKS = [BOLTS, OILS, NUTS, BOLTS + OILS, BOLTS + NUTS, OILS + NUTS, BOLTS + OILS + NUTS]


@pytest.fixture
def floor(client, desk):
    """NORTH with bolts, oil of a lot and nuts in A-01 and A-02, and Cleo, who has a count of both bins."""
    north = WarehouseFactory(code="NORTH")
    a01, a02 = (LocationFactory(warehouse=north, code=code) for code in ("A-01", "A-02"))
    bolt, nut = ProductFactory(sku="BOLT-M8", unit_cost=1), ProductFactory(sku="NUT-M8", unit_cost=1)
    oil = ProductFactory(sku="OIL", tracks_lots=True, unit_cost=1)
    BarcodeFactory(product=bolt, code="CASE-12", pack_quantity=12)
    desk.receive(north, bolt, BOLTS, a01)
    desk.receive(north, oil, OILS, a01, "L-7")
    desk.receive(north, nut, NUTS, a02)
    cleo = person("staff", {north: "operate"}, name="Cleo")
    count = Counter(desk.by).open(north, a01, a02, who=[cleo])
    client.force_login(cleo)
    return Floor(client, north, a01, a02, bolt, nut, oil, cleo, count)


class Floor:
    def __init__(self, client, north, a01, a02, bolt, nut, oil, cleo, count):
        self.client, self.north, self.a01, self.a02 = client, north, a01, a02
        self.bolt, self.nut, self.oil, self.cleo, self.count = bolt, nut, oil, cleo, count

    def at(self, name, *more):
        return reverse(f"stock:{name}", args=[self.count.pk, *more])

    def sheet(self, **sent):
        lines = [("BOLT-M8", "", "1"), ("OIL", "L-7", "2")]
        data = {"key": str(uuid.uuid4())}
        for n, (code, lot, quantity) in enumerate(lines):
            data |= {f"line-{n}-code": code, f"line-{n}-lot_number": lot, f"line-{n}-quantity": quantity}
        return {**data, **sent}

    def calls(self):
        """Every way in which a counter may ask the counting pages something before anything was sent."""
        get, post = self.client.get, self.client.post
        bin = self.at("count-bin", "A-01")
        yield get(reverse("stock:count-list"))
        yield get(reverse("stock:count-list"), {"warehouse": "NORTH"})
        yield get(reverse("stock:count-create"), {"warehouse": "NORTH", "bins": "A-01"})
        for show in ("", "all", "off", "beyond"):
            yield get(self.at("count-detail"), {"show": show})
        yield get(self.at("count-assign"))
        for code in ("A-01", "a-02", "B-99", "BOLT-M8", ""):
            yield get(self.at("count-scan"), {"code": code})
        for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
            yield get(bin, headers=headers)
            for code in ("BOLT-M8", "CASE-12", "OIL", "NUT-M8", "A-02", "NOPE", ""):
                yield post(self.at("count-line", "A-01"), self.sheet(code=code), headers=headers)
                yield post(bin, self.sheet(code=code, add="1"), headers=headers)
            yield post(bin, self.sheet(remove="0"), headers=headers)
            for wrong in (
                {"line-0-quantity": ""},
                {"line-0-quantity": "x", "part": "1"},
                {"line-0-quantity": "99999999"},
                {"line-0-code": "NOPE"},
                {"line-1-lot_number": ""},
                {"line-1-code": "BOLT-M8", "line-1-lot_number": ""},
                {"line-0-lot_number": "L-7"},
                {"key": ""},
            ):
                yield post(bin, self.sheet(**wrong), headers=headers)
        for name in ("count-recount", "count-undo"):
            yield post(self.at(name), {"line": "1"})
        yield get(self.at("count-post"))
        yield post(self.at("count-post"))
        yield get(reverse("reports:suggested-counts"), {"warehouse": "NORTH"})


def leaks(response):
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    text = headers + response.content.decode()
    return [mark for mark in MARKS if re.search(rf"{mark}|{mark:,}", text)]


def test_no_answer_to_a_counter_holds_a_figure(floor):
    answers = list(floor.calls())
    assert {response.status_code for response in answers} == {200, 302, 303, 403, 422} - {302}
    assert [(r.request["PATH_INFO"], r.status_code, leaks(r)) for r in answers if leaks(r)] == []
    assert Count.objects.get().submissions.count() == 0


def test_the_figures_would_be_found(floor, desk):
    """The same search finds them in the answers to somebody who does not count, once a bin was sent."""
    Counter(floor.cleo).submit(
        floor.count, (floor.bolt, floor.a01, 1), (floor.oil, floor.a01, 2, "L-7"), done=[floor.a01]
    )
    floor.client.force_login(desk.by)
    assert leaks(floor.client.get(floor.at("count-detail"))) == [BOLTS, OILS]


def test_what_others_have_sent_is_not_shown_while_one_still_counts(floor, desk):
    other = person("staff", {floor.north: "operate"})
    floor.count.assignees.add(other)
    Counter(other).submit(floor.count, (floor.bolt, floor.a01, 1), (floor.oil, floor.a01, 2, "L-7"), done=[floor.a01])
    answers = [floor.client.get(floor.at("count-detail")), floor.client.get(floor.at("count-bin", "A-01"))]
    assert [leaks(response) for response in answers] == [[], []]


def test_a_line_sent_back_is_blind_again(floor, desk):
    counter = Counter(floor.cleo)
    counter.whole(floor.count, (floor.bolt, floor.a01, 1), (floor.oil, floor.a01, 2, "L-7"), (floor.nut, floor.a02, 3))
    assert leaks(floor.client.get(floor.at("count-detail"), {"show": "all"})) == MARKS[:3]
    counter.recount(floor.count, floor.count.lines.get(product=floor.bolt))
    answers = list(floor.calls())
    assert [(r.request["PATH_INFO"], leaks(r)) for r in answers if leaks(r)] == []


def test_a_posting_that_is_refused_says_what_was_missing_and_not_what_lies_there(floor, desk):
    counter = Counter(floor.cleo)
    counter.whole(
        floor.count, (floor.bolt, floor.a01, 0), (floor.oil, floor.a01, OILS, "L-7"), (floor.nut, floor.a02, NUTS)
    )
    desk.ship(floor.north, floor.bolt, 18219)
    floor.client.force_login(desk.by)
    floor.count.refresh_from_db()
    response = floor.client.post(floor.at("count-post"), {"version": floor.count.version})
    assert response.status_code == 422
    assert (
        f"BOLT-M8 in A-01: {BOLTS} were missing when it was counted, and have left since." in response.content.decode()
    )
    assert "30000" not in response.content.decode()
    assert (state(floor.count), level(floor.bolt, floor.north)) == ("review", 30000)
