"""Today: where the day begins. Only what is true, only what the person may see, and always a way on."""

from datetime import timedelta

import pytest
import redis
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from stock.models import Operation
from stock.services import archive_product
from tests.factories import ProductFactory, WarehouseFactory, person
from tests.stock.shelves import words
from warehouses.models import Warehouse

TODAY = "/"


def concerns(response):
    return [(c.product.sku, c.place.code, c.quantity, c.state.value) for c in response.context["concerns"]]


def low_and_out(desk, warehouse, *, low=1, out=0):
    """Make products with a threshold of 5: `low` of them at 3 and `out` of them at 0, each with its alert."""
    for n in range(low + out):
        product = ProductFactory(low_threshold=5)
        desk.receive(warehouse, product, 10)
        desk.ship(warehouse, product, 7 if n < low else 10)


def test_the_addresses_are_their_names():
    assert (reverse("stock:today"), reverse("stock:more")) == (TODAY, "/more/")


@pytest.mark.parametrize(
    ("zone", "greeting"),
    [("UTC", "Good morning, Ana"), ("Asia/Tokyo", "Good evening, Ana"), ("Europe/Berlin", "Good afternoon, Ana")],
)
def test_the_greeting_follows_the_persons_own_clock(client, north, zone, greeting):
    client.force_login(person(rights={north: "view"}, name="Ana Maria Example", time_zone=zone))
    with time_machine.travel("2026-11-23 11:30Z", tick=False):
        assert greeting in words(client.get(TODAY))


def test_needs_attention_lists_the_worst_first_and_nothing_that_is_ok(client, desk, north, south):
    fine, low, out, elsewhere = (
        ProductFactory(sku=sku, low_threshold=5) for sku in ("FINE", "LOW", "OUT", "ELSEWHERE")
    )
    for product, left in [(out, 0), (low, 3), (fine, 3)]:
        desk.receive(north, product, 10)
        desk.ship(north, product, 10 - left)
    desk.receive(north, fine, 3)
    desk.receive(south, elsewhere, 10)
    desk.ship(south, elsewhere, 10)
    client.force_login(person(rights={north: "view"}))
    assert concerns(client.get(TODAY)) == [("OUT", "NORTH", 0, "out"), ("LOW", "NORTH", 3, "low")]


def test_a_level_that_is_ok_but_within_the_margin_is_no_concern(client, desk, bolt, north):
    bolt.low_threshold = 100
    bolt.save()
    desk.receive(north, bolt, 90)
    desk.adjust(north, bolt, 15, north.locations.get())
    client.force_login(person(rights={north: "view"}))
    assert Alert.objects.unresolved().count() == 1
    assert concerns(client.get(TODAY)) == []
    assert "Nothing does." in words(client.get(TODAY))


def test_the_counts_are_those_of_the_working_warehouse_and_open_what_they_count(client, desk, north, south):
    low_and_out(desk, north, low=2, out=1)
    low_and_out(desk, south, low=3)
    gone = ProductFactory(low_threshold=5)
    desk.receive(north, gone, 1)
    desk.ship(north, gone, 1)
    archive_product(product=gone, by=desk.by)
    client.force_login(person(rights={north: "view", south: "view"}, home_warehouse=north))
    response = client.get(TODAY)
    assert response.context["counts"][:3] == (1, 2, 0)
    assert response.context["movements"] == {"came": 4, "left": 4, "all": 8}
    for state, count in [("out", 1), ("low", 2)]:
        assert f"/products/?state={state}&amp;warehouse=NORTH" in response.content.decode()
        rows = client.get("/products/", {"state": state, "warehouse": "NORTH"}).context["listed"]
        assert len(rows) == count
    assert client.get(TODAY, {"warehouse": "SOUTH"}).context["counts"][:3] == (0, 3, 0)


def test_movements_are_those_of_the_warehouses_own_day(client, desk, bolt):
    tokyo = WarehouseFactory(code="TOKYO", time_zone="Asia/Tokyo")
    desk.receive(tokyo, bolt, 1, at=timezone.now() - timedelta(days=1))
    desk.receive(tokyo, bolt, 1)
    client.force_login(desk.by)
    assert client.get(TODAY, {"warehouse": "TOKYO"}).context["movements"]["all"] == 1


@pytest.mark.parametrize(("right", "offered"), [("view", False), ("operate", True)])
def test_the_tiles_are_for_those_who_may_book_there(client, north, south, right, offered):
    client.force_login(person(rights={north: right, south: "operate"}, home_warehouse=north))
    page = client.get(TODAY).content.decode()
    verbs = ["receive", "ship", "move", "transfer", "adjust"]
    assert [f"/{verb}/?warehouse=NORTH" in page for verb in verbs] == [offered] * 5
    assert ("Scan product or bin" in page) is offered


def test_what_the_person_booked_last_stands_there_newest_first(client, desk, bolt, north, south):
    nut = ProductFactory(sku="NUT", name="Nut")
    me = person("staff", {north: "operate"})
    desk.receive(north, bolt, 50)
    desk.receive(north, nut, 4, by=me, reference="PO-9")
    desk.receive(south, bolt, 7, by=me)
    moved = desk.transfer(north, south, bolt, 6, by=me)
    undone = desk.ship(north, bolt, 2, by=me)
    desk.reverse(undone, by=me)
    client.force_login(me)
    booked = client.get(TODAY).context["booked"]
    assert [(row.operation.kind, row.sku, row.quantity, row.more) for row in booked] == [
        ("reverse", "BOLT-M8", 2, 0),
        ("ship", "BOLT-M8", 2, 0),
        ("transfer", "BOLT-M8", 6, 0),
        ("receive", "NUT", 4, 0),
    ]
    page = words(client.get(TODAY))
    assert "Received 4 pcs · Nut" in page
    assert "PO-9" in page
    assert reverse("stock:operation-detail", args=[moved.pk]) in client.get(TODAY).content.decode()
    assert Operation.objects.filter(by=me).count() == 5


def test_nothing_of_a_foreign_warehouse(client, desk, bolt, north, south):
    low_and_out(desk, south, out=2)
    client.force_login(person(rights={north: "operate"}))
    response = client.get(TODAY)
    assert b"SOUTH" not in response.content
    assert (concerns(response), response.context["counts"][:3]) == ([], (0, 0, 0))
    assert client.get(TODAY, {"warehouse": "SOUTH"}).status_code == 404


@pytest.mark.parametrize("closed", [False, True])
def test_a_person_without_an_open_warehouse_is_told_whom_to_ask(client, north, closed):
    Warehouse.objects.update(status="closed" if closed else "open")
    client.force_login(person(rights={north: "manage"} if closed else {}))
    response = client.get(TODAY)
    assert response.status_code == 200
    assert "No warehouse yet" in words(response)


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_page_costs_the_same_whatever_there_is(client, desk, north, rows, django_assert_num_queries):
    low_and_out(desk, north, low=rows)
    client.force_login(desk.by)
    # The person, the working warehouse, all, alerts, their levels, states, movements, last booked (2).
    with django_assert_num_queries(10):
        client.get(TODAY)
    # Levels and states are kept for a while.
    with django_assert_num_queries(8):
        client.get(TODAY)
    with redis.Redis.from_url(settings.REDIS_URL) as cache:
        cache.flushdb()
    with django_assert_num_queries(11):
        client.get(TODAY)


def test_counts_are_kept_for_a_minute_and_say_when_they_were_made(client, desk, north):
    low_and_out(desk, north, low=1)
    client.force_login(desk.by)
    first = client.get(TODAY).context["counts"]
    low_and_out(desk, north, low=1)
    again = client.get(TODAY)
    assert (first.low, again.context["counts"]) == (1, first)
    assert f"Counted at {first.at:%H:%M}" in words(again)
    with redis.Redis.from_url(settings.REDIS_URL) as cache:
        [key] = cache.keys("*states:*")
        assert 0 < cache.ttl(key) <= 60
        cache.delete(key)
    assert client.get(TODAY).context["counts"].low == 2


@pytest.mark.parametrize(("role", "admin"), [("staff", False), ("manager", False), ("admin", True)])
def test_more_leads_everywhere_that_has_no_tab(client, north, role, admin):
    client.force_login(person(role, {north: "operate"}))
    page = client.get("/more/").content.decode()
    main = page[page.index("<main") :]
    names = ["stock:receive", "stock:ship", "stock:move", "stock:transfer", "stock:adjust", "stock:transaction-list"]
    names += ["stock:count-list"]
    names += ["warehouses:warehouse-list", "reports:fast-movers", "accounts:profile"]
    assert [name for name in names if f'href="{reverse(name)}"' not in main] == []
    assert (f'href="{reverse("admin:index")}"' in main) is admin
    assert (f'href="{reverse("catalog:category-list")}"' in main) is (role != "staff")
    assert (f'href="{reverse("catalog:unit-list")}"' in main) is admin
    assert f'action="{reverse("account_logout")}"' in main


def test_who_is_not_signed_in_is_sent_to_sign_in(client, db):
    assert client.get(TODAY).headers["Location"] == f"{reverse('account_login')}?next=/"
