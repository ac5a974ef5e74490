"""`make run` and `make stop`."""

import fcntl
import importlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from inventory_site.embedded import environment, places, services, supervision
from inventory_site.embedded.errors import CannotStart
from inventory_site.embedded.postgres import Postgres
from inventory_site.embedded.record import Record

READY_WITHIN = 60
STOPPED_WITHIN = 150
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(BaseException):
    """Somebody typed Ctrl-C, sent SIGTERM or typed `make stop`."""


def run() -> None:
    """Start everything, print where it is, and stay until somebody asks to stop; then stop everything."""
    environment.read_dotenv()
    data = places.data_dir()
    lock = only_one(data)
    environment.set_defaults()
    services.end_leftovers(data)
    environment.check_port()
    for number in SIGNALS:
        # A shell's `nohup` asks us to live through the hang-up.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, ask_to_stop)
    supervisor: subprocess.Popen[bytes] | None = None
    try:
        services.prepared(data).unlink(missing_ok=True)
        chosen = environment.use_embedded(data)
        check_settings()
        print("Starting...", flush=True)
        config = supervision.write_config(data, chosen)
        supervisor = supervision.start_supervisor(data, config)
        prepare(data, embedded=services.SERVICES["postgres"] in chosen)
        wait_until_ready(data)
        print(f"\nHoldfast is at {os.environ['BASE_URL']}\n\n{services.prepared(data).read_text()}", flush=True)
        print("Stop it with Ctrl-C, or with `make stop` from another shell.", flush=True)
        while True:
            supervisor.wait()
            # Nobody asked it to end. The next one takes the services over, one by one.
            time.sleep(0.5)
            supervisor = supervision.start_supervisor(data, config)
    except StopAsked:
        print("Stopping...", flush=True)
    finally:
        ignore_signals()
        if supervisor is not None:
            supervisor.terminate()
            supervisor.wait()
        services.end_leftovers(data)
        os.close(lock)
    print("Stopped.", flush=True)


def ask_to_stop(number: int, frame: FrameType | None) -> None:
    """Ask once: Ctrl-C in a terminal reaches us, and reaches us again through make."""
    ignore_signals()
    raise StopAsked


def ignore_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def only_one(data: Path) -> int:
    """Hold the lock of this data folder; raise CannotStart where another start holds it."""
    if (lock := try_lock(data)) is None:
        process = (data / "run" / "lock").read_text()
        raise CannotStart(f"Holdfast is already running here (process {process}); `make stop` stops it.")
    return lock


def try_lock(data: Path) -> int | None:
    """Lock the data folder and write our process id there; None where another process holds the lock."""
    try:
        (data / "run").mkdir(parents=True, exist_ok=True)
        lock = os.open(data / "run" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError:
        raise CannotStart(f"{data} is another user's: start and stop Holdfast as that user.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def check_settings() -> None:
    """Read the settings before anything starts, so that a wrong variable is all that a person has to read."""
    from django.core.exceptions import ImproperlyConfigured

    try:
        importlib.import_module("inventory_site.settings")
    except ImproperlyConfigured as error:
        raise CannotStart(str(error)) from None


def prepare(data: Path, *, embedded: bool) -> None:
    """Wait for the database and prepare it, in a process that ends with its memory and its connections."""
    if embedded:
        postgres = Postgres.at(data, Record.load(data))
        postgres.wait_until_ready()
        postgres.make_role_and_database()
    done = subprocess.run(
        [sys.executable, "-m", "inventory_site.embedded", "prepare"],
        cwd=places.CHECKOUT,
        env={**os.environ, "DATABASE_POOL_SIZE": "0"},
        check=False,
        # Ctrl-C reaches it through us, as silence and not as a traceback.
        start_new_session=True,
    )
    if done.returncode:
        raise CannotStart("The database could not be prepared; the reason stands above.")


def wait_until_ready(data: Path) -> None:
    """Wait for `/readyz`; raise CannotStart when it takes longer than a minute."""
    from inventory_site import settings

    host = settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")
    near = {"0.0.0.0": "127.0.0.1"}.get(os.environ["HOST"], os.environ["HOST"])  # nosec B104 # compares, binds nothing
    request = urllib.request.Request(f"http://{near}:{os.environ['PORT']}/readyz", headers={"Host": host})
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5):  # nosec B310 # http to ourselves
                return
        except (urllib.error.URLError, OSError) as error:
            if time.monotonic() > deadline:
                raise CannotStart(f"Not ready after {READY_WITHIN} s ({error}); see {data}/log/web.log.") from None
            time.sleep(0.2)


def stop() -> None:
    """End what `run` started, from another shell, and whatever a killed start left behind."""
    environment.read_dotenv()
    data = places.data_dir()
    if not (data / "run").exists():
        print("Holdfast is not running here.")
        return
    asked = False
    deadline = time.monotonic() + STOPPED_WITHIN
    while (lock := try_lock(data)) is None:
        if not asked:
            os.kill(int((data / "run" / "lock").read_text()), signal.SIGTERM)
            asked = True
        if time.monotonic() > deadline:
            raise CannotStart(f"Still stopping after {STOPPED_WITHIN} s; see {data}/log.")
        time.sleep(0.1)
    found = services.end_leftovers(data)
    os.close(lock)
    print("Stopped." if asked or found else "Holdfast is not running here.")
