"""The processes of `make run`: what each of them runs, and how it is started and stopped.

supervisor starts each as `python -m inventory_site.embedded.services <name>`, so what is imported here is imported
once a service at every start: little.
"""

import os
import pwd
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inventory_site.embedded import leftovers, places
from inventory_site.embedded.errors import CannotStart
from inventory_site.embedded.postgres import DURABLE, Postgres
from inventory_site.embedded.record import Record
from inventory_site.embedded.valkey import Valkey

# A connection that is kept stays with one worker, be it the busier one; a new one goes to whichever is free. What is
# imported before the workers part is there at once when one of them is replaced.
GUNICORN = [
    *[sys.executable, "-m", "gunicorn", "--worker-class", "inventory_site.gunicorn_worker.PatientWorker"],
    *["--keep-alive", "0", "--preload", "--no-control-socket"],
]
STREAMS = [sys.executable, "-m", "gunicorn", "--worker-class", "asgi"]
CELERY = [sys.executable, "-m", "celery", "-A", "inventory_site.celery:app"]


@dataclass(frozen=True)
class Program:
    command: list[str]
    folder: Path = places.CHECKOUT
    user: pwd.struct_passwd | None = None


@dataclass(frozen=True)
class Service:
    """One process under supervisor. Lower ranks start first and stop last.

    After `stop` it has `patience` seconds before it is killed; `prepared` says that it waits for the migrations.
    """

    name: str
    program: Callable[[Path], Program]
    rank: int
    stop: signal.Signals
    patience: int
    prepared: bool = False


def postgres(data: Path) -> Program:
    server = Postgres.at(data, Record.load(data))
    return Program(server.command(DURABLE), server.folder, server.user)


def valkey_cache(data: Path) -> Program:
    server = Valkey.cache(data, Record.load(data))
    return Program(server.command(), server.folder)


def valkey_broker(data: Path) -> Program:
    server = Valkey.broker(data, Record.load(data))
    return Program(server.command(), server.folder)


def web(data: Path) -> Program:
    address = f"{os.environ['HOST']}:{os.environ['PORT']}"
    return Program(
        [
            *[*GUNICORN, "inventory_site.wsgi:application", "--bind", address, "--workers", os.environ["WEB_WORKERS"]],
            *["--threads", os.environ["WEB_THREADS"], "--graceful-timeout", "20"],
        ]
    )


def events(data: Path) -> Program:
    address = f"{os.environ['HOST']}:{os.environ['EVENTS_PORT']}"
    options = ["--workers", "1", "--graceful-timeout", "1", "--no-control-socket"]
    return Program([*STREAMS, "inventory_site.asgi:application", "--bind", address, *options])


def worker(data: Path) -> Program:
    options = ["--queues", "default,notify,reports", "--concurrency", "2", "--loglevel", os.environ["LOG_LEVEL"]]
    return Program([*CELERY, "worker", *options, "--without-gossip", "--without-mingle"])


def beat(data: Path) -> Program:
    folder = data / "beat"
    folder.mkdir(exist_ok=True)
    return Program([*CELERY, "beat", "--schedule", str(folder / "schedule"), "--loglevel", os.environ["LOG_LEVEL"]])


SERVICES = {
    service.name: service
    for service in (
        # SIGINT is PostgreSQL's fast shutdown: no new connection, running transactions undone, everything on disk.
        Service("postgres", postgres, 10, signal.SIGINT, 30),
        Service("valkey-cache", valkey_cache, 20, signal.SIGTERM, 10),
        Service("valkey-broker", valkey_broker, 20, signal.SIGTERM, 10),
        Service("web", web, 30, signal.SIGTERM, 25, prepared=True),
        Service("events", events, 40, signal.SIGTERM, 10, prepared=True),
        Service("worker", worker, 40, signal.SIGTERM, 30, prepared=True),
        Service("beat", beat, 50, signal.SIGTERM, 5, prepared=True),
    )
}


def prepared(data: Path) -> Path:
    """Name the file that says that the site may open; every start removes it first."""
    return data / "run" / "prepared"


def serve(name: str) -> None:
    """Become the service, once what an earlier instance of it left behind is gone.

    A killed parent leaves children that hold its port, its queue or its shared memory.
    """
    service, data = SERVICES[name], places.data_dir()
    leftovers.end(data, name, gently=service.stop, seconds=10)
    while service.prepared and not prepared(data).exists():
        time.sleep(0.1)
    program = service.program(data)
    os.chdir(program.folder)
    if program.user is not None:
        os.setgroups([])
        os.setgid(program.user.pw_gid)
        os.setuid(program.user.pw_uid)
    os.execv(program.command[0], program.command)  # nosec B606 # no shell, a command of our own


def end_leftovers(data: Path) -> bool:
    """End what earlier starts left running, the supervisor first and PostgreSQL last; say whether there was any."""
    found = bool(leftovers.find(data, "supervisor"))
    # The supervisor, if it lives, stops all the others in their order and in their time.
    leftovers.end(data, "supervisor", gently=signal.SIGTERM, seconds=120)
    for service in sorted(SERVICES.values(), key=lambda service: -service.rank):
        found = found or bool(leftovers.find(data, service.name))
        leftovers.end(data, service.name, gently=service.stop, seconds=service.patience)
    return found


if __name__ == "__main__":
    try:
        serve(sys.argv[1])
    except CannotStart as why:
        sys.exit(str(why))
