"""Huge, broken and slow requests through a real gunicorn: refused unread, never taken for whole, in nobody's way."""

import gzip
import os
import re
import socket
import time
from contextlib import ExitStack, suppress

import pytest
from django.conf import settings

from tests.bench.site import gunicorn

HUGE = 5 * 1024**3
PATIENCE = 5
THREADS = 8
HEALTH = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
# Every thread and some more.
MANY = THREADS + 4


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "inventory_site.settings", "ALLOWED_HOSTS": "localhost"}
    hasty = ["--worker-class", "tests.hostile.hasty.HastyWorker"]
    with gunicorn("tests.hostile.echo:application", environment, tmp_path_factory.mktemp("log") / "log", hasty) as port:
        yield port


def opened(port, head):
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    # It may be cut before all of it was sent.
    with suppress(ConnectionError):
        connection.sendall(head if isinstance(head, bytes) else head.encode())
    return connection


def post(length, more="", path="/sign-in/"):
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {length}\r\n{more}\r\n"
    )


def answer(connection):
    """Return all that comes until the other side ends."""
    parts = []
    with suppress(ConnectionError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts).decode(errors="replace")


def status(connection):
    return answer(connection).partition("\r\n")[0]


def seconds_of_others(port, times=6):
    """Return how long the slowest of some requests takes that somebody else sends meanwhile."""
    slowest = 0.0
    for _ in range(times):
        began = time.monotonic()
        with opened(port, HEALTH) as connection:
            assert status(connection) == "HTTP/1.1 200 OK"
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def test_a_huge_body_is_refused_before_it_is_sent(port):
    with opened(port, post(HUGE)) as connection:
        assert status(connection) == "HTTP/1.1 413 Request Entity Too Large"


@pytest.mark.parametrize("length", ["-1", "1e9", "x", "9" * 40, "1, 2", "٣"])
def test_a_length_that_is_no_length_is_refused(port, length):
    with opened(port, post(length)) as connection:
        assert status(connection).split(" ")[1] in ("400", "413")


def test_two_lengths_are_refused(port):
    with opened(port, post(5, "Transfer-Encoding: chunked\r\n") + "0\r\n\r\nGET /x HTTP/1.1\r\n\r\n") as connection:
        assert status(connection).split(" ")[1] == "400"


def test_a_head_that_never_ends_is_cut(port):
    with opened(port, "GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + "x" * 900_000) as connection:
        assert status(connection).split(" ")[1:2] in ([], ["400"], ["431"])


def test_a_body_is_read_as_it_was_sent(port):
    with opened(port, post(11, path="/echo/") + "quantity=12") as connection:
        assert answer(connection).endswith("quantity=12")


def test_half_a_form_is_never_taken_for_all_of_it(port):
    """The connection ended behind `quantity=1`: nobody knows whether 12 was meant."""
    with opened(port, post(11, path="/echo/") + "quantity=1") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert "quantity=1" not in answer(connection)


def test_half_a_form_with_a_file_is_never_taken_for_all_of_it(port):
    body = '--x\r\nContent-Disposition: form-data; name="quantity"\r\n\r\n1'
    head = post(len(body) + 20, path="/echo/").replace("x-www-form-urlencoded", "X").replace("/X", "/x")
    head = head.replace("application/x", "multipart/form-data; boundary=x")
    with opened(port, head + body) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert "quantity=1" not in answer(connection)


def test_a_compressed_body_is_not_unpacked(port):
    packed = gzip.compress(b"quantity=12&" + b"a" * 50_000_000, 9)
    began = time.monotonic()
    with opened(port, post(len(packed), "Content-Encoding: gzip\r\n", "/echo/").encode() + packed) as connection:
        said = answer(connection)
    assert ("HTTP/1.1 200 OK" in said, "quantity=12" in said) == (True, False)
    assert time.monotonic() - began < PATIENCE


def test_connections_that_say_nothing_hold_nobody_up(port):
    with ExitStack() as open_ones:
        for _ in range(MANY):
            open_ones.enter_context(opened(port, b""))
        assert seconds_of_others(port) < 0.8


def test_people_who_do_not_hang_up_hold_nobody_up(port):
    with ExitStack() as open_ones:
        for _ in range(MANY):
            assert open_ones.enter_context(opened(port, HEALTH)).recv(12) == b"HTTP/1.1 200"
        assert seconds_of_others(port) < 0.8


@pytest.mark.parametrize("sent", [HEALTH[:-2], post(1000, path="/echo/") + "quantity="], ids=["head", "body"])
def test_requests_that_never_come_to_an_end_are_cut_and_give_their_threads_back(port, sent):
    with ExitStack() as open_ones:
        slow = [open_ones.enter_context(opened(port, sent)) for _ in range(THREADS)]
        for connection in slow:
            connection.sendall(b"a")
        # The worker of this test waits for one second, and looks every second whether it did.
        assert seconds_of_others(port) < 4
        assert ["200 OK" in answer(connection) for connection in slow] == [False] * THREADS


def test_a_few_slow_people_hold_nobody_up(port):
    with ExitStack() as open_ones:
        for _ in range(2):
            open_ones.enter_context(opened(port, post(1000, path="/echo/") + "quantity="))
        assert seconds_of_others(port) < 0.8


def test_the_proxy_that_is_shown_takes_requests_in_whole_and_not_for_ever():
    said = (settings.BASE_DIR / "deploy" / "nginx.conf").read_text()
    assert "proxy_request_buffering" not in said  # on, unless it is switched off
    assert re.findall(r"client_(\w+) (\w+);", said) == [
        ("max_body_size", f"{settings.LARGEST_BODY // 1024**2}m"),
        ("header_timeout", "10s"),
        ("body_timeout", "10s"),
    ]
