"""Nobody writes a line of their own into the log, nor moves the cursor of who reads it."""

import io
import logging

import pytest
from django.conf import settings

from inventory_site.web.log_lines import OneLineFormatter

FORGED = "\r\n2026-11-23 10:00:00 INFO accounts Somebody signed in"
ANSI = "\x1b[2J\x1b[31m"


@pytest.fixture
def log():
    """Everything that is logged, written as the site writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLineFormatter(settings.LOGGING["formatters"]["line"]["format"]))
    logging.getLogger().addHandler(handler)
    yield lambda: written.getvalue()
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    "hostile", [FORGED, ANSI, "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{LINE SEPARATOR}", "\x00", "\x9b2J"]
)
def test_a_message_stays_on_its_line(log, hostile):
    logging.getLogger("anything").warning("Nobody is called %s.", hostile)
    [line] = log().splitlines()
    assert line.isprintable()
    assert "Nobody is called \\u" in line


def test_the_lines_of_a_traceback_are_set_in(log):
    try:
        raise ValueError(f"no such code: {FORGED}{ANSI}")
    except ValueError:
        logging.getLogger("anything").exception("It failed")
    first, *rest = log().splitlines()
    assert first.endswith("anything It failed")
    assert [line for line in rest if not line.startswith("    ") or not line.isprintable()] == []
    assert "no such code" in rest[-2]


def test_the_site_writes_its_log_so():
    assert settings.LOGGING["formatters"]["line"]["()"].endswith(".OneLineFormatter")
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"line"}


@pytest.mark.django_db
def test_requests_that_fail_are_logged_on_one_line_each(client, log):
    client.raise_request_exception = False
    client.get("/products/%0d%0aFORGED%1b%5b2J/", headers={"user-agent": f"x{ANSI}"})
    client.post("/sign-in/", {"login": f"a@b.example{FORGED}", "password": "wrong"})
    client.get("/", headers={"host": "evil.example"})
    assert [
        line for line in log().splitlines() if not line.isprintable() or line.startswith(("FORGED", "2026-11-23 10"))
    ] == []
