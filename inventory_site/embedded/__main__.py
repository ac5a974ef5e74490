"""`python -m inventory_site.embedded <command>`: what the Makefile calls."""

import shlex
import signal
import sys
import threading
from collections.abc import Callable

from inventory_site.embedded import environment, places, start
from inventory_site.embedded.errors import CannotStart
from inventory_site.embedded.foreground import TemporaryServices
from inventory_site.embedded.prepare import prepare
from inventory_site.embedded.services import prepared


def trial() -> None:
    """Run throwaway services in the foreground: print their environment, stop at Ctrl-C or SIGTERM."""
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    running = TemporaryServices(places.data_dir() / "trial")
    running.start()
    show(
        {
            "ENVIRONMENT": "development",
            "SECRET_KEY": running.record.secret_key,
            "DATA_DIR": str(running.data / "files"),
            "DATABASE_URL": running.record.database_url,
            "REDIS_URL": running.cache.url,
            "BROKER_URL": running.broker.url,
        }
    )
    done.wait()
    running.stop()


def show(variables: dict[str, str]) -> None:
    print("".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()), end="", flush=True)


COMMANDS: dict[str, Callable[[], None]] = {
    "run": start.run,
    "stop": start.stop,
    "env": lambda: show(environment.exports()),
    "trial": trial,
    # This one is for `run`.
    "prepare": lambda: prepare(prepared(places.data_dir())),
}


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        print("usage: python -m inventory_site.embedded run|stop|env|trial", file=sys.stderr)
        return 2
    try:
        COMMANDS[sys.argv[1]]()
    except CannotStart as why:
        print(why, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
