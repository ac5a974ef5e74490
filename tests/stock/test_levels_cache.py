"""Levels as pages show them: never an older one after a newer one, soon right again, and there without Redis too."""

import socket
import time
from decimal import Decimal

import pytest
import redis
from django.conf import settings

from inventory_site.web import cache
from stock.models import Inventory
from stock.queries.levels import NOTHING, SECONDS, Shown, levels, remember
from tests.factories import WarehouseFactory, person
from tests.stock.shelves import fill


@pytest.fixture
def valkey():
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture
def key(bolt, north):
    return f"holdfast:1:level:{north.pk}:{bolt.pk}"


def shown(product, warehouse):
    return levels([product.pk], [warehouse.pk])[product.pk, warehouse.pk]


def row(product, warehouse, version, quantity):
    return (product.pk, warehouse.pk, version, Decimal(quantity), None, None)


@pytest.mark.django_db(transaction=True)
def test_a_booking_brings_its_level_into_the_cache_after_commit(desk, bolt, north, django_assert_num_queries):
    desk.receive(north, bolt, 7)
    with django_assert_num_queries(0):
        assert shown(bolt, north) == Shown(Decimal(7), None, None)


def test_a_fill_that_was_read_before_a_commit_never_replaces_the_newer_level(bolt, north):
    read_before = [row(bolt, north, 1, 10)]
    remember([row(bolt, north, 2, 4)])
    remember(read_before)
    assert shown(bolt, north).quantity == 4


@pytest.mark.django_db(transaction=True)
def test_a_slow_reader_never_puts_back_what_a_booking_has_changed(desk, bolt, north, monkeypatch):
    """The reader reads 10, waits while 4 are shipped, and only then fills the cache."""
    desk.receive(north, bolt, 10)
    cache._redis().delete(f"holdfast:1:level:{north.pk}:{bolt.pk}")
    put = cache.put_newer

    def slow(values, *, seconds):
        monkeypatch.setattr("stock.queries.levels.put_newer", put)
        desk.ship(north, bolt, 4)
        put(values, seconds=seconds)

    monkeypatch.setattr("stock.queries.levels.put_newer", slow)
    assert shown(bolt, north).quantity == 10
    assert shown(bolt, north).quantity == 6


@pytest.mark.django_db(transaction=True)
def test_a_level_that_was_not_there_gives_way_to_the_first_booking(desk, bolt, north, monkeypatch):
    put = cache.put_newer

    def slow(values, *, seconds):
        monkeypatch.setattr("stock.queries.levels.put_newer", put)
        desk.receive(north, bolt, 3)
        put(values, seconds=seconds)

    monkeypatch.setattr("stock.queries.levels.put_newer", slow)
    assert shown(bolt, north) == NOTHING
    assert shown(bolt, north) == Shown(Decimal(3), None, None)


def test_any_order_of_writes_leaves_the_newest(bolt, north):
    for version in (3, 1, 5, 2, 5, 4):
        remember([row(bolt, north, version, version)])
    assert shown(bolt, north).quantity == 5


def test_what_a_lost_write_left_behind_heals_within_half_a_minute(bolt, north, valkey, key):
    Inventory.objects.create(product=bolt, warehouse=north)
    remember([row(bolt, north, 1, 99)])
    assert 0 < valkey.ttl(key) <= SECONDS == 30
    assert shown(bolt, north).quantity == 99
    valkey.pexpire(key, 1)
    time.sleep(0.01)
    assert shown(bolt, north).quantity == 0


def test_thresholds_travel_with_the_level(bolt, north):
    remember([(bolt.pk, north.pk, 1, Decimal("1.500"), None, Decimal("20.000"))])
    level = shown(bolt, north)
    assert level == Shown(Decimal("1.5"), None, Decimal(20))
    assert str(level.quantity) == "1.500"
    bolt.low_threshold = Decimal(2)
    assert level.state(bolt) == "low"


def test_a_page_of_25_products_in_10_warehouses_is_one_question(desk, north, django_assert_num_queries):
    products = fill(desk, north, 25)
    places = [north, *WarehouseFactory.create_batch(9)]
    asked = [product.pk for product in products], [place.pk for place in places]
    with django_assert_num_queries(1):
        cold = levels(*asked)
    with django_assert_num_queries(0):
        warm = levels(*asked)
    assert cold == warm
    assert len(cold) == 250
    assert [level for level in cold.values() if level != NOTHING] == [Shown(Decimal(10), None, None)] * 25


@pytest.fixture
def away(settings):
    """Redis refused or frozen: nobody listens there, or somebody takes the call and says nothing."""
    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        frozen.listen()

        def go(how):
            port = frozen.getsockname()[1] if how == "frozen" else 1
            settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{port}/0"}}
            cache.breaker.reset()

        yield go
    cache.breaker.reset()


@pytest.mark.parametrize("how", ["refused", "frozen"])
@pytest.mark.parametrize("page", ["/", "/products/", "/products/BOLT-M8/", "/transactions/", "/bins/NORTH/DEFAULT/"])
def test_every_page_answers_within_a_second_with_redis_away(client, desk, bolt, north, away, how, page):
    desk.receive(north, bolt, 7)
    client.force_login(person(rights={north: "operate"}))
    client.get(page)
    away(how)
    started = time.monotonic()
    response = client.get(page)
    assert time.monotonic() - started < 1
    assert response.status_code == 200
    assert page == "/" or b">7" in response.content.replace(b"+7", b"7")
