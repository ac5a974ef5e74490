"""What to count next: the most value x pace x days x past error first, with every factor shown."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from reports.models import DailyMovement
from reports.queries import suggested_counts
from stock.models import Count
from tests.desk import Desk
from tests.factories import LocationFactory, ProductFactory, UserFactory, WarehouseFactory, person
from tests.stock.counting import Counter
from tests.stock.shelves import words

pytestmark = pytest.mark.django_db

ADDRESS = "/reports/suggested-counts/"


@pytest.fixture
def desk(db):
    return Desk(UserFactory(role="admin"))


@pytest.fixture
def north(db):
    return WarehouseFactory(code="NORTH")


@pytest.fixture
def bin(north):
    return LocationFactory(warehouse=north, code="A-01")


def suggested(north, day=None):
    return {each.sku: each for each in suggested_counts(north, day=day or datetime.now(UTC).date(), limit=25)}


def test_each_factor_moves_a_product_up(desk, north, bin):
    base, dear, fast = (ProductFactory(sku=sku, unit_cost=2) for sku in ("BASE", "DEAR", "FAST"))
    dear.unit_cost = 6
    dear.save()
    for product in (base, dear, fast):
        desk.receive(north, product, 10, bin)
    today = datetime.now(UTC).date()
    for days, lines in ((0, 9), (6, 5), (7, 1000)):
        DailyMovement.objects.create(product=fast, warehouse=north, day=today - timedelta(days=days), lines=lines)
    found = suggested(north)
    assert {sku: each.score for sku, each in found.items()} == {"FAST": 60, "DEAR": 60, "BASE": 20}
    assert (found["FAST"].lines, found["FAST"].pace, found["BASE"].pace) == (14, Decimal("2.0"), 0)
    assert (found["DEAR"].value, found["DEAR"].days, found["DEAR"].known) == (60, 1, False)


def test_days_since_the_last_count_or_since_the_first_movement(desk, north, bin):
    counted, never = (ProductFactory(sku=sku, unit_cost=1) for sku in ("COUNTED", "NEVER"))
    today = datetime.now(UTC).date()
    for product in (counted, never):
        desk.receive(north, product, 10, bin, at=datetime.now(UTC) - timedelta(days=3))
    counter = Counter(desk.by)
    count = counter.open(north, products=[counted])
    counter.whole(count, (counted, bin, 10))
    counter.post(count)
    later = suggested(north, today + timedelta(days=40))
    assert (later["COUNTED"].days, later["COUNTED"].known) == (40, True)
    assert (later["NEVER"].days, later["NEVER"].known) == (43, False)
    assert suggested(north, today + timedelta(days=4000))["NEVER"].days == 365


def test_what_was_wrong_before_counts_more(desk, north, bin):
    good, bad = (ProductFactory(sku=sku, unit_cost=1) for sku in ("GOOD", "BAD"))
    for product in (good, bad):
        desk.receive(north, product, 10, bin)
    counter = Counter(desk.by)
    for found in (10, 8):
        count = counter.open(north, bin)
        counter.whole(count, (good, bin, 10), (bad, bin, found))
        counter.post(count)
    found = suggested(north)
    assert (found["GOOD"].wrong, found["BAD"].wrong, found["BAD"].wrong_percent) == (0, Decimal("0.5"), 50)
    assert found["BAD"].score == 8 * Decimal("1.5")


def test_a_product_without_a_cost_takes_the_median_of_what_lies_here(desk, north, bin):
    free = ProductFactory(sku="FREE")
    desk.receive(north, free, 10, bin)
    assert (suggested(north)["FREE"].value, suggested(north)["FREE"].assumed) == (10, True)
    for cost in (2, 3, 50):
        desk.receive(north, ProductFactory(sku=f"COST-{cost}", unit_cost=cost), 1, bin)
    assert suggested(north)["FREE"].value == 30
    assert suggested(north)["COST-2"].assumed is False


def test_what_is_being_counted_or_not_there_is_left_out(desk, north, bin):
    gone, going, here = (ProductFactory(sku=sku, unit_cost=1) for sku in ("GONE", "GOING", "HERE"))
    far = LocationFactory(warehouse=WarehouseFactory(code="FAR"))
    for product in (gone, going, here):
        desk.receive(north, product, 5, bin)
    desk.receive(far.warehouse, ProductFactory(sku="ELSEWHERE"), 5, far)
    desk.ship(north, gone, 5)
    count = Counter(desk.by).open(north, products=[going])
    assert list(suggested(north)) == ["HERE"]
    from stock.services import cancel_count

    cancel_count(count=count)
    assert sorted(suggested(north)) == ["GOING", "HERE"]


def test_the_page_says_why_and_opens_a_count(client, desk, north, bin):
    bolt, nut = ProductFactory(sku="BOLT", name="Bolt", unit_cost=5), ProductFactory(sku="NUT", name="Nut")
    for product in (bolt, nut):
        desk.receive(north, product, 100, bin)
    cleo = person("staff", {north: "operate"}, name="Cleo")
    client.force_login(cleo)
    page = client.get(ADDRESS, {"warehouse": "NORTH"})
    text = words(page)
    for said in ("Bolt BOLT", "500", "never counted", "Why this place in the list: value × (1 + ledger lines a day"):
        assert said in text
    assert "500 assumed" in text
    key = str(page.context["key"])
    sent = {"key": key, "warehouse": "NORTH", "scope": "products", "products": ["BOLT", "NUT"], "assignees": [cleo.pk]}
    response = client.post(reverse("stock:count-create"), sent)
    count = Count.objects.get()
    assert response.headers["Location"] == reverse("stock:count-detail", args=[count.pk])
    assert (count.scope, count.lines.count(), list(count.assignees.all())) == ("products", 2, [cleo])
    assert "Nothing to count" in words(client.get(ADDRESS, {"warehouse": "NORTH"}))


def test_who_only_looks_is_shown_the_list_without_the_button(client, desk, north, bin):
    desk.receive(north, ProductFactory(name="Bolt"), 1, bin)
    client.force_login(person("staff", {north: "view"}))
    page = client.get(ADDRESS, {"warehouse": "NORTH"})
    assert "Bolt" in words(page)
    assert "Open a count of these" not in words(page)
    assert client.get(ADDRESS, {"warehouse": WarehouseFactory(code="FAR").code}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_page_costs_the_same_however_many_products(client, desk, north, bin, rows, django_assert_num_queries):
    for product in ProductFactory.create_batch(rows):
        desk.receive(north, product, 1, bin)
    client.force_login(desk.by)
    client.get(ADDRESS, {"warehouse": "NORTH"})
    with django_assert_num_queries(5):
        client.get(ADDRESS, {"warehouse": "NORTH"})
