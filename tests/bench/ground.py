"""What the figures stand on: the services, the two databases, and processes that work on them."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import psycopg
from psycopg import sql

from inventory_site.embedded import places
from inventory_site.embedded.foreground import ForegroundServices, hold
from inventory_site.embedded.postgres import DURABLE

FOLDER = places.CHECKOUT / "var" / "bench"
SIZES = {"small": (1_000, 10_000), "large": (100_000, 10_000_000)}


class Ground:
    """The running services. Each database has a Valkey database of its own."""

    def __init__(self):
        places.make_enterable(FOLDER)
        self.lock = hold(FOLDER)
        self.services = ForegroundServices(FOLDER, DURABLE)

    def __enter__(self):
        self.services.start()
        for name in SIZES:
            self._fill(name)
        self.manage("large", "collectstatic", "--noinput", "-v0")
        return self

    def __exit__(self, *_):
        self.services.stop()
        os.close(self.lock)

    def address(self, name):
        return self.services.record.database_url.rpartition("/")[0] + f"/{name}"

    def environment(self, name, **more):
        number = list(SIZES).index(name)
        return {
            **os.environ,
            "ENVIRONMENT": "development",
            "DEBUG": "false",
            "SECRET_KEY": self.services.record.secret_key,
            "ENCRYPTION_KEYS": self.services.record.encryption_key,
            "DATA_DIR": str(FOLDER / "files"),
            "BASE_URL": "http://localhost",
            "DATABASE_URL": self.address(name),
            "REDIS_URL": self.services.cache.url_of(number),
            "BROKER_URL": self.services.broker.url_of(number),
            "EMAIL_URL": "memory://",
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "inventory_site.settings",
            **more,
        }

    def manage(self, name, *arguments):
        subprocess.run(
            [sys.executable, "manage.py", *arguments], env=self.environment(name), cwd=places.CHECKOUT, check=True
        )

    def _fill(self, name):
        """Make the database where it is missing; a load that was interrupted left none of its rows."""
        with psycopg.connect(self.address("holdfast"), autocommit=True) as there:
            if not there.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                there.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self.manage(name, "migrate", "-v0")
        with psycopg.connect(self.address(name), autocommit=True) as database:
            if not database.execute("SELECT 1 FROM stock_operation LIMIT 1").fetchone():
                products, movements = SIZES[name]
                print(f"Making {movements:,} ledger rows of {products:,} products, once...", flush=True)
                self.manage(name, "load_demo", "--products", str(products), "--movements", str(movements))
            database.execute("SET statement_timeout = 0")
            database.execute("VACUUM (ANALYZE)")

    @contextmanager
    def probe(self, name):
        """Run `tests.bench.probe` on a database."""
        process = Probe(self.environment(name))
        try:
            yield process
        finally:
            process.end()


class Probe:
    """A process that runs the product's own code on one database and times it from within."""

    def __init__(self, environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.probe"],
            env=environment,
            cwd=places.CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, what, /, **values):
        """Have a function of the probe called; return what it returns."""
        self.process.stdin.write(json.dumps([what, values]) + "\n")
        self.process.stdin.flush()
        if not (line := self.process.stdout.readline()):
            raise SystemExit(f"the probe died at {what}; its traceback stands above")
        return json.loads(line)

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)
