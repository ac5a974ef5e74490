"""The figures of deliveries: 10,000 alerts at once, and one alone, from the commit to the door of the mail server."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from inventory_site.embedded import places
from inventory_site.embedded.record import free_port
from tests.bench.results import at_most, equal, percentile

ALERTS = 10_000
ALONE = 40
PAUSE = 0.3
LONGEST = 300
CELERY = [sys.executable, "-m", "celery", "-A", "inventory_site.celery:app", "worker", "--queues", "notify"]
OPTIONS = ["--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]


def deliveries(ground):
    """Two people are told of each: one by a mail at once, one by a digest of them all."""
    port = free_port()
    environment = ground.environment("small", EMAIL_URL=f"smtp://127.0.0.1:{port}")
    with door(port) as mails, worker(environment) as process, ground.probe("small") as probe:
        # The first message of a worker brings its imports.
        for _ in range(5):
            probe.ask("queue_alerts", number=20)
            time.sleep(1)
        settle(mails, probe)
        alone = [one(mails, probe) for _ in range(ALONE)]
        settle(mails, probe)
        committed = probe.ask("queue_alerts", number=ALERTS)
        came, memory = [], []
        while len(came) < ALERTS + 1 and time.monotonic() < committed + LONGEST:
            time.sleep(0.2)
            came += mails()
            memory.append((len(came), resident(process.pid)))
        left = probe.ask("waiting_deliveries")
    early = max(size for count, size in memory if count <= max(len(came) / 5, memory[0][0]))
    return [
        equal(f"{ALERTS:,} alerts at once: mails and digests at the door", len(came), "mails", ALERTS + 1),
        equal(f"{ALERTS:,} alerts at once: left waiting", left, "deliveries", 0),
        at_most(f"{ALERTS:,} alerts at once: out within", max(came) - committed, "s", 60),
        at_most("memory of the worker: growth after the first fifth", max(m for _, m in memory) - early, "MB", 20),
        at_most("from commit to the door with an idle queue: p95", percentile(alone, 0.95), "s", 2),
    ]


def one(mails, probe):
    """Return the seconds from the commit of one alert to its mail's arrival. Its digest is another mail, or none."""
    mails()
    committed, came = probe.ask("queue_alerts", number=1), []
    while not came and time.monotonic() < committed + LONGEST:
        time.sleep(0.02)
        came = mails()
    time.sleep(PAUSE)
    return min(came, default=committed + LONGEST) - committed


def settle(mails, probe):
    deadline = time.monotonic() + LONGEST
    while probe.ask("waiting_deliveries") and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(1)
    mails()


@contextmanager
def door(port):
    """Run the mail server; give a function that returns the moments of the mails since it was last asked."""
    program = [sys.executable, "-m", "tests.bench.door", str(port)]
    process = subprocess.Popen(program, cwd=places.CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()

    def ask():
        process.stdin.write("\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    try:
        yield ask
    finally:
        process.stdin.close()
        process.wait(30)


@contextmanager
def worker(environment):
    """Run the worker of the messages as `make run` does: two processes."""
    process = subprocess.Popen([*CELERY, *OPTIONS], env=environment, cwd=places.CHECKOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def resident(pid):
    """Return the MB that the largest of the worker's processes holds."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return max(int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children) * 4096 / 1024**2
