"""The main job with Valkey stopped, and with Valkey frozen: nothing changes, and every page answers within a second."""

import signal
import subprocess

import pytest
from celery import current_app

from inventory_site.embedded.record import free_port, new_secret
from inventory_site.embedded.valkey import CACHE, Valkey
from inventory_site.web import cache, nudge
from tests.browser.job import Stopwatch, main_job
from tests.desk import holdings


@pytest.fixture
def own_valkey(tmp_path, settings, monkeypatch):
    """A Valkey for this test alone, in the place of the run's cache and broker."""
    valkey = Valkey(tmp_path / "valkey", free_port(), new_secret(), CACHE)
    valkey.configure()
    process = subprocess.Popen(
        valkey.command(), cwd=valkey.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    valkey.wait_until_ready()
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": valkey.url}}
    monkeypatch.setattr(current_app.conf, "broker_url", valkey.url)
    yield process
    process.kill()
    process.wait()
    cache.breaker.reset()
    nudge.breaker.reset()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["stopped", "frozen"])
def test_the_main_job_without_valkey(own_valkey, how, open_browser, site):
    page = open_browser("phone")
    # As in a worker that gunicorn parted from one which had imported every page.
    page.goto("/sign-in/")
    own_valkey.send_signal(how)
    stopwatch = Stopwatch(page)
    main_job(page, site)
    assert holdings(site.bolt, site.north) == {("A-01", ""): 100}
    assert [(took, address) for took, address in stopwatch.took if took >= 1000] == []
    assert len(stopwatch.took) > 20
