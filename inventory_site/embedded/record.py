"""What an installation of the embedded services has to remember: its ports and its secrets."""

import base64
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
DATABASE = ROLE = "holdfast"


def new_secret() -> str:
    return secrets.token_urlsafe(48)


def new_encryption_key() -> str:
    """Make a key as Fernet takes it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def port_is_free(port: int, host: str = HOST) -> bool:
    """Say whether a server could listen there now; connections that are still closing do not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Pick a port below the range from which the system takes the near end of outgoing connections."""
    while not port_is_free(port := 15000 + secrets.randbelow(17000)):
        pass
    return port


@dataclass(frozen=True)
class Record:
    """Ports and secrets, kept in `services.json` that only its owner may read."""

    postgres_port: int = field(default_factory=free_port)
    cache_port: int = field(default_factory=free_port)
    broker_port: int = field(default_factory=free_port)
    events_port: int = field(default_factory=free_port)
    superuser_password: str = field(default_factory=new_secret)
    database_password: str = field(default_factory=new_secret)
    valkey_password: str = field(default_factory=new_secret)
    secret_key: str = field(default_factory=new_secret)
    encryption_key: str = field(default_factory=new_encryption_key)
    # Where the last start said it is: a port chosen for that start alone is written nowhere else.
    base_url: str = ""

    @property
    def database_url(self) -> str:
        return f"postgresql://{ROLE}:{self.database_password}@{HOST}:{self.postgres_port}/{DATABASE}"

    @classmethod
    def load(cls, data: Path) -> "Record":
        """Read the record, with whatever is missing made new and kept."""
        path = data / "services.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        record = cls(**known)
        if asdict(record) != known:
            record.save(data)
        return record

    def save(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        unfinished = data / f"services.json.{os.getpid()}"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)
            os.fsync(file.fileno())
        unfinished.rename(data / "services.json")

    def with_free_ports(self) -> "Record":
        """Give up each port that somebody else listens on; only sensible while our own services are down."""
        known = asdict(self)
        taken = [name for name in known if name.endswith("_port") and not port_is_free(known[name])]
        return type(self)(**{**known, **{name: free_port() for name in taken}})
