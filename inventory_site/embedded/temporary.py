"""Embedded services for one run of the tests: quick, forgetful, and gone with the process that started them."""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inventory_site.embedded import places
from inventory_site.embedded.postgres import FORGETFUL, Postgres
from inventory_site.embedded.record import Record
from inventory_site.embedded.valkey import Valkey

PR_SET_PDEATHSIG = 1


def dies_with_parent(death: signal.Signals) -> Callable[[], None]:
    """Give a function that a child runs before its program, so that the kernel ends it when we are gone."""
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, death)

    return ask


class TemporaryServices:
    """PostgreSQL and both Valkeys in a folder of their own below `parent`; several can run side by side."""

    def __init__(self, parent: Path) -> None:
        places.make_enterable(parent)
        housekeeping = hold(parent, wait=True)
        remove_abandoned(parent)
        self.data = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
        # The user of PostgreSQL passes through; what is inside stays protected by its own permissions.
        self.data.chmod(0o755)
        self.lock = hold(self.data)
        os.close(housekeeping)
        self.record = Record.load(self.data)
        self.postgres = Postgres.at(self.data, self.record)
        self.cache = Valkey.cache(self.data, self.record)
        self.broker = Valkey.broker(self.data, self.record).forgetful()
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self.postgres.initialise(durable=False)
        self.postgres.set_superuser_password()
        # SIGQUIT: there is nothing to keep.
        self.launch("postgres", self.postgres.command(FORGETFUL), signal.SIGQUIT, places.as_user(self.postgres.user))
        for name, valkey in {"valkey-cache": self.cache, "valkey-broker": self.broker}.items():
            valkey.configure()
            self.launch(name, valkey.command(), signal.SIGKILL, {"cwd": valkey.folder})
        self.postgres.wait_until_ready()
        self.postgres.make_role_and_database()
        self.cache.wait_until_ready()
        self.broker.wait_until_ready()

    def launch(self, name: str, command: list[str], death: signal.Signals, how: dict[str, Any]) -> None:
        with open(self.data / f"{name}.log", "ab") as log:
            self.running.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=dies_with_parent(death),
                    **how,
                )
            )

    def stop(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGQUIT)
        for process in self.running:
            process.wait(20)
        self.running.clear()
        remove(self.data)
        os.close(self.lock)


def hold(folder: Path, *, wait: bool = False) -> int:
    """Lock the folder until the answer is closed; raise BlockingIOError where another holds it."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(lock)
        raise
    return lock


def remove_abandoned(parent: Path) -> None:
    """Remove what runs left behind that were killed; their services went with them."""
    for folder in parent.glob("run-*"):
        try:
            lock = hold(folder)
        except OSError:
            continue
        remove(folder)
        os.close(lock)


def remove(folder: Path) -> None:
    """Remove a run's folder, and its service folder where it had one."""
    shutil.rmtree(folder, ignore_errors=True)
    if os.geteuid() == 0:
        shutil.rmtree(places.service_folder(folder), ignore_errors=True)
