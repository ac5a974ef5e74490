"""What the admin site has of its own for signing in leads to our pages, which count, prove, record and tell."""

from dataclasses import replace

import pytest
from auditlog.models import LogEntry
from django.core import mail

from accounts.models import User
from inventory_site.web.limits import RULES
from tests.factories import PASSWORD, person

NEW = "a brand new password of mine"
OTHER = ["/admin/password_change/", "/admin/password_change/done/", "/admin/logout/"]


def test_the_header_leads_to_our_pages(client, admin_person):
    page = client.get("/admin/").content.decode()
    assert '<a href="/profile/password/">Change password</a>' in page
    assert '<form id="logout-form" method="post" action="/sign-out/">' in page
    assert [address for address in OTHER if address in page] == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("address", "ours"),
    list(zip(OTHER, ["/profile/password/", "/profile/password/", "/sign-out/"], strict=True)),
)
def test_what_django_has_for_it_changes_nothing_and_leads_there(client, admin_person, method, address, ours):
    before, rows = User.objects.get().password, LogEntry.objects.count()
    sent = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    response = getattr(client, method)(address, sent)
    assert (response.status_code, response.headers["Location"]) == (302, ours)
    assert (User.objects.get().password, LogEntry.objects.count(), mail.outbox) == (before, rows, [])
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_who_is_no_admin_is_told_that_only_an_admin_may(client, db, role):
    client.force_login(person(role))
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "<p data-error-message>Only an admin may do this.</p>" in answer.content.decode()


def test_what_is_sought_in_the_admin_site_is_counted_in_all_lists_together(client, admin_person, monkeypatch):
    monkeypatch.setitem(RULES, "search", (replace(RULES["search"][0], most="3/minute"),))
    asked = {"app_label": "accounts", "model_name": "user", "field_name": "home_warehouse"}
    answers = [
        client.get("/admin/accounts/user/", {"q": "a"}),
        client.get("/admin/autocomplete/", {**asked, "term": "b"}),
        client.get("/products/", {"q": "c"}),
        client.get("/admin/catalog/product/", {"q": "d"}),
        client.get("/admin/autocomplete/", {**asked, "term": "e"}),
        client.get("/admin/accounts/user/"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429, 200]
