"""What waits in the outbox reaches its door once, however many workers there are and whatever happens to them."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.services import set_right
from alerts.delivery import loop, outcomes, relay
from alerts.models import Channel, Delivery
from tests.factories import ProductFactory, person

# Workers claim in transactions of their own.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mona")]

RELAY = "import django; django.setup(); from alerts.delivery import relay; relay()"


def states():
    return sorted(Delivery.objects.leaving().values_list("status", "attempts"))


@pytest.fixture
def queue(see):
    def fill(number):
        for product in ProductFactory.create_batch(number):
            see("low", product=product)

    return fill


@pytest.fixture
def worker(settings):
    """Start a worker's process that relays once over the same database and mail server, and ends."""
    started = []

    def start():
        database = connection.settings_dict
        url = f"postgresql://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
        if database["PASSWORD"]:
            url = url.replace("@", f":{database['PASSWORD']}@", 1)
        values = {**os.environ, "DJANGO_SETTINGS_MODULE": "inventory_site.settings", "DATABASE_URL": url}
        values["EMAIL_URL"] = f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        started.append(subprocess.Popen([sys.executable, "-c", RELAY], env=values, stderr=subprocess.PIPE))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_what_is_due_is_sent_and_noted(queue, mail_server):
    queue(3)
    assert relay() == 3
    assert mail_server.recipients == ["mona@example.com"] * 3
    row = Delivery.objects.leaving().first()
    assert (row.status, row.attempts, row.error) == ("sent", 1, "")
    assert row.sent is not None
    assert row.provider_id.endswith("@testserver>")


def test_what_was_sent_is_not_sent_again(queue, mail_server, make_due):
    queue(1)
    assert (relay(), relay()) == (1, 0)
    make_due()
    assert relay() == 0
    assert len(mail_server.received) == 1


def test_what_is_not_due_yet_waits(queue, mail_server):
    queue(1)
    Delivery.objects.leaving().update(next_attempt=Now() + timedelta(minutes=1))
    assert relay() == 0


def test_more_than_a_batch_is_sent_in_one_run(queue, mail_server):
    queue(loop.BATCH + 3)
    assert relay() == loop.BATCH + 3
    assert len(mail_server.received) == loop.BATCH + 3


def test_workers_at_the_same_moment_send_each_message_once(queue, mail_server, monkeypatch, at_once):
    monkeypatch.setattr(loop, "BATCH", 4)
    queue(40)
    assert sum(at_once(*[relay] * 4)) == 40
    subjects = [envelope.content.split(b"Subject: ")[1].split(b"\r\n")[0] for envelope in mail_server.received]
    assert len(subjects) == len(set(subjects)) == 40


def test_a_claim_holds_for_the_lease_and_no_longer(queue, mail_server, make_due):
    queue(1)
    loop._claim(Channel.EMAIL)
    assert relay() == 0
    lease = Delivery.objects.leaving().get().next_attempt - timezone.now()
    assert timedelta(seconds=110) < lease <= loop.LEASE
    make_due()
    assert relay() == 1


def test_a_batch_that_takes_too_long_gives_back_what_it_has_not_begun(queue, mail_server, monkeypatch):
    queue(3)
    monkeypatch.setattr(loop, "BATCH_SECONDS", 0)
    monkeypatch.setattr(loop, "RUN_SECONDS", 0.2)
    assert relay() == 0
    assert states() == [("waiting", 0)] * 3
    monkeypatch.undo()
    assert relay() == 3


def test_each_pause_is_twice_the_last_up_to_an_hour_and_thirty_take_a_day():
    for attempts, seconds in [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (29, 3600)]:
        pauses = [outcomes.pause(attempts).total_seconds() for _ in range(200)]
        assert 0.75 * seconds <= min(pauses) < max(pauses) <= 1.25 * seconds
        assert max(pauses) - min(pauses) > 0.2 * seconds
    day = sum(min(30 * 2 ** (n - 1), 3600) for n in range(1, outcomes.MOST_ATTEMPTS))
    assert timedelta(hours=22) < timedelta(seconds=day) < timedelta(hours=26)


def test_a_temporary_refusal_is_tried_again_later_and_given_up_after_a_day_of_attempts(queue, mail_server, make_due):
    mail_server.answers["mona@example.com"] = "450 4.2.1 Try later"
    queue(1)
    relay()
    row = Delivery.objects.leaving().get()
    assert (row.status, row.attempts, row.error) == ("waiting", 1, "450 4.2.1 Try later")
    assert timedelta(seconds=20) < row.next_attempt - timezone.now() < timedelta(seconds=38)
    Delivery.objects.leaving().update(attempts=outcomes.MOST_ATTEMPTS - 1)
    make_due()
    relay()
    row.refresh_from_db()
    assert (row.status, row.attempts, row.error) == ("failed", outcomes.MOST_ATTEMPTS, "450 4.2.1 Try later")
    make_due()
    assert relay() == 0


def test_a_refused_recipient_fails_at_once_and_the_others_get_theirs(queue, mail_server, north):
    person("manager", {north: "manage"}, email="gone@example.com")
    mail_server.answers["gone@example.com"] = "550 5.1.1 No such mailbox"
    queue(2)
    assert relay() == 2
    failed = Delivery.objects.leaving().filter(person__email="gone@example.com")
    assert list(failed.values_list("status", "attempts", "error")) == [("failed", 1, "550 5.1.1 No such mailbox")] * 2
    assert mail_server.recipients == ["mona@example.com"] * 2


def test_a_server_that_is_down_costs_one_probe_and_no_attempt(queue, mail_server, make_due):
    mail_server.stop()
    queue(3)
    assert relay() == 0
    assert states() == [("waiting", 0)] * 3
    assert [bool(row.error) for row in Delivery.objects.leaving().order_by("id")] == [True, False, False]
    waits = [row.next_attempt - timezone.now() for row in Delivery.objects.leaving().all()]
    assert all(timedelta(seconds=5) < wait <= outcomes.PROBE for wait in waits)
    make_due()
    mail_server.start()
    assert relay() == 3
    assert states() == [("sent", 1)] * 3


def test_a_connection_that_drops_is_deferred_and_does_not_hold_up_the_next(queue, mail_server, make_due):
    drops = []

    async def drop(server, session, envelope):
        if drops:
            mail_server.received.append(envelope)
            return "250 OK"
        drops.append(envelope)
        server.transport.close()
        return "421 Gone"

    mail_server.at_data = drop
    queue(2)
    assert relay() == 1
    assert states() == [("sent", 1), ("waiting", 1)]
    make_due()
    assert relay() == 1
    ids = [envelope.content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for envelope in mail_server.received]
    dropped = drops[0].content.split(b"Message-ID: ")[1].split(b"\r\n")[0]
    assert ids.count(dropped) == 1
    assert len(set(ids)) == 2


def test_a_message_that_cannot_be_written_does_not_hold_up_the_others(queue, mail_server, caplog):
    queue(2)
    broken = Delivery.objects.leaving().order_by("id").first()
    Delivery.objects.filter(pk=broken.pk).update(facts={"type": "of another release"})
    assert relay() == 1
    assert states() == [("sent", 1), ("waiting", 1)]
    assert "broke" in caplog.text


def test_who_has_left_is_not_told(queue, mail_server, mona):
    queue(1)
    mona.status = User.Status.SUSPENDED
    mona.save()
    assert relay() == 0
    assert Delivery.objects.leaving().get().status == "withdrawn"
    assert mail_server.received == []


def test_who_has_lost_the_right_between_event_and_mail_is_not_told(queue, mail_server, mona, north, south):
    queue(1)
    set_right(person=mona, warehouse=north, right=None)
    set_right(person=mona, warehouse=south, right="manage")
    assert relay() == 0
    assert Delivery.objects.leaving().get().status == "withdrawn"
    assert mail_server.received == []


def test_who_may_still_see_the_warehouse_is_told(queue, mail_server, mona, north):
    queue(1)
    set_right(person=mona, warehouse=north, right="view")
    assert relay() == 1


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_that_is_ended_between_two_messages_loses_none(queue, mail_server, worker, make_due, end):
    first, go_on = threading.Event(), threading.Event()

    async def slowly(server, session, envelope):
        mail_server.received.append(envelope)
        first.set()
        while not go_on.is_set():
            await __import__("asyncio").sleep(0.01)
        return "250 OK"

    queue(5)
    mail_server.at_data = slowly
    process = worker()
    wait_until(first.is_set)
    process.send_signal(end)
    process.wait(60)
    go_on.set()
    assert relay() == 0
    make_due()
    assert relay() == 5
    assert states() == [("sent", 2)] * 5
    ids = {envelope.content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for envelope in mail_server.received}
    assert len(ids) == 5
    assert len(mail_server.received) == 6
