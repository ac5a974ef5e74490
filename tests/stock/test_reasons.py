"""Admins keep the reasons for corrections: what was booked with one keeps it for ever."""

import pytest
from auditlog.models import LogEntry

from stock.errors import Refused
from stock.models import Operation, ReasonCode
from stock.services import delete_reason, save_reason
from tests.factories import LocationFactory, person
from tests.stock.shelves import words

LIST, NEW = "/reasons/", "/reasons/new/"
HIDDEN = "This holds a hidden character (U+202E). Delete the text and type it again."
TYPED = {"code": "theft", "name": "Theft", "direction": "out", "note_required": "on", "counts_as_loss": "on"}


@pytest.fixture
def admin(client, db):
    person_ = person("admin")
    client.force_login(person_)
    return person_


@pytest.fixture
def damaged(desk, north, bolt):
    """The reason Damaged, with which something was booked."""
    shelf = LocationFactory(warehouse=north)
    desk.receive(north, bolt, 5, shelf)
    desk.adjust(north, bolt, -1, shelf, reason="damaged")
    return ReasonCode.objects.get(code="damaged")


def stored(code):
    return ReasonCode.objects.values_list("name", "direction", "note_required", "counts_as_loss", "is_active").get(
        code=code
    )


def page(reason, what=""):
    return f"/reasons/{reason.pk}/{what}"


def beside(response):
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def test_an_admin_adds_one_and_it_is_offered(client, admin, north):
    assert client.post(NEW, TYPED).headers["Location"] == LIST
    assert stored("theft") == ("Theft", "out", True, True, True)
    entry = LogEntry.objects.get_for_object(ReasonCode.objects.get(code="theft")).get()
    assert (entry.action, entry.actor) == (LogEntry.Action.CREATE, admin)
    assert "Theft – takes away" in client.get("/adjust/").content.decode()
    assert "theft · Takes away · asks for a note · loss" in words(client.get(LIST))
    assert LIST in client.get("/more/").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"code": ""}, {"code": ["Enter the code."]}),
        ({"code": "DAMAGED"}, {"code": ["Another reason has this code."]}),
        ({"code": "a b"}, {"code": ["Use letters, digits, dots, dashes and underscores only."]}),
        ({"name": ""}, {"name": ["Enter the name."]}),
        (
            {"name": "a\u202eb"},
            {"name": ["This holds a hidden character (U+202E). Delete the text and type it again."]},
        ),
        ({"direction": ""}, {"direction": ["Choose what it does to a level."]}),
        ({"direction": "in"}, {"counts_as_loss": ["What adds to a level is no loss."]}),
    ],
)
def test_bad_input_is_said_beside_its_field_and_kept(client, admin, typed, said):
    count = ReasonCode.objects.count()
    response = client.post(NEW, TYPED | typed)
    assert (response.status_code, beside(response), ReasonCode.objects.count()) == (422, said, count)
    for name, value in typed.items():
        assert response.context["form"][name].value() == value


def test_one_that_was_never_used_changes_wholly_and_may_be_deleted(client, admin):
    sample = ReasonCode.objects.get(code="sample")
    client.post(page(sample), TYPED)
    assert stored("theft") == ("Theft", "out", True, True, True)
    client.post(page(sample, "delete/"))
    assert not ReasonCode.objects.filter(pk=sample.pk).exists()


def test_one_that_was_used_keeps_its_code_and_direction_and_stays(client, admin, damaged):
    assert "Both stay as they are" in words(client.get(page(damaged)))
    client.post(page(damaged), {"code": "other", "direction": "in", "name": "Broken", "note_required": "on"})
    assert stored("damaged") == ("Broken", "out", True, False, True)
    response = client.post(page(damaged, "delete/"))
    assert response.status_code == 422
    assert "Broken was used already, so it stays. Retire it instead." in words(response)
    assert Operation.objects.filter(reason=damaged).count() == 1


@pytest.mark.parametrize(("field", "value"), [("code", "other"), ("direction", "in")])
def test_the_service_keeps_them_too(damaged, field, value):
    setattr(damaged, field, value)
    with pytest.raises(Refused, match="Damaged was used already, so this stays as it is"):
        save_reason(reason=damaged)
    with pytest.raises(Refused, match="so it stays"):
        delete_reason(reason=damaged)


def test_a_retired_one_is_offered_no_more_until_it_is_used_again(client, admin, damaged, north):
    client.post(page(damaged, "retire/"))
    assert stored("damaged")[-1] is False
    assert 'value="damaged"' not in client.get("/adjust/").content.decode()
    assert "Retired" in words(client.get(LIST))
    client.post(page(damaged, "retire/"), {"back": "1"})
    assert 'value="damaged"' in client.get("/adjust/").content.decode()


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_only_admins_may(client, north, role):
    sample = ReasonCode.objects.get(code="sample")
    client.force_login(person(role, {north: "manage"}))
    for address in (LIST, NEW, page(sample)):
        assert client.get(address).status_code == 403
    for address in (NEW, page(sample), page(sample, "retire/"), page(sample, "delete/")):
        assert client.post(address, TYPED).status_code == 403
    assert stored("sample")[-1] is True
    assert LIST not in client.get("/more/").content.decode()


def test_one_that_is_gone_is_not_there(client, admin):
    assert [client.post(f"/reasons/0/{what}").status_code for what in ("", "retire/", "delete/")] == [404, 404, 404]


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_the_list_costs_the_same_however_many(client, admin, rows, django_assert_num_queries):
    for n in range(rows):
        ReasonCode.objects.create(code=f"r{n}", name=f"Reason {n}", direction="out")
    with django_assert_num_queries(2):
        client.get(LIST)
