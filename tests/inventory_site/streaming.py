"""The process that streams, over the database and the Valkey of a test, and readers of what it streams."""

import contextlib
import os
import queue
import socket
import subprocess
import threading
import time

from inventory_site.embedded.record import HOST, free_port
from inventory_site.embedded.services import STREAMS
from tests.inventory_site.running import CHECKOUT
from tests.services import database_url


class Streaming:
    """One process of `inventory_site.asgi`."""

    def __init__(self, **more):
        self.port, self.readers = free_port(), []
        values = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "inventory_site.settings",
            "DATABASE_URL": database_url(),
            **more,
        }
        options = ["--bind", f"{HOST}:{self.port}", "--workers", "1", "--graceful-timeout", "1", "--no-control-socket"]
        command = [*STREAMS, "inventory_site.asgi:application", *options]
        self.process = subprocess.Popen(command, env=values, cwd=CHECKOUT)
        while self.process.poll() is None:
            try:
                socket.create_connection((HOST, self.port)).close()
            except OSError:
                time.sleep(0.05)
            else:
                break

    def open(self, client, path="/events/", **headers):
        """Ask for the stream with the session of a test client."""
        reader = Reader(self.port, path, client.cookies, headers)
        self.readers.append(reader)
        return reader

    def close(self):
        """Close what was opened."""
        while self.readers:
            self.readers.pop().close()

    def stop(self):
        self.close()
        self.process.terminate()
        self.process.wait(30)


class Reader:
    """One open stream: the head of its answer, and its events as (name, data, the moment it came)."""

    def __init__(self, port, path, cookies, headers):
        self._connection = socket.create_connection((HOST, port), timeout=200)
        head = {"Host": "localhost", "Cookie": "; ".join(f"{m.key}={m.value}" for m in cookies.values()), **headers}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        self._connection.sendall("\r\n".join([*lines, "", ""]).encode())
        self._file = self._connection.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value
        self.events, self.over = queue.Queue(), threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        name = ""
        try:
            for raw in self._file:
                line = raw.decode().rstrip("\r\n")
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.events.put((name, line.removeprefix("data: "), time.monotonic()))
                elif line == ":":
                    self.events.put(("heartbeat", "", time.monotonic()))
                elif line == "0":
                    # The last chunk.
                    break
        except OSError:
            pass
        self.over.set()

    def next(self, seconds=5):
        """Return the name and the data of the next event."""
        return self.events.get(timeout=seconds)[:2]

    def is_over(self, seconds=5):
        """Say whether the stream has ended within so many seconds."""
        return self.over.wait(seconds)

    def close(self):
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        # Its file is read by the thread, which meets the end now.
        self.over.wait(5)
        self._connection.close()
