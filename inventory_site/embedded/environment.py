"""The environment of `make run`: what the person set, and a default for everything else."""

import importlib
import os
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, ValidationError, validate

from inventory_site.embedded import places
from inventory_site.embedded.errors import CannotStart
from inventory_site.embedded.postgres import Postgres
from inventory_site.embedded.record import Record, new_encryption_key, new_secret, port_is_free
from inventory_site.embedded.services import SERVICES, Service
from inventory_site.embedded.valkey import Valkey

UNFIT = "The environment is not fit to start with:"
START = ("HOST", "PORT", "EVENTS_PORT", "WEB_WORKERS", "WEB_THREADS", "DATABASE_POOL_SIZE")
GIVEN = {"postgres": "DATABASE_URL", "valkey-cache": "REDIS_URL", "valkey-broker": "BROKER_URL"}


def read_dotenv() -> None:
    """Read `.env`: what the environment already has, it keeps; an empty value is no value."""
    Env().read_env(str(places.CHECKOUT / ".env"), recurse=False)
    for name in [*GIVEN.values(), *START, "DATA_DIR", "BASE_URL", "EVENTS_URL", "SECRET_KEY", "ENCRYPTION_KEYS"]:
        if os.environ.get(name) == "":
            del os.environ[name]


def set_defaults() -> None:
    """Complete the environment for a start; raise CannotStart with every wrong variable named, the settings' too.

    In production the address and the secret key have no default, as the settings say.
    """
    env = Env(eager=False)
    count = validate.Range(min=1, max=100)
    host = env.str("HOST", default="127.0.0.1")
    port = env.int("PORT", default=8000, validate=validate.Range(min=1, max=65535))
    workers = env.int("WEB_WORKERS", default=2, validate=count)
    threads = env.int("WEB_THREADS", default=4, validate=count)
    pool = env.int("DATABASE_POOL_SIZE", default=max(threads or 1, 8), validate=enough_for(threads or 1))
    try:
        env.seal()
    except EnvValidationError as error:
        messages = cast("dict[str, list[str]]", error.error_messages)
        wrong = {f"  {name}: {' '.join(why)}" for name, why in messages.items()} | wrong_settings(messages)
        raise CannotStart("\n".join([UNFIT, *sorted(wrong)])) from None
    defaults = {
        "HOST": host,
        "PORT": port,
        "WEB_WORKERS": workers,
        "WEB_THREADS": threads,
        "ENVIRONMENT": "development",
        "DATA_DIR": places.data_dir(),
        "DATABASE_POOL_SIZE": pool,
        "LOG_LEVEL": "INFO",
        "DJANGO_SETTINGS_MODULE": "inventory_site.settings",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, str(value))
    if os.environ["ENVIRONMENT"] != "production":
        os.environ.setdefault("BASE_URL", f"http://localhost:{port}")
        record = Record.load(places.data_dir())
        os.environ.setdefault("SECRET_KEY", record.secret_key)
        os.environ.setdefault("ENCRYPTION_KEYS", record.encryption_key)


def wrong_settings(known: Collection[str]) -> set[str]:
    """Return the lines of what the settings find wrong too, beside the variables that are known to be."""
    for name in known:
        os.environ.pop(name, None)
    # What is started later has no address yet, which is nothing wrong.
    os.environ.setdefault("DATABASE_URL", "postgresql://")
    for name in ("REDIS_URL", "BROKER_URL"):
        os.environ.setdefault(name, "redis://")
    if os.environ.setdefault("ENVIRONMENT", "development") != "production":
        os.environ.setdefault("SECRET_KEY", new_secret())
        os.environ.setdefault("ENCRYPTION_KEYS", new_encryption_key())
    try:
        importlib.import_module("inventory_site.settings")
    except ImproperlyConfigured as error:
        return set(str(error).splitlines()[1:])
    return set()


def enough_for(threads: int) -> Callable[[int], None]:
    """Give a check of the pool's size: a thread without a connection of its own would wait for another's."""

    def check(size: int) -> None:
        if 0 < size < threads:
            raise ValidationError("Fewer than WEB_THREADS.")

    return check


def check_port() -> None:
    host, port = os.environ["HOST"], int(os.environ["PORT"])
    if not port_is_free(port, host):
        raise CannotStart(f"Port {port} is taken: end what listens there, or choose another, as in PORT={port + 1}.")


def use_embedded(data: Path) -> list[Service]:
    """Make ready each service whose address is not set, and set its address; name what supervisor shall run."""
    record = replace(Record.load(data).with_free_ports(), base_url=os.environ.get("BASE_URL", ""))
    record.save(data)
    left_out = {name for name, variable in GIVEN.items() if os.environ.get(variable)}
    if "postgres" not in left_out:
        postgres = Postgres.at(data, record)
        postgres.initialise()
        postgres.set_superuser_password()
        os.environ["DATABASE_URL"] = record.database_url
    caches = {"valkey-cache": Valkey.cache(data, record), "valkey-broker": Valkey.broker(data, record)}
    for name, valkey in caches.items():
        if name not in left_out:
            valkey.configure()
            os.environ[GIVEN[name]] = valkey.url
    port = os.environ.setdefault("EVENTS_PORT", str(record.events_port))
    site = urlsplit(os.environ.get("BASE_URL", ""))
    if os.environ["ENVIRONMENT"] != "production" and site.scheme == "http":
        # No proxy brings both to one address, but a cookie of this host is for all of its ports.
        os.environ.setdefault("EVENTS_URL", f"http://{site.hostname}:{port}")
    return [service for name, service in SERVICES.items() if name not in left_out]


def exports() -> dict[str, str]:
    """Give the environment that a command needs to work on what `run` has started here."""
    read_dotenv()
    data = places.data_dir()
    record = Record.load(data)
    if record.base_url and "PORT" not in os.environ:
        os.environ.setdefault("BASE_URL", record.base_url)
    set_defaults()
    os.environ.setdefault("DATABASE_URL", record.database_url)
    os.environ.setdefault("REDIS_URL", Valkey.cache(data, record).url)
    os.environ.setdefault("BROKER_URL", Valkey.broker(data, record).url)
    wanted = ("ENVIRONMENT", "SECRET_KEY", "ENCRYPTION_KEYS", "DATA_DIR", "BASE_URL", *GIVEN.values())
    return {name: os.environ[name] for name in wanted if name in os.environ}
