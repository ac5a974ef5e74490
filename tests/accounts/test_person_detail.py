"""A person's page: role, status and rights, and who may change which of them."""

import threading

import pytest
from auditlog.models import LogEntry
from django.db import connection

from accounts.errors import LastAdmin, OwnAccount
from accounts.models import User
from accounts.services import change_role, suspend
from tests.factories import PASSWORD, WarehouseFactory, person
from warehouses.models import Warehouse


@pytest.fixture
def north(db):
    return WarehouseFactory(code="NORTH", name="North Quay")


@pytest.fixture
def sam(north):
    return person("staff", {north: "operate"}, name="Sam Porter", email="sam@example.com")


def page(of, verb=""):
    return f"/people/{of.pk}/{verb}"


def fresh(of):
    return User.objects.get(pk=of.pk)


def test_a_role_is_changed_and_counts_at_once(client, admin_person, sam, north):
    assert client.post(page(sam, "role"), {"role": "manager"})["Location"] == page(sam)
    assert (fresh(sam).role, [group.name for group in sam.groups.all()]) == ("manager", ["manager"])
    entry = LogEntry.objects.get_for_object(sam).filter(changes__has_key="role").first()
    assert (entry.actor, entry.changes["role"]) == (admin_person, ["staff", "manager"])


def test_a_role_that_is_none_is_refused(client, admin_person, sam):
    for sent in ({}, {"role": "owner"}):
        assert client.post(page(sam, "role"), sent).status_code == 422
    assert fresh(sam).role == "staff"


def test_a_suspended_person_is_out_at_once_and_comes_back_by_signing_in(
    client, admin_person, sam, django_capture_on_commit_callbacks
):
    from django.test import Client

    theirs = Client()
    theirs.post("/sign-in/", {"login": sam.email, "password": PASSWORD})
    assert theirs.get("/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page(sam, "suspend"))["Location"] == page(sam)
    assert theirs.get("/")["Location"] == "/sign-in/?next=/"
    assert client.post(page(sam, "suspend")).status_code == 302
    assert client.post(page(sam, "restore")).status_code == 302
    assert fresh(sam).status == "active"
    assert theirs.get("/")["Location"] == "/sign-in/?next=/"
    assert theirs.post("/sign-in/", {"login": sam.email, "password": PASSWORD})["Location"] == "/"
    assert list(Warehouse.objects.for_user(fresh(sam), "operate")) != []


def test_nobody_suspends_or_demotes_themselves(client, admin_person):
    person("admin")
    for verb, sent in (("suspend", {}), ("role", {"role": "staff"})):
        response = client.post(page(admin_person, verb), sent)
        assert response.status_code == 422
        assert response.context["errors"] == ["You cannot do this to your own account. Ask another admin."]
    assert (fresh(admin_person).role, fresh(admin_person).status) == ("admin", "active")
    assert "Save the role" not in client.get(page(admin_person)).content.decode()


def test_the_last_active_admin_stays(db):
    """No page leads there, for whoever asks is an admin too; two who ask in the same moment do."""
    ada, bea = person("admin", name="Ada"), person("admin", name="Bea")
    change_role(person=bea, role="staff", by=ada)
    for refused in (
        lambda: change_role(person=ada, role="staff", by=bea),
        lambda: suspend(person=ada, by=bea),
    ):
        with pytest.raises(LastAdmin, match=r"Ada is the last active admin\. Make somebody else an admin first\."):
            refused()
    with pytest.raises(OwnAccount):
        suspend(person=ada, by=ada)
    assert fresh(ada).is_superuser


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_demote_each_other_in_the_same_moment_leave_one():
    ada, bea = person("admin"), person("admin")
    outcomes, start = [], threading.Barrier(2)

    def demote(who, by):
        try:
            start.wait()
            change_role(person=who, role="staff", by=by)
            outcomes.append("done")
        except LastAdmin:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((ada, bea), (bea, ada))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["done", "refused"]
    assert User.objects.active().filter(role="admin").count() == 1


@pytest.mark.parametrize(
    ("status", "verb"), [("pending", "suspend"), ("invited", "suspend"), ("pending", "restore"), ("active", "approve")]
)
def test_what_does_not_fit_the_status_answers_409(client, admin_person, sam, status, verb):
    User.objects.filter(pk=sam.pk).update(status=status)
    assert client.post(page(sam, verb), {"role": "staff"}).status_code == 409
    assert fresh(sam).status == status


def test_a_right_is_set_on_the_page_and_counts_with_the_next_request(client, admin_person, sam, north):
    from django.test import Client

    theirs = Client()
    theirs.force_login(sam)
    assert theirs.get("/warehouses/NORTH/").status_code == 200
    assert client.post(page(sam, "rights/NORTH"), {"right": ""})["Location"] == page(sam)
    assert theirs.get("/warehouses/NORTH/").status_code == 404
    client.post(page(sam, "rights/north"), {"right": "view"})
    assert theirs.get("/warehouses/NORTH/").status_code == 200
    assert theirs.get("/receive/").status_code == 403
    changes = LogEntry.objects.filter(content_type__model="warehouseuserpermission", actor=admin_person)
    assert [entry.action for entry in changes.order_by("pk")] == [LogEntry.Action.DELETE, LogEntry.Action.CREATE]


def test_the_page_shows_the_rights_that_are_stored(client, admin_person, sam):
    WarehouseFactory(code="SOUTH")
    response = client.get(page(sam))
    assert [cell.stored for cell in response.context["rights"]] == ["operate", None]
    text = response.content.decode()
    assert text.count('<option value="operate" selected>') == 1
    assert text.count('<option value="" selected>') == 1
    assert text.count('<option value="manage">') == 2


def test_htmx_gets_the_cell_and_a_word(client, admin_person, sam):
    response = client.post(page(sam, "rights/NORTH"), {"right": "manage"}, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert response.status_code == 200
    assert '<option value="manage" selected>' in text
    assert "Sam Porter in NORTH: Manage" in text
    assert "<html" not in text


def test_a_right_that_is_none_changes_nothing(client, admin_person, sam, north):
    assert client.post(page(sam, "rights/NORTH"), {"right": "own"}).status_code == 404
    assert client.post(page(sam, "rights/NOWHERE"), {"right": "view"}).status_code == 404
    assert list(Warehouse.objects.for_user(sam, "operate")) == [north]


@pytest.mark.parametrize(("back", "lands"), [("/people/rights/?q=x", "/people/rights/?q=x"), ("//evil.example", None)])
def test_it_goes_back_to_a_page_of_this_site_alone(client, admin_person, sam, back, lands):
    response = client.post(page(sam, "rights/NORTH"), {"right": "view", "next": back})
    assert response["Location"] == (lands or page(sam))


@pytest.mark.parametrize("more", [0, 2, 49])
def test_it_costs_the_same_with_many_warehouses(client, admin_person, sam, more, django_assert_num_queries):
    for _ in range(more):
        WarehouseFactory()
    client.get(page(sam))
    with django_assert_num_queries(4):
        assert client.get(page(sam)).status_code == 200


@pytest.mark.parametrize("role", ["staff", "manager"])
@pytest.mark.parametrize("verb", ["", "role", "suspend", "restore", "approve", "refuse", "rights/NORTH", "anonymise"])
def test_only_admins_do_any_of_it(client, sam, north, role, verb):
    client.force_login(person(role, {north: "manage"}))
    assert client.post(page(sam, verb), {"role": "admin", "right": "manage"}).status_code == 403
    assert (fresh(sam).role, fresh(sam).status) == ("staff", "active")
