"""Fast movers: what the person's warehouses shipped most in 30 days, against the 30 days before."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import escape

from reports.models import DailyMovement, RollupMark
from reports.queries import fast_movers, last_day
from tests.factories import ProductFactory, WarehouseFactory, person

URL = "/reports/fast-movers/"


def in_days(days):
    return datetime.now(UTC).date() + timedelta(days=days)


@pytest.fixture
def shipped(desk, north):
    """Receive some of a product and ship it."""

    def work(product, quantity, warehouse=north, **slip):
        desk.receive(warehouse, product, quantity, **slip)
        return desk.ship(warehouse, product, quantity, **slip)

    return work


@pytest.fixture
def worked_figures(shipped, desk, north, bolt, counted, ago):
    """Two months in a week: what is five days old lies in the 30 days before, seen from 27 days ahead."""
    nut, ring, clip = (ProductFactory(sku=sku, name=f"{sku} steel") for sku in ("NUT", "RING", "CLIP"))
    for product, quantity in ((bolt, 10), (nut, 30), (ring, 5)):
        shipped(product, quantity, at=ago(5))
    for product, quantity in ((bolt, 40), (nut, 8), (clip, 8)):
        shipped(product, quantity)
    desk.reverse(shipped(bolt, 25))
    desk.transfer(north, WarehouseFactory(), bolt, 25)
    counted()


def test_the_ranks_come_out_as_worked_by_hand(worked_figures, north):
    movers = fast_movers([north], day=in_days(27), limit=10)
    figures = [(m.rank, m.sku, m.unit, m.shipped, m.previous, m.previous_rank, m.climbed) for m in movers]
    assert figures == [
        (1, "BOLT-M8", "pcs", 40, 10, 2, 1),
        (2, "CLIP", "pcs", 8, 0, None, None),
        (2, "NUT", "pcs", 8, 30, 1, -1),
    ]


def test_a_limit_cuts_the_list_and_changes_no_figure(worked_figures, north):
    whole = fast_movers([north], day=in_days(27), limit=None)
    assert fast_movers([north], day=in_days(27), limit=1) == whole[:1]
    assert len(whole) == 3


@pytest.mark.parametrize(
    ("age", "shipped", "previous"), [(-1, 1, 0), (0, 9, 0), (29, 9, 0), (30, 1, 8), (59, 1, 8), (60, 1, 0)]
)
def test_the_spans_are_thirty_days_each(north, bolt, age, shipped, previous):
    """No device is believed so long after, so the sums stand here as a rollup left them."""
    day = date(2026, 3, 15)
    for then, quantity in ((day - timedelta(days=1), 1), (day - timedelta(days=age), 8)):
        DailyMovement.objects.create(product=bolt, warehouse=north, day=then, shipped=quantity, net=-quantity)
    movers = fast_movers([north], day=day, limit=10)
    assert [(m.shipped, m.previous) for m in movers] == [(shipped, previous)]


def test_of_several_warehouses_each_adds_its_part(shipped, bolt, north, south, counted):
    shipped(bolt, 5)
    shipped(bolt, 7, warehouse=south)
    counted()
    assert [m.shipped for m in fast_movers([north, south], day=in_days(0), limit=10)] == [12]
    assert [m.shipped for m in fast_movers([south], day=in_days(0), limit=10)] == [7]
    assert fast_movers([], day=in_days(0), limit=10) == []


def test_the_day_is_the_warehouses_own(db):
    auckland, angeles = (WarehouseFactory.build(time_zone=z) for z in ("Pacific/Auckland", "America/Los_Angeles"))
    evening = datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert last_day([auckland], evening) == date(2026, 11, 24)
    assert last_day([angeles], evening) == date(2026, 11, 23)
    assert last_day([angeles, auckland], evening) == date(2026, 11, 24)
    assert last_day([], evening) == date(2026, 11, 23)


def text(answer):
    """The words of the page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def rows(answer):
    body = re.search(r"<tbody>(.*)</tbody>", answer.content.decode(), re.DOTALL)[1]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>")[:-1]]


def test_the_page_shows_the_figures_in_order(worked_figures, client, north):
    with time_machine.travel(datetime.now(UTC) + timedelta(days=27)):
        client.force_login(person(rights={north: "view"}))
        answer = client.get(URL)
    assert rows(answer) == [
        "1 Hexagon bolt M8 BOLT-M8 40 pcs 10 pcs 1",
        "2 CLIP steel CLIP 8 pcs 0 pcs new",
        "2 NUT steel NUT 8 pcs 30 pcs 1",
    ]
    assert answer.content.count(b'aria-label="up"') == answer.content.count(b'aria-label="down"') == 1
    assert "Demand here is what was shipped" in text(answer)
    assert answer.content.count(b'class="bar-mark"') == 3


def test_every_figure_opens_to_the_rows_behind_it(shipped, client, north, south, counted):
    shipped(ProductFactory(sku="A/B+C", name="Odd"), 5)
    counted()
    client.force_login(person(rights={north: "view", south: "view"}))
    links = re.findall(r'href="(/transactions/[^"]*)"', client.get(f"{URL}?warehouse=north").content.decode())
    asked = [parse_qs(urlsplit(link.replace("&amp;", "&")).query) for link in links if "product" in link]
    until = in_days(0)
    assert asked == [
        {
            "product": ["A/B+C"],
            "type": ["out"],
            "warehouse": ["NORTH"],
            "since": [str(since)],
            "until": [str(since + timedelta(days=29))],
        }
        for since in (until - timedelta(days=29), until - timedelta(days=59))
    ]
    assert "warehouse=" not in re.search(r'href="(/transactions/\?[^"]*)"', client.get(URL).content.decode())[1]


@pytest.mark.parametrize("products", [1, 3, 50])
def test_the_page_costs_the_same_for_any_number_of_rows(
    shipped, north, south, counted, client, django_assert_num_queries, products
):
    for product in ProductFactory.create_batch(products):
        shipped(product, 9)
    counted()
    client.force_login(person(rights={north: "view", south: "view"}))
    client.get(URL)
    with django_assert_num_queries(4):
        answer = client.get(URL)
    assert len(rows(answer)) == products


@pytest.fixture
def foreign(shipped, north, south, bolt, counted):
    """A warehouse that only others may see, with a name and a product to recognise it by."""
    south.name = "Marker Yard"
    south.save()
    shipped(bolt, 5)
    shipped(bolt, 7000, warehouse=south)
    shipped(ProductFactory(sku="MARKER-SKU", name="Marker product"), 7000, warehouse=south)
    counted()
    return south


@pytest.mark.parametrize("url", [URL, "/reports/fast-movers.csv"])
@pytest.mark.parametrize("role", ["staff", "manager"])
def test_a_foreign_warehouse_shows_nowhere(foreign, client, north, url, role):
    client.force_login(person(role=role, rights={north: "view"}))
    for query in ("", "?warehouse=NORTH", "?warehouse="):
        body = b"".join(client.get(url + query)).decode()
        assert "BOLT-M8" in body
        for mark in ("Marker", "MARKER", "SOUTH", "7000", "7005"):
            assert mark not in body


@pytest.mark.parametrize("url", [URL, "/reports/fast-movers.csv"])
def test_a_foreign_warehouse_is_answered_like_one_that_is_not_there(foreign, client, north, url):
    client.force_login(person(rights={north: "manage"}))
    answers = [client.get(url, {"warehouse": code}) for code in ("SOUTH", "NOPE", "\x00", "'")]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert b"SOUTH" not in answers[0].content


def test_an_admin_sees_every_warehouse(foreign, client, desk):
    client.force_login(desk.by)
    answer = client.get(URL)
    assert [row.split()[1] for row in rows(answer)] == ["Hexagon", "Marker"]
    assert "7005 pcs" in rows(answer)[0]


def test_the_filter_keeps_its_choice_and_works_as_a_plain_form(foreign, client, desk):
    client.force_login(desk.by)
    page = client.get(URL, {"warehouse": "south"}).content.decode()
    assert re.findall(r'<option value="(\w*)" selected>', page) == ["SOUTH"]
    assert re.search(r'<form class="filters" action="/reports/fast-movers/"', page)
    assert 'href="/reports/fast-movers.csv?warehouse=SOUTH"' in page


def test_a_person_of_one_warehouse_has_nothing_to_choose(foreign, client, north):
    client.force_login(person(rights={north: "view"}))
    assert b"<select" not in client.get(URL).content


def test_an_empty_page_says_what_to_do(client, north):
    client.force_login(person(rights={north: "operate"}))
    page = client.get(URL)
    assert "Nothing shipped in the last 30 days" in text(page)
    assert reverse("stock:ship") in page.content.decode()
    client.force_login(person())
    assert "No warehouse yet" in text(client.get(URL))


def test_the_page_says_when_it_counted_and_when_that_is_long_ago(shipped, bolt, north, counted, client):
    shipped(bolt, 5)
    counted()
    client.force_login(person(rights={north: "view"}, time_zone="Asia/Tokyo"))
    page = text(client.get(URL))
    moment = RollupMark.objects.get().moved
    assert "As of " in page
    assert "These figures are old" not in page
    RollupMark.objects.update(moved=moment.replace(hour=3, minute=4) - timedelta(days=1))
    page = text(client.get(URL))
    assert re.search(r"These figures are old: what was shipped after .*, 12:04 is not in them yet", page)


def test_a_name_is_shown_as_text(shipped, north, counted, client):
    name = "<script>alert(1)</script>"
    shipped(ProductFactory(name=name), 5)
    counted()
    client.force_login(person(rights={north: "view"}))
    page = client.get(URL).content.decode()
    assert name not in page
    assert page.count(escape(name)) >= 2


def test_nobody_sees_it_without_signing_in(client, db):
    for url in (URL, "/reports/fast-movers.csv"):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))
