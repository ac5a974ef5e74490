"""Open pages are told at once that something of what their person may see has changed, and nothing of what it says."""

import json
import queue
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts import services as accounts
from accounts.models import User
from accounts.services.sessions import end_sessions
from alerts.models import Alert
from alerts.services import Finding, acknowledge, observe
from inventory_site.embedded.record import free_port
from inventory_site.web import cache, hints
from tests.alerts.conftest import MONDAY
from tests.factories import ProductFactory, WarehouseFactory, person
from tests.inventory_site.streaming import Streaming

# The process that streams has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def process(django_db_setup):
    started = Streaming()
    yield started
    started.stop()


@pytest.fixture
def streaming(process):
    yield process
    process.close()


@pytest.fixture
def north():
    return WarehouseFactory(code="NORTH")


@pytest.fixture
def mona(north):
    return person("manager", {north: "manage"}, name="Mona")


@pytest.fixture
def browser():
    """Give a browser in which somebody is signed in."""

    def signed_in(who):
        client = Client()
        client.force_login(who)
        return client

    return signed_in


@pytest.fixture
def watch(streaming, browser):
    """Open a stream for somebody, past its greeting."""

    def opened(who):
        reader = streaming.open(browser(who))
        assert reader.status == 200
        assert reader.next() == ("hello", "1")
        return reader

    return opened


@pytest.fixture
def see():
    """Observe one state of one product in one place; the alert that it is about."""

    def observed(place, kind=Alert.Type.LOW, product=None):
        product = product or ProductFactory()
        facts = {"sku": product.sku, "name": "Secret", "unit": "pcs", "quantity": "1", "threshold": "2"}
        facts |= {"warehouse": place.code if place else "", "warehouse_name": "Secret"}
        cause = Alert.Cause.SHORTAGE if place else Alert.Cause.SYSTEM
        finding = Finding(cause=cause, type=kind, product_id=product.pk, warehouse=place, facts=facts)
        with transaction.atomic():
            observe([finding], now=MONDAY)
        return Alert.objects.order_by("-id").first()

    return observed


def told(reader):
    name, data = reader.next()
    return name, json.loads(data)


def quiet(reader, seconds=0.5):
    try:
        return reader.next(seconds) is None
    except queue.Empty:
        return not reader.is_over(0)


def test_who_sees_the_warehouse_is_told_that_its_alerts_have_changed(watch, see, north, mona):
    page = watch(mona)
    alert = see(north)
    # A new one is no page that could be open.
    assert told(page) == ("alerts", {"ids": [], "own": False})
    acknowledge(alert=alert, by=mona, at=MONDAY)
    assert told(page) == ("alerts", {"ids": [alert.pk], "own": True})


def test_the_others_are_told_that_it_was_somebody_else(watch, see, north, mona):
    page = watch(person("staff", {north: "view"}))
    alert = see(north)
    told(page)
    acknowledge(alert=alert, by=mona, at=MONDAY)
    assert told(page) == ("alerts", {"ids": [alert.pk], "own": False})


def test_nothing_of_another_warehouse_or_of_the_system_comes(watch, see, mona):
    page, everywhere = watch(mona), watch(person("admin"))
    see(WarehouseFactory())
    see(None, Alert.Type.LEDGER)
    assert [told(everywhere)[0], told(everywhere)[0]] == ["alerts", "alerts"]
    assert quiet(page)


def test_of_very_many_the_numbers_are_left_out(watch, north, mona):
    page = watch(mona)
    hints.changed("alerts", place=north.pk, ids=range(hints.MOST + 1))
    assert told(page) == ("alerts", {"ids": None, "own": False})


def test_what_is_undone_was_never_told(watch, see, north, mona):
    page = watch(mona)
    with transaction.atomic():
        see(north)
        transaction.set_rollback(True)
    assert quiet(page)


ENDS = {
    "their right is taken": lambda who, by, place, client: accounts.set_right(person=who, warehouse=place, right=None),
    "their right is changed": lambda who, by, place, client: accounts.set_right(
        person=who, warehouse=place, right="view"
    ),
    "they get another role": lambda who, by, place, client: accounts.change_role(person=who, role="staff", by=by),
    "they are suspended": lambda who, by, place, client: accounts.suspend(person=who, by=by),
    "they sign out": lambda who, by, place, client: client.post("/sign-out/"),
    "their sessions are ended": lambda who, by, place, client: end_sessions(person=who),
}


@pytest.mark.parametrize("how", ENDS)
def test_streams_end_at_once_when(how, streaming, browser, see, north, mona):
    client, other = browser(mona), person("staff", {north: "view"})
    page, theirs = streaming.open(client), streaming.open(browser(other))
    assert (page.next(), theirs.next()) == (("hello", "1"), ("hello", "1"))
    ENDS[how](mona, person("admin"), north, client)
    assert page.is_over(2)
    see(north)
    assert page.events.empty()
    assert told(theirs)[0] == "alerts"


def test_who_may_no_more_gets_no_other_stream(streaming, browser, north, mona):
    client = browser(mona)
    accounts.suspend(person=mona, by=person("admin"))
    answer = streaming.open(client)
    assert answer.status == 204


def test_who_still_has_to_set_up_a_second_factor_gets_none(streaming, browser):
    from tests.factories import person as made

    assert streaming.open(browser(made("admin", second_factor=False))).status == 204


def test_a_stream_that_nobody_ended_ends_by_itself(north, mona, browser, monkeypatch):
    """Its browser asks anew then, with what the session is worth."""
    import asyncio

    from inventory_site import events

    monkeypatch.setattr(events, "LIFE_SECONDS", 0.3)

    async def read():
        board = events.Switchboard()
        said = [text async for text in board.stream(mona.pk, {north.pk})]
        board.listening.cancel()
        return said, board.streams

    started = time.monotonic()
    # In a thread of its own: in this one a browser's loop may be running.
    with ThreadPoolExecutor(1) as thread:
        said = thread.submit(lambda: asyncio.run(read())).result()
    assert said == (["event: hello\ndata: 1\n\n", ":\n\n"], set())
    assert time.monotonic() - started < 2


def test_the_processes_of_the_pages_stream_nothing(client, mona):
    client.force_login(mona)
    answer = client.get("/events/")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_process_that_streams_shows_no_page(streaming, browser, mona):
    assert [streaming.open(browser(mona), path).status for path in ("/", "/alerts/", "/events", "/events/x")] == [
        404
    ] * 4


def test_nobody_has_more_than_eight(watch, streaming, browser, mona, north):
    for _ in range(8):
        watch(mona)
    assert streaming.open(browser(mona)).status == 204
    watch(person("staff", {north: "view"}))


def test_whose_browser_has_gone_makes_room(watch, streaming, mona):
    for _ in range(8):
        watch(mona)
    streaming.readers[0].close()
    time.sleep(0.5)
    watch(mona)


def test_it_is_kept_by_nobody_on_the_way_and_is_of_this_site_alone(watch, mona):
    headers = watch(mona).headers
    assert headers["content-type"] == "text/event-stream"
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers


def test_where_it_has_an_address_of_its_own_the_pages_of_the_site_may_read_it_and_no_others(browser, mona):
    streaming = Streaming(EVENTS_URL=f"http://localhost:{free_port()}")
    headers = streaming.open(browser(mona), Origin="https://evil.example.com").headers
    streaming.stop()
    assert headers["access-control-allow-origin"] == "http://testserver"
    assert headers["access-control-allow-credentials"] == "true"


def test_while_the_cache_is_away_streams_end_and_nobody_waits(own_valkey, browser, see, north, mona, caplog):
    from django.conf import settings

    streaming = Streaming(REDIS_URL=settings.CACHES["default"]["LOCATION"])
    client = browser(mona)
    page = streaming.open(client)
    assert page.next() == ("hello", "1")
    own_valkey.kill()
    own_valkey.wait()
    assert page.is_over(5)
    answer = streaming.open(client)
    assert (answer.status, answer.is_over(5), answer.events.empty()) == (200, True, True)
    started = time.monotonic()
    see(north)
    assert time.monotonic() - started < 1
    streaming.stop()


def test_hints_that_were_lost_are_counted(own_valkey, see, north, monkeypatch, caplog):
    monkeypatch.setattr(hints, "_lost", 0)
    own_valkey.kill()
    own_valkey.wait()
    see(north)
    see(north)
    assert hints._lost == 2
    monkeypatch.setattr(cache, "publish", lambda text: 0)
    see(north)
    assert hints._lost == 0
    assert "hints to open pages that were lost meanwhile: 2" in caplog.text


def test_a_hint_costs_no_query(see, north, mona, django_assert_num_queries):
    with django_assert_num_queries(0):
        hints.changed("alerts", place=north.pk, ids=[1])
        hints.close_streams(mona.pk)


def test_all_streams_share_one_connection_to_the_database(watch, mona, north):
    people = [mona, *(person("staff", {north: "view"}) for _ in range(20))]
    for who in people:
        watch(who)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert cursor.fetchone()[0] <= 2
    assert User.objects.count() == 21
