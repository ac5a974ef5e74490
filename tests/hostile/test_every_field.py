"""Whatever is typed into any field of any page, the answer is a page and no error."""

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from inventory_site.web import limits
from tests.calls import CALLS
from tests.factories import person
from tests.worlds import two_worlds

pytestmark = pytest.mark.django_db

TYPED = {None, "text", "search", "email", "password", "number", "tel", "url", "date", "datetime-local", "time"}
STRANGE = {
    "NUL": "a\x00b",
    "hidden": "\N{RIGHT-TO-LEFT OVERRIDE}\N{ZERO WIDTH SPACE}",
    "over-long": "x" * 20_000,
    "digits": "٣",
    "a huge number": "9" * 400,
    "infinite": "-Infinity",
}


class Forms(HTMLParser):
    """Reads the forms of a page: where each is sent to and how, what is typed into it, and what it sends by itself."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.found.append((given.get("method", "get"), given.get("action", ""), [], {}))
        elif self.found and (name := given.get("name")):
            _method, _action, typed, kept = self.found[-1]
            if tag == "textarea" or (tag == "input" and given.get("type") in TYPED):
                typed.append(name)
            elif tag == "select":
                self.choosing = name
            elif given.get("type") not in ("checkbox", "radio", "file") or "checked" in given:
                kept.setdefault(name, given.get("value") or "")
        elif tag == "option" and self.found and given.get("value"):
            self.found[-1][3].setdefault(getattr(self, "choosing", ""), given["value"])


@pytest.fixture
def forms(client, monkeypatch):
    """Every form of every page as an admin sees it, once: (page, method, address, typed, sent by itself)."""
    monkeypatch.setattr(limits, "RULES", dict.fromkeys(limits.RULES, ()))
    worlds = two_worlds()
    admin = person("admin", {worlds.own.place: "manage"})
    client.force_login(admin)
    client.admin = admin
    seen = {}
    for name, calls in CALLS.items():
        for call in list(calls(worlds))[:2]:
            page = client.get(reverse(name, kwargs=call.kwargs), call.query) if call.post is None else None
            if page is None or page.status_code != 200 or page.streaming or b"<form" not in page.content:
                continue
            for method, action, typed, kept in Forms(page.content.decode()).found:
                if typed:
                    seen.setdefault((method, action.partition("?")[0] or page.request["PATH_INFO"], *typed), kept)
    return seen


def test_nothing_that_is_typed_is_an_error(client, forms):
    assert len(forms) >= 30, sorted(forms)
    client.raise_request_exception = False
    broken = {}
    for (method, address, *typed), kept in forms.items():
        client.force_login(client.admin)
        for what, text in STRANGE.items():
            data = {**kept, **dict.fromkeys(typed, text)}
            answer = client.post(address, data) if method == "post" else client.get(address, data)
            if answer.status_code >= 500:
                broken[address, what] = (answer.status_code, typed)
    assert broken == {}
