"""Redis refused or frozen: the cache misses, the nudge is dropped, and after one time-out nobody waits for it again."""

import socket
import time

import pytest
from celery import current_app
from django.core.cache import caches
from django.db import transaction

from inventory_site.web import cache, nudge
from inventory_site.web.cache import get_versioned, put_newer


@pytest.fixture
def frozen():
    """A server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def refused():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.fixture(params=["frozen", "refused"])
def away(request, settings, monkeypatch):
    address = request.getfixturevalue(request.param)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": address}}
    monkeypatch.setattr(current_app.conf, "broker_url", address)
    for breaker in (cache.breaker, nudge.breaker):
        breaker.reset()
    yield
    for breaker in (cache.breaker, nudge.breaker):
        breaker.reset()


def test_the_cache_misses_and_writes_do_nothing(away):
    plain = caches["default"]
    began = time.monotonic()
    for _ in range(20):
        assert plain.get("level", "none") == "none"
        assert plain.get_many(["a", "b"]) == {}
        assert plain.add("a", 1) is True
        assert plain.touch("a") is False
        assert plain.incr("a") == 1
        plain.set("a", 1)
        plain.delete("a")
        put_newer({"level:1:1": (1, "5||")}, seconds=30)
        assert get_versioned(["level:1:1"]) == {}
    # Twenty pages' worth of calls wait for one time-out between them.
    assert time.monotonic() - began < 2
    assert cache.breaker.is_open


@pytest.mark.django_db(transaction=True)
def test_a_nudge_is_dropped_without_holding_the_request(away):
    began = time.monotonic()
    for _ in range(5):
        with transaction.atomic():
            nudge.nudge("alerts.tasks.relay")
    assert time.monotonic() - began < 2


def test_the_breaker_lets_one_call_try_again_after_its_pause(frozen, settings, monkeypatch):
    monkeypatch.setattr(cache.breaker, "pause", 0.05)
    cache.breaker.reset()
    good = settings.CACHES
    settings.CACHES = {"default": {**good["default"], "LOCATION": frozen}}
    assert caches["default"].get("a") is None
    assert cache.breaker.is_open
    settings.CACHES = good
    time.sleep(0.06)
    caches["default"].set("a", 1)
    assert caches["default"].get("a") == 1
