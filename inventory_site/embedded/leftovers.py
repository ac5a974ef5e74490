"""Finding and ending what an earlier start left behind.

A process id kept in a file may by now belong to somebody else. What we start carries a mark in its environment
instead, which its children inherit; PostgreSQL overwrites its own, but works in the folder of its cluster.
"""

import os
import signal
import time
from pathlib import Path

from inventory_site.embedded import places

MARK = "HOLDFAST_PROCESS"


def mark(data: Path, name: str) -> str:
    return f"{data}:{name}"


def find(data: Path, name: str) -> set[int]:
    """Find the living processes of one service of this data folder, except our own."""
    wanted = f"{MARK}={mark(data, name)}".encode()
    clusters = [folder / places.CLUSTER for folder in places.postgres_folders(data)] if name == "postgres" else []
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            # A process that has ended and waits for its parent has neither environment nor folder.
            marked = wanted in (process / "environ").read_bytes().split(b"\0")
            if marked or (clusters and Path(os.readlink(process / "cwd")) in clusters):
                found.add(int(process.name))
        except OSError:
            continue
    return found - {os.getpid()}


def end(data: Path, name: str, *, gently: signal.Signals, seconds: float) -> None:
    """Ask every process of the service to end, and kill what is still there after these seconds."""
    send(find(data, name), gently)
    deadline = time.monotonic() + seconds
    while left := find(data, name):
        if time.monotonic() > deadline:
            send(left, signal.SIGKILL)
        time.sleep(0.05)


def send(processes: set[int], number: signal.Signals) -> None:
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            continue
