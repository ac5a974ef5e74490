"""`/livez` answers while the process lives; `/readyz` fails for the database and its migrations alone."""

import time

import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

CLOSED = "redis://127.0.0.1:1/0"


def test_livez_asks_nothing(db, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.fixture
def warm(db, client):
    client.get("/readyz")


def test_readyz_when_everything_answers(warm, client, django_assert_num_queries):
    with django_assert_num_queries(3):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "failed": {}, "degraded": {}})
    assert "no-store" in answer["Cache-Control"]


def test_missing_migration_is_not_ready(warm, client):
    MigrationRecorder.Migration.objects.filter(app="stock", name__startswith="0001_").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["failed"]) == (503, {"migrations": "1 not applied"})


def test_database_away_is_not_ready(db, client, monkeypatch):
    monkeypatch.setitem(connections["default"].settings_dict, "PORT", 1)
    connections["default"].close()
    try:
        answer = client.get("/readyz")
    finally:
        monkeypatch.undo()
        connections["default"].close()
    assert answer.status_code == 503
    assert answer.json()["failed"] == {"database": "OperationalError", "migrations": "OperationalError"}


@pytest.mark.parametrize(("setting", "name"), [("REDIS_URL", "cache"), ("BROKER_URL", "broker")])
def test_redis_away_is_only_degraded(warm, client, settings, setting, name):
    setattr(settings, setting, CLOSED)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "failed": {}, "degraded": {name: "ConnectionError"}}


def test_frozen_redis_holds_nobody_up(warm, client, settings, silent_server):
    settings.REDIS_URL = settings.BROKER_URL = silent_server
    began = time.monotonic()
    answer = client.get("/readyz")
    assert time.monotonic() - began < 1
    assert answer.status_code == 200
    assert answer.json()["degraded"] == {"cache": "TimeoutError", "broker": "TimeoutError"}


@pytest.fixture
def silent_server():
    """Take connections and never answer, as a stopped process does."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
