"""Markup in a text that somebody may write is shown as it was written, on every page, and runs nowhere."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth import get_user
from django.urls import reverse

from tests.calls import CALLS
from tests.hostile.markup import RUNS, markup_everywhere
from tests.test_markers import text_of

pytestmark = pytest.mark.django_db

# What would stand there if a text was put in as it is, in a page, an attribute or a template.
RAN = re.compile(r"<script>alert|<img src=x|49\$|<b>49")
SHOWN = "&lt;script&gt;alert(1)"


@pytest.fixture
def planted(client):
    worlds, admin = markup_everywhere()
    client.force_login(admin)
    return worlds


def is_page(response):
    return "html" in response.headers.get("Content-Type", "html")


def test_what_would_run_is_shown_as_text_on_every_page(client, planted):
    ran, shown = set(), set()
    # The first ways of calling each route, what changes last: the others show the same texts again.
    asked = [(name, call) for name, calls in CALLS.items() for call in list(calls(planted))[:2]]
    for name, call in sorted(asked, key=lambda pair: pair[1].post is not None):
        address = reverse(name, kwargs=call.kwargs)
        if call.post is None:
            response = client.get(address, call.query)
        else:
            response = client.post(address, call.post, query_params=call.query, follow=True)
        text = text_of(response) if is_page(response) else ""
        ran |= {name} if RAN.search(text) else set()
        shown |= {name} if SHOWN in text else set()
    assert ran == set()
    assert len(shown) >= 40, sorted(shown)


def test_the_name_of_a_passkey_and_of_a_device_are_shown_as_text(client, planted):
    Authenticator.objects.filter(type="webauthn").update(user=get_user(client))
    text = client.get(reverse("accounts:security")).content.decode()
    assert (RAN.search(text), text.count(SHOWN)) == (None, 2)


def test_a_question_that_would_run_is_shown_as_text(client, planted):
    for name in ("stock:product-list", "stock:scan", "accounts:person-list", "accounts:matrix", "reports:audit-list"):
        for asked in ("q", "code", "person", "state", "warehouse", "after"):
            response = client.get(reverse(name), {asked: RUNS})
            assert (name, asked, RAN.search(response.content.decode())) == (name, asked, None)


def test_what_would_run_is_shown_as_text_in_the_admin_site(client, planted):
    ran, shown = set(), set()
    for model in apps.get_models():
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        try:
            pages = [reverse(f"admin:{label}_changelist")]
        except Exception:  # noqa: BLE001 - not in the admin site
            continue
        rows = model._default_manager.order_by("-pk")[:3]
        pages += [reverse(f"admin:{label}_{page}", args=[row.pk]) for row in rows for page in ("change", "history")]
        for page in pages:
            response = client.get(page)
            text = response.content.decode()
            ran |= {page} if RAN.search(text) else set()
            shown |= {label} if SHOWN in text else set()
    assert ran == set()
    assert len(shown) >= 10, sorted(shown)
