"""Whoever only looks changes nothing, whatever the address says; which methods are answered, `tests.expected` says."""

import pytest
from django.apps import apps
from django.urls import reverse

from inventory_site.web import limits
from tests.calls import CALLS
from tests.factories import person
from tests.worlds import two_worlds

pytestmark = pytest.mark.django_db


def contents():
    """Give every row of ours but what a visit itself leaves: the session, and the audit log of it."""
    left_out = {"sessions.session", "auditlog.logentry", "usersessions.usersession"}
    models = [model for model in apps.get_models() if model._meta.managed and model._meta.label_lower not in left_out]
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in models}


@pytest.fixture
def worlds(client, monkeypatch):
    monkeypatch.setattr(limits, "RULES", dict.fromkeys(limits.RULES, ()))
    worlds = two_worlds()
    client.force_login(person("admin", {worlds.own.place: "manage"}))
    return worlds


def test_nothing_that_only_looks_changes_anything(client, worlds):
    """Whoever is led to an address, by a link or a picture, books nothing, ends nothing and grants nothing."""
    before = contents()
    for name, calls in CALLS.items():
        for call in calls(worlds):
            if call.post is not None:
                response = client.get(reverse(name, kwargs=call.kwargs), {**call.query, **call.post})
                assert (name, response.status_code < 500) == (name, True)
    assert contents() == before
