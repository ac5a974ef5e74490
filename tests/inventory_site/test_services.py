"""The tests stand on the real services."""

import subprocess

import redis
from django.db import connection

from inventory_site.embedded.record import Record
from inventory_site.embedded.valkey import Valkey


def test_database_is_postgresql_18_in_utc_with_the_roles_timeouts(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000, current_setting('TimeZone')")
        assert cursor.fetchone() == (18, "UTC")
        cursor.execute("SELECT rolconfig, rolsuper FROM pg_roles WHERE rolname = current_user")
        config, superuser = cursor.fetchone()
    assert sorted(config) == [
        "TimeZone=UTC",
        "idle_in_transaction_session_timeout=10s",
        "lock_timeout=2s",
        "log_error_verbosity=terse",
        "statement_timeout=5s",
    ]
    assert superuser is False


def test_valkey_keeps_the_queue_and_may_forget_the_cache(tmp_path):
    """The tests' own broker does not wait for the disk; that of `make run` does."""
    for server, wanted in (
        (Valkey.cache(tmp_path, Record()), {"maxmemory-policy": "allkeys-lru", "appendonly": "no"}),
        (
            Valkey.broker(tmp_path, Record()),
            {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "always"},
        ),
    ):
        server.configure()
        process = subprocess.Popen(server.command(), cwd=server.folder, stdout=subprocess.DEVNULL)
        try:
            server.wait_until_ready()
            with redis.Redis.from_url(server.url, decode_responses=True) as client:
                assert {key: client.config_get(key)[key] for key in wanted} == wanted
        finally:
            process.kill()
            process.wait()
