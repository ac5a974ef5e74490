"""Every answer says what it is and how its letters are written."""

import pytest

from inventory_site.web import limits
from tests.factories import person
from tests.test_markers import PAGE, answers
from tests.worlds import two_worlds

pytestmark = pytest.mark.django_db

FITS = {
    "text/html; charset=utf-8": lambda body: body.lstrip()[:1] in (b"<", b""),
    "text/csv; charset=utf-8": lambda body: b"," in body,
    "text/plain; charset=utf-8": lambda body: body.decode().isprintable() or b"\n" in body,
    "application/json": lambda body: body.lstrip()[:1] in (b"{", b"["),
    "text/javascript": lambda body: body.startswith(b"//"),
    "image/webp": lambda body: body[8:12] == b"WEBP",
}


def test_every_route_names_its_type_its_charset_and_sends_that(client, monkeypatch):
    monkeypatch.setattr(limits, "RULES", dict.fromkeys(limits.RULES, ()))
    worlds = two_worlds()
    client.force_login(person("admin", {worlds.own.place: "manage"}))
    wrong, seen = [], set()
    for name, _call, response in answers(client, worlds, [PAGE], follow=False):
        body = b"".join(response.streaming_content) if response.streaming else response.content
        kind = response.headers.get("Content-Type", "")
        seen.add(kind)
        if kind not in FITS or not FITS[kind](body):
            wrong.append((name, response.status_code, kind, body[:40]))
    assert wrong == []
    assert {"text/html; charset=utf-8", "text/csv; charset=utf-8", "text/plain; charset=utf-8"} <= seen


@pytest.mark.parametrize(
    ("file", "kind"), [("planted.css", "text/css"), ("planted.js", "text/javascript"), ("planted.svg", "image/svg+xml")]
)
def test_static_files_too(client, settings, file, kind):
    (settings.STATIC_ROOT / file).write_text("/* planted */")
    answer = client.get(f"/static/{file}")
    b"".join(answer.streaming_content)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].replace('"', "").partition(";")[0] == kind
    assert "charset=utf-8" in answer.headers["Content-Type"].replace('"', "") or kind == "image/svg+xml"
