"""A link that lets somebody in is part of an address, and logs quote addresses: no line keeps what opens anything."""

import io
import logging
import os
import re
import urllib.error
import urllib.request

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.delivery import send_links
from accounts.models import User
from inventory_site.web.limits import RULES, Rule
from inventory_site.web.log_lines import OneLineFormatter
from tests.accounts.codes import give_password, prove
from tests.bench.site import gunicorn
from tests.factories import person

QUIET = {"log_error_verbosity": "terse", "log_parameter_max_length_on_error": "0", "log_statement": "none"}


@pytest.fixture
def log():
    """Everything that is logged, written as the site writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLineFormatter(settings.LOGGING["formatters"]["line"]["format"]))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: written.getvalue()
    root.setLevel(level)
    root.removeHandler(handler)


def invite(client):
    client.force_login(person("admin"))
    prove(client)
    client.post("/people/invite/", {"email": "ines@example.com", "role": "staff"})


def register(client):
    client.post("/register/", {"email": "rita@example.com"})


def change_address(client):
    give_password(client, person("staff", email="sam@example.com"))
    client.post("/profile/address/", {"email": "samuel@example.com"})


def forget(client):
    person("staff", email="sam@example.com")
    client.post("/password/forgotten/", {"email": "sam@example.com"})


@pytest.fixture(params=[invite, register, change_address, forget])
def link(request, client, db, settings):
    """The path of a link as its mail says it."""
    settings.REGISTRATION = "open"
    request.param(client)
    send_links()
    paths = [re.search(r"https?://[^/]+(/\S+/)", message.body) for message in mail.outbox]
    [path] = [found[1] for found in paths if found and re.search(r"[\w-]{40}", found[1])]
    return path


def secret(path):
    return path.rstrip("/").rpartition("/")[2]


def as_it_came(client, path):
    client.get(path)


def with_more_behind_it(client, path):
    client.get(f"{path}more/")


def from_a_strange_host(client, path):
    client.get(path, headers={"host": "evil.example"})


def forged(client, path):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    strict.post(path, {"name": "Mallory"})


def by_a_strange_method(client, path):
    client.delete(path)


WAYS = [as_it_came, with_more_behind_it, from_a_strange_host, forged, by_a_strange_method]


@pytest.mark.parametrize("way", WAYS)
def test_a_link_that_is_refused_stands_in_no_line(client, link, log, way):
    way(client, link)
    assert secret(link) not in log()
    if way is not as_it_came:
        assert re.search(r"(40\d to [A-Z]+ |Forbidden )", log())


def test_a_link_that_fails_stands_in_no_line(client, link, log, monkeypatch):
    def fails(_middleware, _request):
        raise RuntimeError("planted")

    monkeypatch.setattr("inventory_site.web.middleware.PersonTimeZoneMiddleware.__call__", fails)
    client.raise_request_exception = False
    assert client.get(link).status_code == 500
    assert secret(link) not in log()
    assert "Internal Server Error: /" in log()
    assert "RuntimeError: planted" in log()


def test_a_link_that_is_asked_too_often_stands_in_no_line(client, link, log, monkeypatch):
    monkeypatch.setattr("inventory_site.web.limits.RULES", {name: (Rule("1/hour"),) for name in RULES})
    for _ in range(2):
        client.get(link)
    assert secret(link) not in log()


def test_a_row_that_the_database_refuses_stands_in_no_line(db, log):
    person("staff", email="ada.lovelace@example.com")
    try:
        with transaction.atomic():
            User.objects.create(email="Ada.Lovelace@Example.com", name="Another", phone="+441632960961")
    except IntegrityError:
        logging.getLogger("anything").exception("It failed")
    assert "violates unique constraint" in log()
    assert "lovelace" not in log().lower()


def test_the_database_keeps_such_a_row_out_of_its_own_log(db):
    with connection.cursor() as cursor:
        # Neither the row nor what was asked with: the statement stands there with a number for each value.
        said = {name: cursor.execute(f"SHOW {name}").fetchone()[0] for name in QUIET}
    assert said == QUIET
    assert settings.DATABASES["default"]["OPTIONS"]["server_side_binding"] is True


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("535 no mailbox <ada.lovelace@mail.example.com>", "535 no mailbox <[e-mail]>"),
        ("not +441632960961 but +4930123456", "not [phone] but [phone]"),
        ("GET /people/?q=ada%40example.com&after=2 HTTP/1.1", "GET /people/?[query] HTTP/1.1"),
        ("GET /sign-in/return/?code=4/0Ab&state=x", "GET /sign-in/return/?[query]"),
        # What tells whoever runs the site what went wrong is kept.
        ("Is it on? Yes: a=b, 2+2=4", "Is it on? Yes: a=b, 2+2=4"),
        (
            "/operations/0f8fad5b-d9cb-469f-a165-70867728950e/undo/",
            "/operations/0f8fad5b-d9cb-469f-a165-70867728950e/undo/",
        ),
        ("celery@web-1 is ready at 2026-11-23T10:00:00+00:00", "celery@web-1 is ready at 2026-11-23T10:00:00+00:00"),
    ],
)
def test_what_names_somebody_or_asks_for_them_is_left_out(log, said, written):
    logging.getLogger("anything").warning("%s", said)
    assert log().rstrip("\n").partition(" anything ")[2] == written


def test_the_web_server_writes_its_lines_like_that_too(tmp_path):
    token = "a-token-of-some-length-that-somebody-may-still-use"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "inventory_site.settings",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
    }
    lines = tmp_path / "log"
    with gunicorn("inventory_site.wsgi:application", environment, lines, ["--access-logfile", "-"]) as port:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/invitation/{token}/more?q=ada@example.com",
            headers={"Referer": f"http://127.0.0.1:{port}/invitation/{token}/"},
        )
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(asked)
    said = lines.read_text()
    assert '"GET /invitation/[secret]/more?[query] HTTP/1.1"' in said
    assert (token in said, "ada@" in said) == (False, False)


def test_a_page_behind_such_a_link_is_named_to_nobody(client, link):
    # With the whole address in it, the request for a style would bring the link into the log of a proxy.
    assert client.get(link)["Referrer-Policy"] == "strict-origin"
    assert client.get("/sign-in/")["Referrer-Policy"] == "same-origin"


def test_a_form_behind_such_a_link_is_still_told_from_a_forged_one(client, link):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    strict.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    sent = {"csrfmiddlewaretoken": "a" * 32}
    assert strict.post(link, sent, secure=True, headers={"referer": "https://testserver/"}).status_code != 403
    assert strict.post(link, sent, secure=True, headers={"referer": "https://evil.example/"}).status_code == 403
