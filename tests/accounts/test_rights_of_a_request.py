"""A person's rights come with the person, in the statement that every request makes anyway: nothing is kept of them, so
nothing can be stale, and a page asks no further question about them."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import User, WarehouseUserPermission
from accounts.queries import in_force
from accounts.services import change_role, restore, set_right, suspend
from accounts.services.sign_in import SignInBackend
from tests.accounts.codes import prove
from tests.accounts.test_admin_site import PEOPLE, changed
from tests.factories import WarehouseFactory, person
from warehouses.models import RIGHTS, Warehouse

PAGES = ["/", "/products/", "/alerts/", "/transfers/", "/counts/", "/warehouses/", "/warehouses/NORTH/"]


@pytest.fixture
def north(db):
    return WarehouseFactory(code="NORTH", name="North Quay")


@pytest.fixture
def sam(north):
    return person("staff", {north: "view"})


@pytest.fixture
def theirs(sam):
    """The browser of Sam, who may look at NORTH and nothing more."""
    browser = Client()
    browser.force_login(sam)
    assert seen_by(browser) == (200, 403)
    return browser


def seen_by(browser):
    """Give the answers to looking at NORTH, and to booking there."""
    return tuple(browser.get(page).status_code for page in ("/warehouses/NORTH/", "/receive/?warehouse=NORTH"))


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_person_and_all_their_rights_are_one_query(db, count, django_assert_num_queries):
    places = [WarehouseFactory() for _ in range(count)]
    sam = person("manager", {places[0]: "manage", **dict.fromkeys(places[1:], "view")})
    with django_assert_num_queries(1):
        found = SignInBackend().get_user(sam.pk)
        may = {right: [found.may(right, place.pk) for place in places] for right in RIGHTS}
    assert may == {right: [True] + [right == "view"] * (count - 1) for right in RIGHTS}
    with django_assert_num_queries(1):
        assert set(Warehouse.objects.for_user(found, "view")) == set(places)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_for_rights_with_the_person_and_never_again(theirs, page):
    with CaptureQueriesContext(connection) as asked:
        assert theirs.get(page).status_code == 200
    about_rights = [query["sql"] for query in asked if "accounts_warehouseuserpermission" in query["sql"]]
    assert [sql for sql in about_rights if "FROM accounts_user" in sql] == about_rights
    assert len(about_rights) == 1


def by_the_matrix(sam, north, right):
    browser = Client()
    browser.force_login(person("admin"))
    prove(browser)
    assert browser.post(f"/people/{sam.pk}/rights/NORTH", {"right": right or ""}).status_code == 302


def by_the_admin_site(sam, north, right):
    browser = Client()
    browser.force_login(person("admin"))
    prove(browser)
    held = WarehouseUserPermission.objects.get(user=sam)
    sent = changed(sam, (held.pk, north, right or "view", right is None), initial=1)
    assert browser.post(f"{PEOPLE}{sam.pk}/change/", sent).status_code == 302


def by_the_service(sam, north, right):
    set_right(person=sam, warehouse=north, right=right)


def by_guardian(sam, north, right):
    remove_perm("view_warehouse", sam, north)
    if right:
        assign_perm(f"{right}_warehouse", sam, north)


def by_sql(sam, north, right):
    with connection.cursor() as cursor:
        if right is None:
            cursor.execute("DELETE FROM accounts_warehouseuserpermission WHERE user_id = %s", [sam.pk])
            return
        permission = Permission.objects.get(content_type__app_label="warehouses", codename=f"{right}_warehouse")
        cursor.execute(
            "UPDATE accounts_warehouseuserpermission SET permission_id = %s WHERE user_id = %s", [permission.pk, sam.pk]
        )


WAYS = [by_the_matrix, by_the_admin_site, by_the_service, by_guardian, by_sql]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("right", "answers"), [("operate", (200, 200)), (None, (404, 404))], ids=["more", "none"])
def test_a_change_counts_from_the_next_request_on_by_whatever_way_it_came(theirs, sam, north, way, right, answers):
    way(sam, north, right)
    assert seen_by(theirs) == answers


def test_so_does_a_role(theirs, sam, north):
    set_right(person=sam, warehouse=north, right="manage")
    assert theirs.get("/people/at/NORTH/").status_code == 403
    change_role(person=sam, role="manager", by=person("admin"))
    assert theirs.get("/people/at/NORTH/").status_code == 200


def test_so_does_a_suspension_and_its_end(theirs, sam):
    ada = person("admin")
    suspend(person=sam, by=ada)
    assert seen_by(theirs) == (302, 302)
    restore(person=sam, by=ada)
    theirs.force_login(sam)
    assert seen_by(theirs) == (200, 403)


def test_nothing_of_it_hangs_on_valkey(own_valkey, theirs, sam, north):
    own_valkey.kill()
    own_valkey.wait()
    set_right(person=sam, warehouse=north, right="operate")
    assert seen_by(theirs) == (200, 200)
    set_right(person=sam, warehouse=north, right=None)
    assert seen_by(theirs) == (404, 404)


@pytest.mark.parametrize("role", User.Role.values)
@pytest.mark.parametrize("status", User.Status.values)
@pytest.mark.parametrize("stored", [None, *RIGHTS])
def test_both_sides_of_the_policy_say_the_same(north, role, status, stored):
    """What a person may do, and what the matrix and "who may do what here" say that they may."""
    who = person(role, {north: stored}, status=status)
    held = in_force(role, status, stored)
    enough = RIGHTS[: RIGHTS.index(held) + 1] if held else ()
    assert {right: who.may(right, north.pk) for right in RIGHTS} == {right: right in enough for right in RIGHTS}
    for right in RIGHTS:
        assert list(Warehouse.objects.for_user(who, right)) == ([north] if right in enough else [])
