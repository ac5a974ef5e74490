"""A transfer that takes longer than its destination allows is one incident there, until it is over."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert
from stock.models import Transfer
from stock.queries import transfers
from stock.services.sweep import judge_days
from tests.factories import WarehouseFactory, person

pytestmark = pytest.mark.django_db

LIMIT = 7


def incidents():
    return list(Alert.objects.order_by("id").values_list("type", "status", "told_count"))


def sent_ago(transfer, **ago):
    Transfer.objects.filter(pk=transfer.pk).update(sent=datetime.now(UTC) - timedelta(**ago))
    transfer.refresh_from_db()


@pytest.fixture
def on_the_way(north, south, bolt, desk):
    """10 of BOLT-M8 from NORTH to SOUTH, which allows seven days; SOUTH's manager is told."""
    person("manager", {south: "manage"})
    desk.receive(north, bolt, 100)
    return desk.send(north, south, bolt, 10).transfer


@pytest.fixture
def late(on_the_way):
    sent_ago(on_the_way, days=LIMIT + 2)
    judge_days(at=datetime.now(UTC))
    assert incidents() == [("overdue", "open", 1)]
    return on_the_way


def test_it_is_late_on_the_day_after_its_last_and_told_of_once(on_the_way):
    Transfer.objects.update(sent=datetime(2027, 6, 1, 23, 50, tzinfo=UTC))
    for day, expected in ((8, []), (9, [("overdue", "open", 1)]), (10, [("overdue", "open", 1)])):
        judge_days(at=datetime(2027, 6, day, 5, tzinfo=UTC))
        assert incidents() == expected


def test_days_are_those_of_the_destinations_calendar(north, bolt, desk):
    """Sent on 1 June at 23:50 by UTC, which is 2 June in Lord Howe already."""
    howe = WarehouseFactory(time_zone="Australia/Lord_Howe")
    desk.receive(north, bolt, 10)
    desk.send(north, howe, bolt, 10)
    Transfer.objects.update(sent=datetime(2027, 6, 1, 23, 50, tzinfo=UTC))
    judge_days(at=datetime(2027, 6, 8, 20, tzinfo=UTC))
    assert incidents() == []
    judge_days(at=datetime(2027, 6, 9, 18, 30, tzinfo=UTC))
    assert Alert.objects.get().facts["sent"] == "2027-06-02"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_pages_and_alerts_agree_at_every_hour_also_where_clocks_change(north, bolt, desk, zone):
    """Four hours at a time around the days on which transfers sent across both changes of a year become late."""
    place = WarehouseFactory(time_zone=zone)
    desk.receive(north, bolt, 10)
    turned = 0
    for sent in (datetime(2027, month, day, 3, 30, tzinfo=UTC) for month, day in ((3, 10), (3, 24), (10, 28), (11, 3))):
        transfer = desk.send(north, place, bolt, 1).transfer
        Transfer.objects.filter(pk=transfer.pk).update(sent=sent)
        transfer.refresh_from_db()
        for hours in range(6 * 24, 10 * 24, 4):
            at = sent + timedelta(hours=hours)
            judge_days(at=at)
            told = Alert.objects.filter(subject=f"transfer:{transfer.pk}", status="open").exists()
            listed = transfers.on_the_way(bolt, [place], at)[place.pk].overdue
            assert (transfer.is_overdue(at), listed, bool(transfers.due_in(place, at).overdue)) == (told, told, told)
            turned += told
        assert told
        desk.arrive(transfer)
    assert turned > 0


def test_the_incident_is_the_destinations_and_says_what_it_needs(late, north, south):
    alert = Alert.objects.get()
    assert (alert.warehouse, alert.subject) == (south, f"transfer:{late.pk}")
    assert alert.facts == {
        "transfer": f"T{late.pk}",
        "source": "NORTH",
        "source_name": north.name,
        "warehouse": "SOUTH",
        "warehouse_name": south.name,
        "sent": late.sent.date().isoformat(),
        "limit": "7",
    }
    assert alert.headline == f"Overdue: transfer T{late.pk} from NORTH to SOUTH"


def test_it_ends_in_the_operation_that_closes_it(late, desk):
    desk.arrive(late, 4)
    assert incidents() == [("overdue", "open", 1)]
    desk.write_off(late, 6)
    assert incidents() == [("overdue", "resolved", 1)]


def test_it_ends_in_the_operation_that_cancels_it(late, desk):
    desk.undo(late)
    assert incidents() == [("overdue", "resolved", 1)]


def test_a_transfer_that_is_open_again_is_late_again_and_nobody_is_told_anew(late, desk):
    arrival = desk.arrive(late)
    assert incidents() == [("overdue", "resolved", 1)]
    desk.reverse(arrival)
    judge_days(at=datetime.now(UTC))
    assert incidents() == [("overdue", "open", 1)]


def test_a_limit_that_was_edited_holds_from_the_next_turn(late, south):
    type(south).objects.update(transit_limit_days=30)
    judge_days(at=datetime.now(UTC))
    assert incidents() == [("overdue", "resolved", 1)]


def test_closing_one_in_time_asks_nothing_of_the_alerts(on_the_way, desk):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        desk.arrive(on_the_way)
    assert [query["sql"] for query in queries if "alerts_" in query["sql"]] == []


def test_closing_a_late_one_asks_two_statements(late, desk):
    with CaptureQueriesContext(connection) as queries:
        desk.arrive(late)
    assert len([query["sql"] for query in queries if "alerts_" in query["sql"]]) == 2
