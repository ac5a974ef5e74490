"""The worker that gunicorn runs: threads of gthread, which people with a slow or a lost connection do not hold up."""

import errno
import selectors
import socket
import time
from concurrent.futures import Future
from functools import partial

from gunicorn.workers.gthread import TConn, ThreadWorker


class PatientWorker(ThreadWorker):
    """Waits in its one loop, and not in a thread, for a request to begin and for an answered client to go.

    A thread is taken with a request's first byte, and is given back when the request has not come in whole within
    `whole_within` seconds: it reads an end then. A flood of such requests still takes every thread for so long; a
    proxy in front takes requests in whole before it hands them on.
    """

    begins_within = 5.0
    whole_within = 30.0
    goes_within = 2.0

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.reading: dict[TConn, float] = {}
        self.leaving: dict[socket.socket, float] = {}

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        connection = TConn(self.cfg, client, address, listener.getsockname())
        self.nr_conns += 1
        connection.timeout = time.monotonic() + self.begins_within
        self.pending_conns.append(connection)
        self.poller.register(client, selectors.EVENT_READ, partial(self.on_pending_socket_readable, connection))

    def enqueue_req(self, conn: TConn) -> None:
        self.reading[conn] = time.monotonic() + self.whole_within
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: "Future[object]") -> None:
        self.reading.pop(conn, None)
        conn.close = partial(self.part, conn)
        super().finish_request(conn, fs)

    def part(self, connection: TConn, graceful: bool = False) -> None:
        """Say that nothing more comes, and close once the client has heard it: it reads its answer to the end."""
        client = connection.sock
        if len(self.leaving) >= self.worker_connections:
            client.close()
            return
        try:
            client.setblocking(False)
            client.shutdown(socket.SHUT_WR)
            self.poller.register(client, selectors.EVENT_READ, self.drain)
        except (OSError, ValueError):
            client.close()
        else:
            self.leaving[client] = time.monotonic() + self.goes_within

    def drain(self, client: socket.socket) -> None:
        try:
            gone = not client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            gone = True
        if gone:
            self.close(client)

    def close(self, client: socket.socket) -> None:
        del self.leaving[client]
        self.poller.unregister(client)
        client.close()

    def murder_pending(self) -> None:
        super().murder_pending()
        now = time.monotonic()
        for client in [client for client, until in self.leaving.items() if until < now]:
            self.close(client)
        for connection in [connection for connection, until in self.reading.items() if until < now]:
            del self.reading[connection]
            try:
                connection.sock.shutdown(socket.SHUT_RD)
            except OSError:
                # It has gone by itself.
                continue
