"""A worker that is killed at any step of a delivery loses nothing: the message arrives, with the same id if twice."""

import os
import signal
import subprocess
import sys
import time

import pytest

from alerts.delivery import relay
from alerts.models import Delivery
from tests.services import database_url

# Workers claim in transactions of their own.
pytestmark = pytest.mark.django_db(transaction=True)

# A worker's process that relays once and kills itself, as kill -9 does, at the step that it is told.
WORKER = """
import os, signal, sys
import django
django.setup()
from django.db import transaction
from alerts.delivery import loop, outcomes

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def before(where, name):
    setattr(where, name, die)

def after(where, name):
    real = getattr(where, name)
    def run(*arguments):
        real(*arguments)
        die()
    setattr(where, name, run)

def within(where, name):
    real = getattr(where, name)
    def run(*arguments):
        with transaction.atomic():
            real(*arguments)
            die()
    setattr(where, name, run)

step = sys.argv[1]
if step == "claimed":
    before(loop, "_send")
elif step == "before connect":
    for provider in loop.CHANNELS.values():
        before(provider, "send")
elif step == "response read":
    before(outcomes, "sent")
elif step == "before commit":
    within(outcomes, "sent")
elif step == "after commit":
    after(outcomes, "sent")
loop.relay()
"""
# How often the message arrives at the provider's door, the attempts of the second worker included.
STEPS = {
    "claimed": 1,
    "before connect": 1,
    "request sent": 2,
    "response read": 2,
    "before commit": 2,
    "after commit": 1,
}


@pytest.fixture
def worker(settings, twilio, firebase):
    """Start a worker over the same database and providers, to be killed at a step."""
    started = []

    def start(step):
        values = {
            **os.environ,
            **twilio.environment(),
            **firebase.environment(),
            "DJANGO_SETTINGS_MODULE": "inventory_site.settings",
            "DATABASE_URL": database_url(),
            "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        }
        started.append(subprocess.Popen([sys.executable, "-c", WORKER, step], env=values))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


class Door:
    """One of the three providers: the ids of what has arrived, and a hook that runs when a request has been read."""

    def __init__(self, channel, mail_server, twilio, firebase):
        self._mail, self._web = mail_server, {"sms": twilio, "push": firebase}.get(channel)

    @property
    def ids(self):
        if self._web:
            return self._web.ids
        return [each.content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for each in self._mail.received]

    def once_read(self, act):
        if self._web:
            self._web.answers = [lambda _message: act()]
            return

        async def at_data(server, session, envelope):
            self._mail.received.append(envelope)
            self._mail.at_data = None
            act()
            return "250 OK"

        self._mail.at_data = at_data


@pytest.fixture(params=["email", "sms", "push"])
def channel(request):
    return request.param


@pytest.fixture
def door(channel, mail_server, twilio, firebase):
    return Door(channel, mail_server, twilio, firebase)


@pytest.fixture
def queue(mona, channel, add_device, queue_for):
    mona.phone = "+441632960961"
    mona.save()
    add_device(mona)
    return lambda: queue_for(mona, channel)


@pytest.mark.parametrize("step", STEPS)
def test_a_message_whose_worker_is_killed_arrives(worker, door, queue, make_due, step):
    [row] = queue()

    def kill():
        process.kill()
        process.wait(30)

    if step == "request sent":
        door.once_read(kill)
    process = worker(step)
    assert process.wait(60) == -signal.SIGKILL
    if step != "after commit":
        row.refresh_from_db()
        assert (row.status, row.attempts) == ("waiting", 1)
        # Its lease is not over.
        assert relay() == 0
    make_due()
    relay()
    row.refresh_from_db()
    assert row.status == "sent"
    assert len(door.ids) == STEPS[step]
    assert len(set(door.ids)) == 1
    assert Delivery.objects.leaving().count() == 1


def test_while_redis_is_away_messages_wait_and_the_sweep_delivers_them(see, mona, mail_server, own_valkey):
    own_valkey.kill()
    own_valkey.wait()
    started = time.monotonic()
    see("low")
    assert time.monotonic() - started < 2
    assert Delivery.objects.leaving().get().status == "waiting"
    # What the beat starts every 15 seconds, once there is a broker again.
    assert relay() == 1
    assert mail_server.recipients == ["mona@example.com"]
