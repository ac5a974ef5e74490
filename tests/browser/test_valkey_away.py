"""The main job with Valkey stopped, and with Valkey frozen: nothing changes, and every page answers within a second."""

import signal

import pytest

from tests.browser.job import Stopwatch, main_job
from tests.desk import holdings


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
