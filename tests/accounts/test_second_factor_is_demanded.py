"""Who needs a second factor and has none comes no further than to setting one up."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.factories import person
from tests.test_markers import OURS, answers, routes
from tests.worlds import two_worlds

SECURITY = "/profile/security/"


def test_an_admin_without_one_reaches_no_page(client, db):
    worlds = two_worlds()
    client.force_login(person("admin", second_factor=False))
    open_still = {name for name, route in OURS.items() if route.callback.access in ("anyone", "while_setting_up")}
    asked = [name for name in OURS if name not in open_still]
    given = answers(client, worlds, [{}], asked, follow=False)
    found = {(name, each.status_code, each.headers.get("Location")) for name, _, each in given}
    assert found == {(name, 302, SECURITY) for name in asked}
    assert len(asked) > 60


def test_the_admin_site_is_shut_too(client, db):
    client.force_login(person("admin", second_factor=False))
    pages = [name for name, _ in routes() if name and re.fullmatch("admin:(index|[a-z_]+_(changelist|add))", name)]
    assert len(pages) > 20
    assert {client.get(reverse(name)).headers.get("Location") for name in pages} == {SECURITY}


def test_what_stays_open_is_the_way_to_one_and_the_way_out(client, db):
    client.force_login(person("admin", second_factor=False))
    page = client.get(SECURITY)
    assert "With your role you need a second factor before you can go on" in page.content.decode()
    assert client.post("/sign-out/")["Location"] == "/sign-in/"


def test_it_opens_with_the_first_factor_and_shuts_with_the_last(client, db):
    ada = person("admin", second_factor=False)
    client.force_login(ada)
    factor = Authenticator.objects.create(user=ada, type="webauthn", data={"name": "Phone"})
    assert client.get("/").status_code == 200
    factor.delete()
    assert client.get("/")["Location"] == SECURITY


def test_recovery_codes_alone_are_no_factor(client, db):
    ada = person("admin", second_factor=False)
    Authenticator.objects.create(user=ada, type="recovery_codes", data={})
    client.force_login(ada)
    assert client.get("/")["Location"] == SECURITY


def test_who_becomes_an_admin_needs_one_from_the_next_page_on(client, db):
    from accounts.services import set_role

    mara = person("manager")
    client.force_login(mara)
    assert client.get("/profile/").status_code == 200
    set_role(person=mara, role="admin")
    assert client.get("/profile/")["Location"] == SECURITY


@pytest.mark.parametrize(("roles", "status"), [({"admin"}, 200), ({"admin", "manager"}, 302)])
def test_managers_need_one_where_the_setting_says_so(client, db, settings, roles, status):
    settings.SECOND_FACTOR_FOR = roles
    client.force_login(person("manager"))
    assert client.get("/profile/").status_code == status
    client.force_login(person("staff"))
    assert client.get("/profile/").status_code == 200


def test_asking_costs_no_query(client, db, django_assert_num_queries):
    client.force_login(person("admin"))
    client.get(SECURITY)
    with django_assert_num_queries(1) as admin:
        client.get("/sign-out/")
    assert "EXISTS" in admin.captured_queries[0]["sql"]
