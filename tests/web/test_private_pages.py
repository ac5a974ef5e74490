"""A person's pages stay out of shared caches, pages about people out of every one; a fragment is taken for no page."""

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


@pytest.mark.parametrize(
    "page",
    [
        "/profile/",
        "/profile/security/",
        "/people/",
        "/people/rights/",
        "/people/invite/",
        "/audit/",
        "/audit.csv",
        "/admin/",
        "/admin/accounts/user/",
        "/sign-in/",
        "/password/forgotten/",
    ],
)
def test_no_browser_keeps_a_page_about_people(client, page):
    if page not in ("/sign-in/", "/password/forgotten/"):
        client.force_login(person("admin"))
    answer = client.get(page)
    assert answer.status_code == 200
    assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", "))
