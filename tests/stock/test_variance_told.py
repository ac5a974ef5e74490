"""A count that differs by more than the tolerance is told of once it waits for review, until it is over."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert
from stock import services
from stock.models import Count
from stock.services.sweep import judge_days
from tests.factories import LocationFactory, person
from tests.stock.counting import Counter

pytestmark = pytest.mark.django_db


def incidents():
    return list(Alert.objects.order_by("id").values_list("type", "status", "told_count"))


def asked_of_alerts(work):
    """Return how many statements a piece of work asks of the tables of alerts."""
    with CaptureQueriesContext(connection) as queries:
        work()
    return len([query for query in queries if " alerts_" in query["sql"].replace('"', "")])


@pytest.fixture
def cleo(north):
    return Counter(person("manager", {north: "manage"}))


@pytest.fixture
def shelf(north, bolt, desk):
    """100 of BOLT-M8 in A-01, where a count may be off by 2 percent."""
    bin = LocationFactory(warehouse=north, code="A-01")
    desk.receive(north, bolt, 100, bin)
    return bin


@pytest.fixture
def off(cleo, north, bolt, shelf):
    """A count in review that found 90 of 100."""
    count = cleo.open(north, shelf)
    cleo.whole(count, (bolt, shelf, 90))
    assert incidents() == [("variance", "open", 1)]
    return count


@pytest.mark.parametrize(("found", "expected"), [(100, []), (98, []), (97, [("variance", "open", 1)])])
def test_beyond_the_tolerance_it_is_told_of(cleo, north, bolt, shelf, found, expected):
    cleo.whole(cleo.open(north, shelf), (bolt, shelf, found))
    assert incidents() == expected


def test_nothing_is_told_while_it_is_counted(cleo, north, bolt, shelf):
    cleo.submit(cleo.open(north, shelf), (bolt, shelf, 90))
    assert incidents() == []


def test_the_incident_says_what_it_needs(off, north):
    alert = Alert.objects.get()
    assert (alert.warehouse, alert.subject) == (north, f"count:{off.pk}")
    assert alert.facts == {
        "count": f"C{off.pk}",
        "lines": "1",
        "tolerance": "2",
        "warehouse": "NORTH",
        "warehouse_name": north.name,
    }
    assert alert.headline == f"Count C{off.pk} at NORTH differs by more than the tolerance"


def test_posting_ends_it(off, cleo):
    cleo.post(off)
    assert incidents() == [("variance", "resolved", 1)]


def test_cancelling_ends_it(off):
    services.cancel_count(count=off)
    assert incidents() == [("variance", "resolved", 1)]
    assert Count.objects.get().state == "cancelled"


def test_sent_back_it_stands_until_what_is_found_then_decides(off, cleo, bolt, shelf):
    cleo.recount(off)
    judge_days(at=datetime.now(UTC))
    assert incidents() == [("variance", "open", 1)]
    cleo.whole(off, (bolt, shelf, 91))
    assert incidents() == [("variance", "open", 1)]
    cleo.recount(off)
    cleo.whole(off, (bolt, shelf, 99))
    assert incidents() == [("variance", "resolved", 1)]


def test_a_tolerance_that_was_edited_holds_from_the_next_turn(off, north):
    type(north).objects.update(count_tolerance=20)
    judge_days(at=datetime.now(UTC))
    assert incidents() == [("variance", "resolved", 1)]
    type(north).objects.update(count_tolerance=1)
    judge_days(at=datetime.now(UTC))
    assert incidents() == [("variance", "open", 1)]


def test_a_posted_count_whose_tolerance_was_edited_is_repaired(off, north, cleo):
    type(north).objects.update(count_tolerance=20)
    cleo.post(off)
    assert incidents() == [("variance", "open", 1)]
    judge_days(at=datetime.now(UTC))
    assert incidents() == [("variance", "resolved", 1)]


def test_a_count_within_the_tolerance_asks_nothing_more_of_the_alerts(cleo, north, bolt, shelf):
    """The one statement is the count's own, which looks whether an incident stands."""
    count = cleo.open(north, shelf)
    assert asked_of_alerts(lambda: cleo.whole(count, (bolt, shelf, 99))) == 1
    assert asked_of_alerts(lambda: cleo.post(count)) == 0


@pytest.mark.parametrize("managers", [1, 50])
def test_one_beyond_it_asks_three_statements_however_many_are_told(cleo, north, bolt, shelf, managers):
    for _ in range(managers - 1):
        person("manager", {north: "manage"})
    count = cleo.open(north, shelf)
    assert asked_of_alerts(lambda: cleo.whole(count, (bolt, shelf, 90))) == 1 + 3
    assert asked_of_alerts(lambda: cleo.post(count)) == 2
