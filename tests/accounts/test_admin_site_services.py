"""The admin site changes role and status of a person by the same services, and shows what they refuse."""

import pytest

from accounts.models import User
from tests.accounts.test_admin_site import PEOPLE, changed
from tests.factories import person


def fresh(of):
    return User.objects.get(pk=of.pk)


def test_status_and_role_go_through_the_services(client, admin_person):
    max_ = person("staff", name="Max")
    page = f"{PEOPLE}{max_.pk}/change/"
    assert client.post(page, changed(max_, role="manager", status="suspended")).status_code == 302
    assert (fresh(max_).role, fresh(max_).status) == ("manager", "suspended")
    assert client.post(page, changed(fresh(max_), status="active")).status_code == 302
    assert fresh(max_).status == "active"


def test_what_a_service_refuses_is_said_and_nothing_is_stored(client, admin_person, monkeypatch):
    from accounts.errors import LastAdmin

    def refuse(**kwargs):
        raise LastAdmin("Bea is the last active admin.")

    bea = person("admin", name="Bea")
    monkeypatch.setattr("accounts.admin.change_role", refuse)
    response = client.post(f"{PEOPLE}{bea.pk}/change/", changed(bea, role="staff", phone="+441632960961"), follow=True)
    assert [str(message) for message in response.context["messages"]] == ["Bea is the last active admin."]
    assert (fresh(bea).role, fresh(bea).phone) == ("admin", "")


@pytest.mark.parametrize("status", ["invited", "pending"])
def test_nobody_is_let_in_by_the_way(client, admin_person, status):
    pia = person("staff", status=status)
    client.post(f"{PEOPLE}{pia.pk}/change/", changed(pia, status="active"))
    assert fresh(pia).status == status


@pytest.mark.parametrize("status", ["invited", "pending"])
def test_nobody_is_made_to_wait_again(client, admin_person, status):
    max_ = person("staff")
    assert client.post(f"{PEOPLE}{max_.pk}/change/", changed(max_, status=status)).status_code == 200
    assert fresh(max_).status == "active"


def test_a_former_employee_is_only_shown(client, admin_person):
    from django.utils import timezone

    former = person("staff", status="suspended", anonymised=timezone.now())
    assert client.get(f"{PEOPLE}{former.pk}/change/").status_code == 200
    assert client.post(f"{PEOPLE}{former.pk}/change/", changed(former, status="active")).status_code == 403
    assert fresh(former).status == "suspended"
