"""The whole way of a warning: a shipment that crosses the threshold, the nudge, a real worker, the manager's mail."""

import email
import os
import subprocess
import sys
import time
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection

from alerts.models import Delivery
from inventory_site.web import nudge
from stock.services import set_thresholds
from tests.factories import person

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = [
    "-m",
    "celery",
    "-A",
    "inventory_site.celery",
    "worker",
    "--pool",
    "solo",
    "-Q",
    "default,notify",
    "-l",
    "warning",
]


@pytest.fixture
def start_worker(tmp_path):
    """Start a worker of this test's own database and broker; its mails land in `tmp_path/mail`."""
    started = []
    database = {**connection.settings_dict}
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)

    def start(*more):
        values = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(tmp_path), "EMAIL_URL": "file://"}
        started.append(subprocess.Popen([sys.executable, *WORKER, *more], env=values, cwd=settings.BASE_DIR))

    yield start
    for process in started:
        process.terminate()
        process.wait(20)


def mails(folder, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until and not any(folder.glob("mail/*.eml")):
        time.sleep(0.1)
    return [email.message_from_bytes(path.read_bytes()) for path in folder.glob("mail/*.eml")]


@pytest.fixture
def watched(desk, north, bolt):
    person(role="manager", email="ana@example.com", rights={north: "manage"})
    desk.receive(north, bolt, 100)
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=None)
    return bolt


def test_a_worker_that_is_nudged_sends_the_mail(desk, north, watched, start_worker, tmp_path):
    start_worker()
    desk.ship(north, watched, 81)
    [mail] = mails(tmp_path, seconds=90)
    assert mail["To"] == "ana@example.com"
    assert "BOLT-M8" in mail["Subject"]
    assert "19" in mail["Subject"]


def test_the_sweep_sends_what_a_lost_nudge_left_behind(desk, north, watched, start_worker, tmp_path, monkeypatch):
    monkeypatch.setattr(nudge, "_publish", lambda task, args: None)
    desk.ship(north, watched, 81)
    assert Delivery.objects.leaving().get().status == "waiting"
    start_worker("--beat", "--schedule", str(tmp_path / "beat"))
    assert [mail["To"] for mail in mails(tmp_path, seconds=120)] == ["ana@example.com"]
