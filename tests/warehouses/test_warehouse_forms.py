from decimal import Decimal

import pytest
from auditlog.models import LogEntry

from tests.factories import person
from warehouses.models import Location, Warehouse

NEW, EDIT = "/warehouses/new", "/warehouses/NORTH/edit"
TYPED = {
    "code": "EAST",
    "name": "East Wing",
    "address": "1 Dock Road\nHull",
    "time_zone": "Europe/London",
    "undo_limit_days": "14",
    "transit_limit_days": "5",
    "count_tolerance": "1.5",
    "expiry_tiers": "7, 30;14",
    "threshold_margin": "10",
    "reopen_hours": "4",
    "sweep_hour": "6",
    "escalate_minutes": "30",
    "default_bin": "DOCK-1",
}


def test_an_admin_opens_a_warehouse_with_its_default_bin(client, sign_in):
    admin = sign_in("admin")
    assert client.post(NEW, TYPED)["Location"] == "/warehouses/EAST/"
    east = Warehouse.objects.get()
    assert (east.name, east.time_zone, east.expiry_tiers) == ("East Wing", "Europe/London", [30, 14, 7])
    assert (east.undo_limit_days, east.count_tolerance, east.status) == (14, Decimal("1.50"), "open")
    assert list(east.locations.values_list("code", "kind", "is_default", "status")) == [
        ("DOCK-1", "storage", True, "active")
    ]
    assert [entry.actor for entry in LogEntry.objects.get_for_object(east)] == [admin]


def test_an_admin_changes_the_rules(client, sign_in, north):
    admin = sign_in("admin")
    assert client.post(EDIT, TYPED | {"code": "NORTH", "expiry_tiers": ""})["Location"] == "/warehouses/NORTH/"
    north.refresh_from_db()
    assert (north.name, north.expiry_tiers, north.sweep_hour) == ("East Wing", [], 6)
    assert LogEntry.objects.get_for_object(north).first().actor == admin


TIERS = "Write numbers of days from 1 to 3650 with commas between, like 30, 14, 7."
TEN = "Write up to ten different numbers of days from 1 to 3650, like 30, 14, 7."
CODE = "Use letters, digits, dots, dashes and underscores only."


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("code", "", "Enter the code."),
        ("code", "north", "Another warehouse has this code."),
        ("code", "A/B", CODE),
        ("code", "..", CODE),
        ("code", "A\u200bB", CODE),
        ("code", "A\x00", "Null characters are not allowed."),
        ("code", "A" * 21, "Ensure this value has at most 20 characters (it has 21)."),
        ("name", "", "Enter the name."),
        ("name", "a\u202eb", "This holds a hidden character (U+202E). Delete the text and type it again."),
        ("address", "a\u200fb", "This holds a hidden character (U+200F). Delete the text and type it again."),
        ("address", "a" * 501, "Ensure this value has at most 500 characters (it has 501)."),
        ("time_zone", "", "Write a time zone like Europe/Berlin."),
        ("time_zone", "Mars/Base", "Write a time zone like Europe/Berlin."),
        ("time_zone", "../etc/passwd", "Write a time zone like Europe/Berlin."),
        ("undo_limit_days", "-1", "Ensure this value is greater than or equal to 0."),
        ("undo_limit_days", "3651", "Ensure this value is less than or equal to 3650."),
        ("undo_limit_days", "1.5", "Enter a whole number."),
        ("transit_limit_days", "366", "Ensure this value is less than or equal to 365."),
        ("count_tolerance", "1,5", "Write 1.5"),
        ("count_tolerance", "100.01", "Ensure this value is less than or equal to 100."),
        ("count_tolerance", "-1", "Enter 0 or more."),
        ("threshold_margin", "NaN", "Enter a number, like 12 or 12.5."),
        ("expiry_tiers", "30, x", TIERS),
        ("expiry_tiers", "-7", TIERS),
        ("expiry_tiers", "99999", TIERS),
        ("expiry_tiers", "٣", TIERS),
        ("expiry_tiers", "0", TEN),
        ("expiry_tiers", "3651", TEN),
        ("expiry_tiers", "1 2 3 4 5 6 7 8 9 10 11", TEN),
        ("reopen_hours", "721", "Ensure this value is less than or equal to 720."),
        ("sweep_hour", "24", "Ensure this value is less than or equal to 23."),
        ("default_bin", "", "Enter the code of the default bin."),
        ("default_bin", "A B", CODE),
    ],
)
def test_bad_input_is_refused_beside_its_field(client, sign_in, north, field, text, message):
    sign_in("admin")
    response = client.post(NEW, TYPED | {field: text})
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {field: [message]}
    assert Warehouse.objects.count() == 1
    assert Location.objects.count() == 1


def test_a_new_form_proposes_the_usual_rules(client, sign_in):
    sign_in("admin")
    form = client.get(NEW).context["form"]
    assert (form["expiry_tiers"].value(), form["default_bin"].value()) == ("30, 14, 7", "MAIN")


def test_status_and_rights_cannot_be_slipped_in(client, sign_in, north):
    sign_in("admin")
    client.post(EDIT, TYPED | {"code": "NORTH", "status": "closed", "next_in_line": person("staff").pk})
    north.refresh_from_db()
    assert (north.status, north.next_in_line) == ("open", None)


@pytest.mark.parametrize(("role", "status"), [("staff", 403), ("manager", 403), ("admin", 200)])
def test_who_may(client, sign_in, north, role, status):
    sign_in(role, {north: "manage"})
    for page in (NEW, EDIT):
        assert client.get(page).status_code == status
        if status == 403:
            assert client.post(page, TYPED).status_code == 403
    assert list(Warehouse.objects.values_list("code", "name")) == [("NORTH", "North Hall")]


def test_who_is_next_in_line_is_chosen_on_the_form_and_shown_and_taken_back(client, sign_in, north):
    admin = sign_in("admin")
    nora = person("staff", {north: "view"}, name="Nora")
    assert "The admins" in client.get("/warehouses/NORTH/").content.decode()
    changed = TYPED | {"code": "NORTH", "next_in_line": nora.pk}
    assert client.post(EDIT, changed)["Location"] == "/warehouses/NORTH/"
    north.refresh_from_db()
    assert north.next_in_line == nora
    assert "Nora" in client.get("/warehouses/NORTH/").content.decode()
    assert client.get(EDIT).context["form"]["next_in_line"].value() == nora.pk
    entry = LogEntry.objects.get_for_object(north).first()
    assert (entry.actor, "next_in_line" in entry.changes) == (admin, True)
    assert client.post(EDIT, TYPED | {"code": "NORTH", "next_in_line": ""}).status_code == 302
    north.refresh_from_db()
    assert north.next_in_line is None


def test_those_can_be_chosen_who_may_see_the_warehouse_and_admins(client, sign_in, north, south):
    admin = sign_in("admin", name="Ada")
    seen = [person("staff", {north: "view"}, name="Vera"), person("manager", {north: "manage"}, name="Mona")]
    person("manager", {south: "manage"}, name="Stranger")
    person("staff", {north: "view"}, name="Gone", status="suspended")
    field = client.get(EDIT).context["form"].fields["next_in_line"]
    assert sorted(field.queryset, key=lambda each: each.name) == [admin, *seen[::-1]]
    assert list(client.get(NEW).context["form"].fields["next_in_line"].queryset) == [admin]


@pytest.mark.parametrize("who", ["stranger", "suspended", "999999", "x", "1 OR 1=1"])
def test_nobody_else_is_taken_as_next_in_line(client, sign_in, north, south, who):
    sign_in("admin")
    people = {
        "stranger": person("manager", {south: "manage"}).pk,
        "suspended": person("staff", {north: "view"}, status="suspended").pk,
    }
    response = client.post(EDIT, TYPED | {"code": "NORTH", "next_in_line": people.get(who, who)})
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {
        "next_in_line": ["This person may not see the warehouse. Choose another."]
    }
    north.refresh_from_db()
    assert (north.next_in_line, north.name) == (None, "North Hall")
