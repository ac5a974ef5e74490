"""A gunicorn on loopback as `make run` starts it, and clients that send shipments to it."""

import asyncio
import socket
import subprocess
import time
import uuid
from contextlib import contextmanager
from urllib.parse import urlencode

from inventory_site.embedded import places
from inventory_site.embedded.record import HOST, free_port
from inventory_site.embedded.services import GUNICORN
from tests.bench.ground import FOLDER

CSRF = "c" * 32


@contextmanager
def gunicorn(application, environment, log=FOLDER / "gunicorn.log", more=()):
    """Run a WSGI application with two workers of four threads; gives its port. What it says goes to `log`."""
    port = free_port()
    with open(log, "ab") as said:
        process = subprocess.Popen(
            [*GUNICORN, application, "--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "4", *more],
            env={**environment, "DATABASE_POOL_SIZE": "8"},
            cwd=places.CHECKOUT,
            stdout=said,
            stderr=said,
        )
    try:
        wait_until_reachable(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def wait_until_reachable(port):
    for _ in range(300):
        try:
            socket.create_connection((HOST, port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("gunicorn did not start; see gunicorn.log")


def page(path, cookie, **query):
    """Return the request for a page, with a query string."""
    address = f"{path}?{urlencode(query)}" if query else path
    return f"GET {address} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode()


def request(path, cookie, form):
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}; csrftoken={CSRF}\r\nX-CSRFToken: {CSRF}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def shipment(cookie, warehouse, sku):
    """Return the request that the ship page sends for one piece, under a key of its own."""
    line = {"line-0-code": sku, "line-0-quantity": "1", "line-0-location": ""}
    head = {"key": uuid.uuid4(), "warehouse": warehouse, "at": "", "code": "", "reference": "", "note": ""}
    return request("/ship/", cookie, {**head, **line})


async def send(connection, data):
    """Send a request over a connection; return the status, the seconds it took, and whether it may be used again."""
    reader, writer = connection
    started = time.perf_counter()
    writer.write(data)
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    if b"transfer-encoding: chunked" in lines:
        while (size := int(await reader.readline(), 16)) or await reader.readline() is None:
            await reader.readexactly(size + 2)
    elif length:
        await reader.readexactly(length)
    return int(lines[0].split()[1]), time.perf_counter() - started, b"connection: close" not in lines


async def _client(port, requests, until, answers):
    connection = None
    while time.perf_counter() < until:
        connection = connection or await asyncio.open_connection(HOST, port)
        *answer, stays = await send(connection, next(requests))
        answers.append(answer)
        if not stays:
            connection[1].close()
            connection = None
    if connection:
        connection[1].close()


def load(port, requests, *, clients, seconds):
    """Keep `clients` busy for `seconds`; return every answer as (status, seconds)."""

    async def run():
        answers, until = [], time.perf_counter() + seconds
        await asyncio.gather(*(_client(port, requests, until, answers) for _ in range(clients)))
        return answers

    return asyncio.run(run())


def one_by_one(port, requests):
    """Send the requests one after the other; return every answer as (status, seconds)."""

    async def run():
        answers = []
        for data in requests:
            connection = await asyncio.open_connection(HOST, port)
            try:
                answers.append((await send(connection, data))[:2])
            finally:
                connection[1].close()
        return answers

    return asyncio.run(run())


def burst(port, requests):
    """Send all requests at the same moment, each over a connection of its own; return (status, seconds) of each."""

    async def one(data):
        connection = await asyncio.open_connection(HOST, port)
        try:
            return (await send(connection, data))[:2]
        finally:
            connection[1].close()

    async def run():
        return await asyncio.gather(*map(one, requests))

    return asyncio.run(run())
