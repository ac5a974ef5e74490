"""The start refuses in one line what it cannot do, and survives the death of any of its processes."""

import os
import signal
import socket
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from inventory_site.embedded.foreground import remove
from inventory_site.embedded.record import Record
from inventory_site.embedded.start import try_lock
from tests.inventory_site.running import CHECKOUT, Running, embedded


@pytest.fixture
def data():
    """A folder that the user of PostgreSQL can reach, unlike pytest's own."""
    above = CHECKOUT / "var" / "test"
    above.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="start-", dir=above))
    folder.chmod(0o755)
    yield folder
    remove(folder)


def test_taken_port_gets_one_line(data):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = embedded("run", data, port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (f"Port {port} is taken: end what listens there, or choose another, as in PORT={port + 1}.\n")


def test_second_start_gets_one_line(data):
    lock = try_lock(data)
    done = embedded("run", data)
    os.close(lock)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Holdfast is already running here (process {os.getpid()}); `make stop` stops it.\n"


def test_wrong_variables_of_the_start_are_named_at_once(data):
    done = embedded(
        "run", data, PORT="http", WEB_THREADS="16", DATABASE_POOL_SIZE="8", WEB_WORKERS="0", EMAIL_URL="post"
    )
    assert done.returncode == 1
    names = [line.split(":")[0].strip() for line in done.stderr.splitlines() if line.startswith("  ")]
    assert names == ["DATABASE_POOL_SIZE", "EMAIL_URL", "PORT", "WEB_WORKERS"]


def test_wrong_settings_stop_the_start(data):
    done = embedded("run", data, ENVIRONMENT="production", LOG_LEVEL="loud")
    assert done.returncode == 1
    names = [line.split(":")[0].strip() for line in done.stderr.splitlines()[1:]]
    assert names == ["ALLOWED_HOSTS", "BASE_URL", "EMAIL_URL", "ENCRYPTION_KEYS", "LOG_LEVEL", "SEAL_KEY", "SECRET_KEY"]


def test_stop_without_a_start_says_so(data):
    done = embedded("stop", data)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Holdfast is not running here.\n", "")


@pytest.fixture
def running(data):
    running = Running(data)
    yield running
    embedded("stop", data)
    assert running.left() == {}


VICTIMS = ["web", "events", "worker", "beat", "valkey-cache", "valkey-broker", "postgres", "supervisor"]


@pytest.mark.long
def test_any_process_may_be_killed(running):
    """Kill -9 each top process, a child of each that has some, and the start itself; then stop and start again."""
    said = running.start()
    assert f"http://localhost:{running.port}" in said
    for name in VICTIMS:
        tops, children = running.of(name)
        for victims in (sorted(children)[-1:], tops):
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
                time.sleep(1)
                running.wait_until_well(29)
    running.process.kill()
    running.process.wait()
    time.sleep(1)
    assert running.status() == "ok"
    assert embedded("stop", running.data).stdout == "Stopped.\n"
    assert running.left() == {}


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_leaves_nothing_running_and_nothing_lost(running, number):
    running.start()
    # A shell that knows nothing of this start's port is told its address.
    assert f"export BASE_URL=http://localhost:{running.port}\n" in embedded("env", running.data, PORT="").stdout
    with psycopg.connect(Record.load(running.data).database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (42)")
    assert running.stop(number) == 0
    assert running.left() == {}
    running.start()
    with psycopg.connect(Record.load(running.data).database_url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(42,)]
