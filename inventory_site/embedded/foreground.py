"""Embedded services for one run of tests or benchmarks, gone with the process that started them."""

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


class ForegroundServices:
    """PostgreSQL and both Valkeys as children of this process, with their files in `data`; they end with it."""

    def __init__(self, data: Path, settings: dict[str, str]) -> None:
        self.data, self.settings = data, settings
        self.record = Record.load(data).with_free_ports()
        self.record.save(data)
        self.postgres = Postgres.at(data, self.record)
        self.cache = Valkey.cache(data, self.record)
        self.broker = Valkey.broker(data, self.record).forgetful()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        self.postgres.initialise(durable=self.settings is not FORGETFUL)
        self.postgres.set_superuser_password()
        # SIGQUIT: a stop at once, from which a cluster that is kept recovers at its next start.
        how = places.as_user(self.postgres.user)
        self.launch("postgres", self.postgres.command(self.settings), signal.SIGQUIT, how)
        for name, valkey in {"valkey-cache": self.cache, "valkey-broker": self.broker}.items():
            valkey.configure()
            self.launch(name, valkey.command(), signal.SIGKILL, {"cwd": valkey.folder})
        self.postgres.wait_until_ready()
        self.postgres.make_role_and_database()
        self.cache.wait_until_ready()
        self.broker.wait_until_ready()

    def launch(self, name: str, command: list[str], death: signal.Signals, how: dict[str, Any]) -> None:
        with open(self.data / f"{name}.log", "ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(death),
                **how,
            )

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End them: SIGINT lets PostgreSQL write down what it has, SIGQUIT does not wait for that.

        Valkey is killed: it keeps nothing here, and a run that a shell started in the background ignores SIGQUIT, as do
        its children that set no handler of their own.
        """
        for name, process in self.running.items():
            process.send_signal(how if name == "postgres" else signal.SIGKILL)
        for process in self.running.values():
            process.wait(60)
        self.running.clear()


class TemporaryServices(ForegroundServices):
    """Services that forget, in a folder of their own below `parent`; several can run side by side."""

    def __init__(self, parent: Path) -> None:
        places.make_enterable(parent)
        housekeeping = hold(parent, wait=True)
        remove_abandoned(parent)
        data = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
        # The user of PostgreSQL passes through; what is inside stays protected by its own permissions.
        data.chmod(0o755)
        self.lock = hold(data)
        os.close(housekeeping)
        super().__init__(data, FORGETFUL)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        super().stop(how)
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
