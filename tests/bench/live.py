"""The figures of what is live: from a commit to the figure in a browser, and what 200 open streams cost."""

import itertools
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import sync_playwright

from inventory_site.embedded import places
from inventory_site.embedded.record import HOST, free_port
from inventory_site.embedded.services import STREAMS
from tests.bench import site
from tests.bench.deliveries import resident
from tests.bench.ground import FOLDER
from tests.bench.results import at_most, equal, percentile

TIMES = 20
STREAMED = 200
PEOPLE = 50
ROUNDS = 5
SECONDS = 3
SHOWS = "wanted => document.querySelector('#unread-side').textContent.startsWith(wanted)"
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def live(ground):
    """One browser that looks on while incidents are opened; then pages beside streams that nobody reads."""
    port = free_port()
    environment = ground.environment("small", EVENTS_URL=f"http://localhost:{port}")
    with ground.probe("small") as probe, site.gunicorn("inventory_site.wsgi:application", environment) as pages:
        manager, watchers = probe.ask("watch", people=PEOPLE)
        with streams(port, {**environment, "BASE_URL": f"http://localhost:{pages}"}) as process:
            seen = in_the_browser(probe, f"http://localhost:{pages}", manager)
            empty = resident(process.pid)
            requests = itertools.repeat(site.page("/alerts/", manager))
            site.load(pages, requests, clients=2, seconds=SECONDS)
            times, opened = {False: [], True: []}, []
            for _ in range(ROUNDS):
                for beside in (False, True):
                    opened = [open_stream(port, cookie) for cookie in watchers * (STREAMED // PEOPLE) if beside]
                    answers = site.load(pages, requests, clients=1, seconds=SECONDS)
                    times[beside] += [seconds * 1000 for _, seconds in answers]
                    full = resident(process.pid)
                    told = sum(is_told(stream) for stream in opened)
                    for stream in opened:
                        stream.close()
                    # The process has noticed that they are gone.
                    time.sleep(1)
    without, beside = (median(times[each]) for each in (False, True))
    return [
        at_most("from commit to the figure in a browser: p50", median(seen), "s", 1),
        at_most("from commit to the figure in a browser: p95", percentile(seen, 0.95), "s", 2),
        equal("streams open at once", told, "", STREAMED),
        at_most(f"memory of {STREAMED} streams", full - empty, "MB", 40, limit=f"{empty:.0f} MB without any"),
        at_most(f"a page beside {STREAMED} streams, p50", beside / without, "x", 1.1, limit=f"{without:.1f} ms alone"),
    ]


@contextmanager
def streams(port, environment):
    """Run the process that streams, as `make run` does."""
    command = [*STREAMS, "inventory_site.asgi:application", "--bind", f"{HOST}:{port}", "--workers", "1"]
    with open(FOLDER / "gunicorn.log", "ab") as said:
        process = subprocess.Popen(
            [*command, "--graceful-timeout", "1", "--no-control-socket"],
            env=environment,
            cwd=places.CHECKOUT,
            stdout=said,
            stderr=said,
        )
    try:
        site.wait_until_reachable(port)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def in_the_browser(probe, address, cookie):
    """Return the seconds from each of some commits to the figure that shows it."""
    name, value = cookie.split("=")
    path, seconds = next(filter(None, map(shutil.which, CHROMIUM))), []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/alerts/")
        page.locator("[data-streams]").wait_for(state="attached")
        for turn in range(1, TIMES + 1):
            # Longer than a page rests between two questions.
            time.sleep(2.5)
            committed = probe.ask("queue_alerts", number=1)
            page.wait_for_function(SHOWS, arg=str(turn))
            seconds.append(time.monotonic() - committed)
        browser.close()
    return seconds


def open_stream(port, cookie):
    stream = socket.create_connection((HOST, port), timeout=30)
    stream.sendall(site.page("/events/", cookie))
    return stream


def is_told(stream):
    """Say whether a stream has begun and still goes on."""
    said = stream.recv(65536)
    return b" 200 " in said.split(b"\r\n")[0] and b"event: hello" in said
