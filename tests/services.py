"""PostgreSQL and Valkey for the tests: real ones, started once a run and shared by its workers.

Where DATABASE_URL, REDIS_URL and BROKER_URL are set, those servers are used instead.
"""

import os
import re
from pathlib import Path

from inventory_site.embedded.foreground import TemporaryServices

RUNS = Path(__file__).resolve().parents[1] / "var" / "test"
GIVEN = ("DATABASE_URL", "REDIS_URL", "BROKER_URL")


def start_services() -> TemporaryServices | None:
    """Start the services and name them in the environment, which the workers inherit; None where they are given."""
    if all(os.environ.get(name) for name in GIVEN):
        return None
    services = TemporaryServices(RUNS)
    services.start()
    ours = dict(zip(GIVEN, [services.record.database_url, services.cache.url, services.broker.url], strict=True))
    os.environ.update({name: os.environ.get(name) or url for name, url in ours.items()})
    # WhiteNoise warns of a missing folder at every request.
    (services.data / "files" / "static").mkdir(parents=True)
    os.environ["DATA_DIR"] = str(services.data / "files")
    return services


def set_environment() -> None:
    """Give the settings what they need, whatever a developer's `.env` says, and each worker its own Valkey."""
    worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", ""))
    database = int(worker) + 1 if worker else 0
    for name in ("REDIS_URL", "BROKER_URL"):
        os.environ[name] = re.sub(r"/\d+$", f"/{database}", os.environ[name])
    os.environ.update(
        DJANGO_SETTINGS_MODULE="inventory_site.settings",
        ENVIRONMENT="test",
        SECRET_KEY="only-for-tests-" * 4,
        SECRET_KEY_FALLBACKS="",
        ENCRYPTION_KEYS="b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtb24=",
        SECOND_FACTOR_FOR="admin",
        SEAL_KEY="only-for-tests-seals-nothing-else",
        SEAL_KEY_FALLBACKS="",
        DEBUG="false",
        ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
        BASE_URL="http://testserver",
        HTTPS="false",
        TRUSTED_PROXY_COUNT="0",
        # Threads of a test come and go; a pool would keep connections to a database that is about to be dropped.
        DATABASE_POOL_SIZE="0",
        EMAIL_URL="memory://",
        EMAIL_FROM="Holdfast <holdfast@example.com>",
        TWILIO_ACCOUNT_SID="",
        FIREBASE_ACCOUNT="",
        FIREBASE_WEB_CONFIG="",
        FIREBASE_VAPID_KEY="",
        LOG_LEVEL="WARNING",
        # Most tests run inside one transaction, which is idle while a page is made; a request's own never is.
        PGOPTIONS="-c idle_in_transaction_session_timeout=0",
    )


def database_url() -> str:
    """Name the database of this test to a process of its own."""
    from django.db import connection

    database = connection.settings_dict
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgresql://{database['USER']}{secret}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
