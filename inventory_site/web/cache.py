"""The cache: Redis behind a breaker, so that a page works, slower, while Redis is away."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.cache import caches
from django_redis.cache import RedisCache
from django_redis.exceptions import ConnectionInterrupted
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from inventory_site.web.breaker import Breaker

AWAY = (ConnectionInterrupted, RedisError, OSError)
breaker = Breaker("The cache")


class GuardedRedisCache(RedisCache):
    """Django's cache in Redis; while Redis is away every read misses and every write does nothing."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        # redis-py would try three more times with growing pauses; the breaker is the one who decides to try again.
        params["OPTIONS"] = {"CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 0)}, **params.get("OPTIONS", {})}
        super().__init__(server, params)

    def get(self, key: Any, default: Any = None, version: int | None = None, client: Any = None) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).get(key, default, version, client), default, AWAY)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).get_many(*args, **kwargs), {}, AWAY)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).set(*args, **kwargs), None, AWAY)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).set_many(*args, **kwargs), [], AWAY)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).add(*args, **kwargs), True, AWAY)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).delete(*args, **kwargs), False, AWAY)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).delete_many(*args, **kwargs), 0, AWAY)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).has_key(*args, **kwargs), False, AWAY)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).touch(*args, **kwargs), False, AWAY)

    def incr(self, key: Any, delta: int = 1, *args: Any, **kwargs: Any) -> Any:
        return breaker.call(lambda: super(GuardedRedisCache, self).incr(key, delta, *args, **kwargs), delta, AWAY)


# KEYS: the keys. ARGV: seconds to live, then a version and a value for each key.
# A value is kept as "<version>:<value>"; an older or equal version never replaces a newer one.
PUT_NEWER = """
for i, key in ipairs(KEYS) do
    local version, value = ARGV[2 * i], ARGV[2 * i + 1]
    local held = redis.call('GET', key)
    if not held or tonumber(string.match(held, '^(%d+):')) < tonumber(version) then
        redis.call('SET', key, version .. ':' .. value, 'EX', ARGV[1])
    end
end
"""


def get_versioned(keys: Iterable[str]) -> dict[str, str]:
    """Return the values held under these keys, without their versions; what is not held is left out."""
    names = list(keys)

    def read() -> dict[str, str]:
        held: list[Any] = _redis().mget([_name(key) for key in names]) if names else []
        return {key: raw.decode().split(":", 1)[1] for key, raw in zip(names, held, strict=True) if raw is not None}

    return breaker.call(read, {}, AWAY)


def put_newer(values: Mapping[str, tuple[int, str]], *, seconds: int) -> None:
    """Keep each (version, value) for `seconds`, unless the cache holds the same or a newer version."""
    if not values:
        return

    def write() -> None:
        pairs = [part for version, value in values.values() for part in (version, value)]
        _redis().eval(PUT_NEWER, len(values), *(_name(key) for key in values), seconds, *pairs)

    breaker.call(write, None, AWAY)


def _redis() -> Redis:
    connect: Callable[..., Redis] = caches["default"].client.get_client  # type: ignore[attr-defined]
    return connect(write=True)


def _name(key: str) -> str:
    return str(caches["default"].make_key(key))


def channel() -> str:
    """Name the channel of the hints; a server has one set of channels for all its databases, so ours stands in it."""
    return _name(f"hints:{_redis().connection_pool.connection_kwargs.get('db', 0)}")


def publish(text: str) -> int | None:
    """Hand a text to whoever listens to the channel of the hints; None where the cache is away."""

    def send() -> int:
        return int(_redis().publish(channel(), text))

    return breaker.call(send, None, AWAY)
