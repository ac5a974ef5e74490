"""gunicorn imports the application before its workers part: nothing that cannot be shared may be open by then."""

import os
import subprocess
import sys

from django.conf import settings

from inventory_site.embedded.record import HOST, free_port

LOOK = """
import inventory_site.wsgi
import threading
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
assert connection.connection is None
assert DatabaseWrapper._connection_pools == {}
assert threading.active_count() == 1
"""


def test_the_application_is_imported_without_a_connection_or_a_thread():
    nowhere = f"{HOST}:{free_port()}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://nobody@{nowhere}/nothing",
        "DATABASE_POOL_SIZE": "8",
        "REDIS_URL": f"redis://{nowhere}/0",
        "BROKER_URL": f"redis://{nowhere}/1",
    }
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")
