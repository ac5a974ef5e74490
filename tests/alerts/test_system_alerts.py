"""What is wrong with the installation itself is told to admins, once, and its end is noted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.models import Alert, AlertEvent, Channel, Delivery
from alerts.services import system
from tests.alerts.conftest import MONDAY
from tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ada(mona):
    """The admin, beside a manager who is told of nothing here."""
    return person("admin", email="ada@example.com")


def incidents():
    return list(Alert.objects.order_by("id").values_list("type", "subject", "status", "told_count"))


def waiting(to, *, since, channel=Channel.EMAIL, number=1, status=Delivery.Status.WAITING):
    for n in range(number):
        Delivery.objects.create(
            purpose=Delivery.Purpose.TEST,
            dedupe_key=f"{channel}:{n}",
            person=to,
            channel=channel,
            status=status,
            next_attempt=MONDAY - timedelta(minutes=since),
        )


@pytest.mark.parametrize(
    ("report", "type_"), [(system.report_backup, "backup"), (system.report_drill, "drill")], ids=["backup", "drill"]
)
def test_a_failure_is_told_of_until_it_works_again(ada, report, type_):
    report(at=MONDAY)
    assert incidents() == []
    report(at=MONDAY, reason="The disk is full.")
    report(at=MONDAY + timedelta(hours=1), reason="The disk is full.")
    assert incidents() == [(type_, type_, "open", 1)]
    assert Alert.objects.get().message.endswith("did not succeed: The disk is full.")
    assert set(Delivery.objects.values_list("person__email", flat=True)) == {ada.email}
    report(at=MONDAY + timedelta(hours=2))
    assert incidents() == [(type_, type_, "resolved", 1)]


def test_differences_in_the_ledger_are_told_of_until_there_are_none():
    system.report_ledger(differences=3, at=MONDAY)
    assert Alert.objects.get().message.startswith("verify_ledger found 3 differences.")
    system.report_ledger(differences=0, at=MONDAY)
    assert incidents() == [("ledger", "ledger", "resolved", 1)]


@pytest.mark.parametrize(("minutes", "stuck"), [(9, False), (10, False), (11, True)])
def test_a_queue_is_stuck_once_something_is_due_for_more_than_ten_minutes(ada, minutes, stuck):
    waiting(ada, since=minutes, number=3)
    system.check_queues(at=MONDAY)
    assert incidents() == [("queue", "queue:email", "open", 1)] * stuck


def test_it_says_what_waits_and_is_seen_in_the_app_at_once(ada):
    waiting(ada, since=14, number=3)
    system.check_queues(at=MONDAY)
    alert = Alert.objects.get()
    assert alert.facts == {"channel": "E-mail", "waiting": "3", "since": "14 minutes"}
    assert alert.message == "3 messages by E-mail have waited since 14 minutes or longer. Is the worker running?"
    seen = Delivery.objects.unread_by(ada)
    assert [(each.alert, each.status) for each in seen] == [(alert, "sent")]


def test_what_goes_again_ends_it_and_each_channel_is_its_own(ada):
    waiting(ada, since=20)
    waiting(ada, since=20, channel=Channel.SMS)
    system.check_queues(at=MONDAY)
    Delivery.objects.filter(channel=Channel.EMAIL, purpose="test").update(status="sent")
    Delivery.objects.filter(purpose="alert").update(status="sent")
    system.check_queues(at=MONDAY + timedelta(minutes=1))
    assert incidents() == [
        ("queue", "queue:email", "resolved", 1),
        ("queue", "queue:sms", "open", 1),
    ]


def test_what_is_to_wait_is_not_stuck(ada):
    waiting(ada, since=-60)
    waiting(ada, since=60, channel=Channel.SMS, status=Delivery.Status.DIGEST)
    waiting(ada, since=60, channel=Channel.PUSH, status=Delivery.Status.FAILED)
    system.check_queues(at=MONDAY)
    assert incidents() == []


@pytest.mark.parametrize("role", ["admin", "manager"])
def test_where_no_worker_runs_the_list_of_alerts_tells_admins_itself(client, ada, mona, role):
    waiting(ada, since=(MONDAY - timezone.now()) / timedelta(minutes=1) + 14.2, number=2)
    client.force_login(ada if role == "admin" else mona)
    words = "2 messages by E-mail have waited since 14 minutes or longer. Is the worker running?"
    assert (words in client.get("/alerts/").content.decode()) == (role == "admin")
    assert incidents() == []


def test_looking_at_queues_that_go_writes_nothing(ada, django_assert_num_queries):
    with django_assert_num_queries(2):
        system.check_queues(at=MONDAY)
    assert AlertEvent.objects.count() == 0
