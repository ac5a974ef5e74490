"""A session ends by itself: half a day after it was used last, and two weeks after the sign-in however busy it is."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts.codes import give_password
from tests.factories import person

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
OUT = "/sign-in/?next=/profile/"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def sam(client, db, clock):
    sam = person("staff")
    give_password(client, sam)
    return sam


def visit(client, clock, later):
    """Look at a page so much later; Valkey counts by its own clock, so it is told to have forgotten by then."""
    clock.move_to(START + later)
    if later > timedelta(hours=12):
        caches["default"].clear()
    return client.get("/profile/").headers.get("Location", "in")


def test_unused_for_half_a_day_it_is_over(client, sam, clock):
    assert visit(client, clock, timedelta(hours=11, minutes=59)) == "in"
    assert visit(client, clock, timedelta(hours=24)) == OUT


def test_used_it_goes_on(client, sam, clock):
    assert [visit(client, clock, timedelta(hours=hours)) for hours in range(6, 72, 6)] == ["in"] * 11


def test_what_an_open_page_asks_by_itself_is_no_use_of_it(client, sam, clock):
    for hours in range(1, 12):
        clock.move_to(START + timedelta(hours=hours))
        assert client.get("/alerts/unread/", headers={"HX-Request": "true"}).status_code == 200
    assert visit(client, clock, timedelta(hours=12, minutes=1)) == OUT


def test_two_weeks_after_the_sign_in_it_is_over_however_busy(client, sam, clock):
    seen = [visit(client, clock, timedelta(hours=hours)) for hours in range(6, 15 * 24, 6)]
    assert seen == ["in"] * 56 + [OUT] * 3


def test_what_is_over_opens_nothing_any_more(client, sam, clock):
    key = client.session.session_key
    for hours in range(6, 15 * 24, 6):
        visit(client, clock, timedelta(hours=hours))
    client.cookies["sessionid"] = key
    assert visit(client, clock, timedelta(days=15)) == OUT


def test_the_cache_forgets_it_as_soon(client, sam):
    assert 0 < caches["default"].ttl(f"{KEY_PREFIX}{client.session.session_key}") <= 12 * 3600


def test_it_is_written_anew_every_ten_minutes_and_not_with_every_page(client, sam, clock):
    with CaptureQueriesContext(connection) as queries:
        for minutes in range(1, 34):
            visit(client, clock, timedelta(minutes=minutes))
    assert sum(query["sql"].startswith('UPDATE "django_session"') for query in queries) == 3
