"""A person's pages stay out of shared caches, and a fragment is not taken for the page of its address."""

import pytest

from tests.factories import WarehouseFactory, person

pytestmark = pytest.mark.django_db


def test_pages_vary_with_htmx_and_are_private(client):
    client.force_login(person(rights={WarehouseFactory(): "operate"}))
    answer = client.get("/ship/")
    assert "HX-Request" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_the_sign_in_page_keeps_its_own_word_about_caches(client):
    answer = client.get("/sign-in/")
    assert "HX-Request" in answer.headers["Vary"]
    assert "private, no-cache" not in answer.headers.get("Cache-Control", "")
