"""Whether this process lives, and whether it can serve."""

from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from psycopg_pool import PoolTimeout
from redis.backoff import NoBackoff
from redis.retry import Retry

from inventory_site.web.access import anyone


@anyone
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@anyone
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and has every migration, else 503.

    The cache and the broker are only reported: without them every page still works, and a balancer that took the
    servers out because of them would turn a slower site into none.
    """
    failed = {name: why for name, check in (("database", database), ("migrations", migrations)) if (why := check())}
    degraded = {name: why for name, url in addresses().items() if (why := answer_of(url))}
    status = "failed" if failed else "degraded" if degraded else "ok"
    return JsonResponse({"status": status, "failed": failed, "degraded": degraded}, status=503 if failed else 200)


def database() -> str | None:
    """Say why the database does not answer; None when it does."""
    return reason(lambda: connection.cursor().execute("SELECT 1"))


def migrations() -> str | None:
    """Say what keeps the tables from being those of this code; None when nothing does."""
    missing: set[tuple[str, str]] = set()
    if why := reason(
        lambda: missing.update(known_migrations() - set(MigrationRecorder(connection).applied_migrations()))
    ):
        return why
    return f"{len(missing)} not applied" if missing else None


def reason(check: Callable[[], object]) -> str | None:
    """Run the check and name the error it ends in; the words of an error may hold addresses, so they stay here."""
    try:
        check()
    except (DatabaseError, PoolTimeout, redis.RedisError, OSError) as error:
        return type(error).__name__
    return None


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """List the migrations of this code, read from its files once."""
    return frozenset(MigrationLoader(None).graph.nodes)


def addresses() -> dict[str, str]:
    return {"cache": settings.REDIS_URL, "broker": settings.BROKER_URL}


def answer_of(url: str) -> str | None:
    """Say why this Redis does not answer within half a second; None when it does."""
    client = redis.Redis.from_url(url, socket_connect_timeout=0.2, socket_timeout=0.3, retry=Retry(NoBackoff(), 0))
    with client:
        return reason(client.ping)
