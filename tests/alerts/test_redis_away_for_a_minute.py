"""The broker and the cache are killed for a minute while alerts arise: each is delivered once when they are back."""

import os
import subprocess
import time

import pytest
from celery import current_app

from alerts.models import Delivery
from inventory_site.embedded.record import free_port, new_secret
from inventory_site.embedded.services import CELERY
from inventory_site.embedded.valkey import BROKER, CACHE, Valkey
from inventory_site.web import cache, nudge
from tests.factories import ProductFactory
from tests.inventory_site.running import CHECKOUT
from tests.services import database_url

# The worker has a connection of its own.
pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
AWAY_SECONDS = 60
ALERTS = 10
# What the beat starts every 15 seconds, with time for both to find the broker again.
PATIENCE = 60


class Redis:
    """Both servers, which can be killed and brought back."""

    def __init__(self, folder):
        self.servers = [Valkey(folder / name, free_port(), new_secret(), how) for name, how in KINDS.items()]
        self.running = []

    def start(self):
        for server in self.servers:
            server.configure()
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            self.running.append(subprocess.Popen(server.command(), cwd=server.folder, **quiet))
            server.wait_until_ready()

    def kill(self):
        while self.running:
            process = self.running.pop()
            process.kill()
            process.wait()


KINDS = {"cache": CACHE, "broker": BROKER}


@pytest.fixture
def redis(tmp_path, settings, monkeypatch):
    redis = Redis(tmp_path)
    redis.start()
    where, broker = (server.url for server in redis.servers)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": where}}
    monkeypatch.setattr(current_app.conf, "broker_url", broker)
    yield redis
    redis.kill()
    cache.breaker.reset()
    nudge.breaker.reset()


@pytest.fixture
def workers(redis, settings, tmp_path, mail_server):
    """The worker and the beat, as `make run` starts them."""
    where, broker = (server.url for server in redis.servers)
    values = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "inventory_site.settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": where,
        "BROKER_URL": broker,
        "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
    }
    worker = ["worker", "--queues", "default,notify,reports", "--concurrency", "2", "--without-gossip"]
    beat = ["beat", "--schedule", str(tmp_path / "schedule")]
    commands = ([*CELERY, *worker, "--without-mingle", "--loglevel", "ERROR"], [*CELERY, *beat, "--loglevel", "ERROR"])
    started = [subprocess.Popen(command, env=values, cwd=CHECKOUT) for command in commands]
    yield
    for process in reversed(started):
        process.terminate()
        process.wait(60)


@pytest.fixture
def door(mail_server):
    """Wait until so many mails have come."""

    def wait(number):
        began = time.monotonic()
        while len(mail_server.received) < number:
            assert time.monotonic() - began < PATIENCE, states()
            time.sleep(0.1)

    return wait


def states():
    return list(Delivery.objects.leaving().order_by("id").values_list("status", "attempts", "error"))


def test_alerts_of_that_minute_are_delivered_once(redis, workers, door, mail_server, mona, see):
    see("low", product=ProductFactory())
    door(1)

    redis.kill()
    slowest = 0
    for _ in range(ALERTS):
        began = time.monotonic()
        see("low", product=ProductFactory())
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(AWAY_SECONDS / ALERTS)
    assert slowest < 1
    assert len(mail_server.received) == 1

    redis.start()
    door(1 + ALERTS)
    see("low", product=ProductFactory())
    door(2 + ALERTS)
    # Long enough for whatever would send a second time.
    time.sleep(20)
    ids = [envelope.content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for envelope in mail_server.received]
    assert (len(ids), len(set(ids))) == (2 + ALERTS, 2 + ALERTS)
    assert states() == [("sent", 1, "")] * (2 + ALERTS)
