"""What is nobody's business stands in no answer and no log: secrets, stack traces, folders, versions."""

import io
import logging
import re

import pytest
from django.conf import settings
from django.core import mail
from django.urls import path

from accounts.tasks import send_links
from inventory_site.urls import handler400, handler403, handler404, handler500  # noqa: F401 - found by their names
from inventory_site.urls import urlpatterns as ours
from inventory_site.web.access import anyone
from inventory_site.web.log_lines import OneLineFormatter
from tests.accounts.codes import code_now, give_code, give_password
from tests.factories import APP_SECRET, PASSWORD, WarehouseFactory, person


@anyone
def fails(request):
    secret = settings.SECRET_KEY
    raise RuntimeError(f"planted: {secret}")


urlpatterns = [*ours, path("fails/", fails)]
pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    """Everything that is logged, written as the site writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLineFormatter(settings.LOGGING["formatters"]["line"]["format"]))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: written.getvalue()
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.urls(__name__)
def test_an_error_that_nobody_expected_shows_nothing_of_itself(client, log):
    client.raise_request_exception = False
    answer = client.get("/fails/", {"token": "typed"})
    text = answer.content.decode()
    assert answer.status_code == 500
    assert not re.search(r"planted|RuntimeError|Traceback|site-packages|settings", text)
    assert settings.SECRET_KEY not in text
    # It is known to who runs the site.
    assert "RuntimeError: planted" in log()


def test_a_sign_in_leaves_no_password_code_or_address_in_the_log(client, log):
    ada = person("admin", email="ada.lovelace@example.com", phone="+49 30 1234567")
    give_password(client, ada, "not this password at all")
    give_password(client, ada)
    code = code_now()
    give_code(client, code)
    client.post("/sign-out/")
    client.post("/password/forgotten/", {"email": ada.email})
    send_links()
    [message] = mail.outbox[-1:]
    link = re.search(r"https?://\S+", message.body)[0]
    client.get(link[link.index("/password") :])
    client.get("/people/nobody/")
    said = log()
    for secret in (
        PASSWORD,
        "not this password",
        code,
        APP_SECRET,
        ada.email,
        ada.phone,
        link.rstrip("/").rpartition("-")[2],
    ):
        assert secret not in said
    assert "404 to GET" in said


def test_lines_of_the_log_say_when_by_utc(log):
    logging.getLogger("anything").warning("It happened")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING anything It happened\n", log())


@pytest.mark.parametrize(
    "folder", ["/static/", "/static/css/", "/static/js/", "/media/", "/media/photos/", "/.git/", "/.env"]
)
def test_no_folder_is_listed(client, folder):
    (settings.STATIC_ROOT / "css").mkdir(parents=True, exist_ok=True)
    (settings.STATIC_ROOT / "css" / "planted.css").write_text("x")
    client.force_login(person(rights={WarehouseFactory(): "view"}))
    answer = client.get(folder)
    assert (answer.status_code, b"planted" in answer.content) == (404, False)


def test_no_answer_names_a_version(client):
    answer = client.get("/sign-in/")
    assert not {"Server", "X-Powered-By", "X-AspNet-Version"} & set(answer.headers)
    assert not re.search(r"Django/|\bDjango \d|Python/", answer.content.decode())


def test_pages_for_monitoring_say_no_more_than_they_must(client):
    assert client.get("/livez").content == b"ok\n"
    assert set(client.get("/readyz").json()) == {"status", "failed", "degraded"}
