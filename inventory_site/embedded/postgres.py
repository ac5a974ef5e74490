"""The embedded PostgreSQL: making its files, the command that runs it, and its roles.

It listens on 127.0.0.1 with a password (SCRAM), not on a Unix socket: a socket's path may have at most 107
characters and has to lie in a folder that both the server's user and ours can enter.
"""

import os
import pwd
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from inventory_site.embedded import places
from inventory_site.embedded.errors import CannotStart
from inventory_site.embedded.record import DATABASE, HOST, ROLE, Record

ROLE_SQL = places.CHECKOUT / "deploy" / "postgres" / "role.sql"
# Checkpoints by time, not by amount: a bulk load would otherwise write every page it touches over and over.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}


@dataclass(frozen=True)
class Postgres:
    data: Path
    folder: Path
    programs: Path
    user: pwd.struct_passwd | None
    record: Record

    @classmethod
    def at(cls, data: Path, record: Record) -> "Postgres":
        user = places.postgres_user()
        return cls(data, places.postgres_folder(data, user), places.postgres_programs(data, user), user, record)

    @property
    def cluster(self) -> Path:
        return self.folder / places.CLUSTER

    def initialise(self, *, durable: bool = True) -> None:
        """Make an empty cluster unless there is one. A start that was killed half-way leaves none, and begins again."""
        if self.cluster.exists():
            return
        unfinished = f"{self.cluster}.new"
        self.run_shell('rm -rf "$0"', unfinished)
        self.run(
            *["initdb", "-D", unfinished, "-U", "postgres", "--auth=reject", "--encoding=UTF8"],
            *["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"],
            *([] if durable else ["--no-sync"]),
        )
        rule = f"host all all {HOST}/32 scram-sha-256\n"
        self.run_shell('cat > "$0/pg_hba.conf" && mv "$0" "$1"', unfinished, str(self.cluster), given=rule)

    def set_superuser_password(self) -> None:
        """Give the superuser the password of our record, in single-user mode; the server must be down."""
        sql = f"ALTER ROLE postgres PASSWORD '{self.record.superuser_password}'\n"
        self.run("postgres", "--single", "-D", str(self.cluster), "postgres", given=sql)

    def command(self, settings: dict[str, str]) -> list[str]:
        """Give the command that runs the server in the foreground."""
        fixed = {
            "listen_addresses": HOST,
            "port": str(self.record.postgres_port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %q%u@%d ",
        }
        options = [f"--{name}={value}" for name, value in {**fixed, **settings}.items()]
        return [str(self.programs / "postgres"), "-D", str(self.cluster), *options]

    def wait_until_ready(self, seconds: float = 30) -> None:
        """Wait until the superuser can sign in; raise CannotStart when that takes too long."""
        import psycopg  # The server itself needs none.

        deadline = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.superuser_address, connect_timeout=2).close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise CannotStart(f"PostgreSQL did not start: {error}") from error
                time.sleep(0.05)

    @property
    def superuser_address(self) -> str:
        password, port = self.record.superuser_password, self.record.postgres_port
        return f"postgresql://postgres:{password}@{HOST}:{port}/postgres"

    def make_role_and_database(self) -> None:
        """Run deploy/postgres/role.sql against the running server; running it again changes nothing."""
        self.run(
            *["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"role={ROLE}", "-v", f"database={DATABASE}"],
            *["-v", "createdb=on", "-h", HOST, "-p", str(self.record.postgres_port), "-U", "postgres", "postgres"],
            given=ROLE_SQL.read_text(),
            PGPASSWORD=self.record.superuser_password,
            ROLE_PASSWORD=self.record.database_password,
        )

    def run(self, program: str, *arguments: str, given: str = "", **environment: str) -> None:
        """Run one of PostgreSQL's programs to its end as the server's user; raise CannotStart with its last words."""
        self._run([str(self.programs / program), *arguments], given, environment)

    def run_shell(self, script: str, *arguments: str, given: str = "") -> None:
        self._run(["/bin/sh", "-c", script, *arguments], given, {})

    def _run(self, command: list[str], given: str, environment: dict[str, str]) -> None:
        done = subprocess.run(
            command,
            check=False,
            input=given,
            env={**os.environ, "LC_ALL": "C", **environment},
            text=True,
            capture_output=True,
            **places.as_user(self.user),
        )
        if done.returncode:
            raise CannotStart(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
