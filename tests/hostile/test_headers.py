"""Every kind of answer tells the browser how little it may do with it."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import path

from inventory_site.urls import handler400, handler403, handler404, handler500  # noqa: F401 - found by their names
from inventory_site.urls import urlpatterns as ours
from inventory_site.web.access import anyone
from inventory_site.web.limits import RULES, Rule
from tests.factories import PASSWORD, ProductFactory, WarehouseFactory, person


@anyone
def fails(request):
    raise RuntimeError("planted")


urlpatterns = [*ours, path("fails/", fails)]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

EVERYWHERE = {
    "Content-Security-Policy": (
        "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; img-src 'self'; manifest-src 'self'; object-src 'none'; script-src 'self'; "
        "style-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def staff(client, monkeypatch, settings):
    monkeypatch.setitem(RULES, "export", (Rule("1/minute"),))
    client.raise_request_exception = False
    # WhiteNoise looks once, with the client's first request, for what there is to send.
    (settings.STATIC_ROOT / "planted.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    ProductFactory(sku="BOLT-M8")
    somebody = person(rights={WarehouseFactory(code="NORTH"): "operate"})
    client.force_login(somebody)
    return somebody


def page(client):
    return client.get("/products/")


def fragment(client):
    return client.get("/products/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})


def sign_in(client):
    client.logout()
    return client.get("/sign-in/")


def redirect(client):
    return client.get("/scan/?code=BOLT-M8")


def not_found(client):
    return client.get("/nothing/here/")


def forbidden(client):
    return client.get("/catalog/categories/")


def wrong_method(client):
    return client.post("/products/")


def refused(client):
    return client.get("/scan/?code=NOPE")


def file(client):
    return client.get("/transactions.csv")


def too_many(client):
    file(client)
    return file(client)


def broken(client):
    return client.get("/fails/")


def strange_host(client):
    return client.get("/products/", headers={"host": "evil.example"})


def static(client):
    return client.get("/static/planted.svg")


def health(client):
    return client.get("/livez")


ANSWERS = {
    page: 200,
    fragment: 200,
    sign_in: 200,
    redirect: 302,
    not_found: 404,
    forbidden: 403,
    wrong_method: 405,
    refused: 422,
    file: 200,
    too_many: 429,
    broken: 500,
    strange_host: 400,
    static: 200,
    health: 200,
}
ASKED = pytest.mark.parametrize("ask", ANSWERS, ids=lambda ask: ask.__name__)


def policy(text):
    return "; ".join(sorted(part.strip() for part in text.split(";")))


@ASKED
def test_every_answer_carries_the_policies(client, staff, ask):
    answer = ask(client)
    said = {name: answer.headers.get(name, "") for name in EVERYWHERE}
    said["Content-Security-Policy"] = policy(said["Content-Security-Policy"])
    assert (answer.status_code, said) == (ANSWERS[ask], EVERYWHERE)


@ASKED
def test_the_camera_and_passkeys_are_ours_and_nothing_else_is_anybodys(client, staff, ask):
    allowed = dict(part.split("=") for part in ask(client).headers["Permissions-Policy"].split(", "))
    own = {"camera", "publickey-credentials-create", "publickey-credentials-get"}
    assert {feature for feature, who in allowed.items() if who == "(self)"} == own
    assert {who for feature, who in allowed.items() if feature not in own} == {"()"}
    assert {"geolocation", "microphone", "payment", "usb"} <= allowed.keys()


@ASKED
def test_the_policy_knows_no_way_to_write_a_script_into_a_page(client, staff, ask):
    said = ask(client).headers["Content-Security-Policy"]
    assert re.findall(r"unsafe|data:|blob:|https?:|\*|nonce|sha\d", said) == []


PERSONAL = [page, fragment, not_found, forbidden, refused, file, too_many]


@pytest.mark.parametrize("ask", PERSONAL, ids=lambda ask: ask.__name__)
def test_what_a_person_sees_stays_out_of_shared_caches(client, staff, ask):
    assert ask(client).headers["Cache-Control"] in {"private, no-cache", "private, no-store"}


@ASKED
def test_no_answer_is_for_another_origin(client, staff, ask):
    assert [name for name in ask(client).headers if name.lower().startswith("access-control-")] == []


def test_the_cookies_of_a_session_are_for_the_server_alone(client):
    cookies = dict(client.get("/sign-in/").cookies)
    cookies |= client.post("/sign-in/", {"login": person().email, "password": PASSWORD}).cookies
    cookies.pop("messages", None)
    assert cookies.keys() == {"csrftoken", "sessionid"}
    for cookie in cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


OVER_HTTPS = """
import json
import django
django.setup()
from django.conf import settings
from django.test import Client
from inventory_site.web.flash import FlashCookie
answer = Client().get("/sign-in/", secure=True, headers={"host": "localhost"})
plain = Client().get("/sign-in/", headers={"host": "localhost"})
print(json.dumps({
    "cookies": [cookie.output(header="") for cookie in answer.cookies.values()],
    "names": sorted([settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, FlashCookie.cookie_name]),
    "secure": [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE],
    "hsts": answer.headers["Strict-Transport-Security"],
    "plain": [plain.status_code, plain.headers["Location"]],
}))
"""


def test_over_https_cookies_are_the_hosts_own_and_the_browser_stays_there():
    done = subprocess.run(
        [sys.executable, "-c", OVER_HTTPS],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "inventory_site.settings", "HTTPS": "true"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    [cookie] = said.pop("cookies")
    name, *attributes = [part.strip() for part in cookie.split(";")]
    assert name.startswith("__Host-csrftoken=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"} == {a for a in attributes if not re.match("expires|Max", a)}
    assert said == {
        "names": ["__Host-csrftoken", "__Host-messages", "__Host-sessionid"],
        "secure": [True, True, "Lax"],
        "hsts": "max-age=31536000; includeSubDomains; preload",
        "plain": [301, "https://localhost/sign-in/"],
    }
