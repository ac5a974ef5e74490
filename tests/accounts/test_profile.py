import pytest
from auditlog.models import LogEntry

from tests.factories import WarehouseFactory, person

PAGE = "/profile/"


@pytest.fixture
def north(db):
    return WarehouseFactory(code="NORTH", name="North Hall")


@pytest.fixture
def sam(client, north):
    made = person("staff", {north: "view"}, name="Sam", email="sam@example.com")
    client.force_login(made)
    return made


def test_a_person_sets_name_zone_and_home(client, sam, north):
    response = client.post(PAGE, {"name": "Samira", "time_zone": "Asia/Tokyo", "home_warehouse": north.pk})
    assert response["Location"] == PAGE
    sam.refresh_from_db()
    assert (sam.name, sam.time_zone, sam.home_warehouse) == ("Samira", "Asia/Tokyo", north)
    assert LogEntry.objects.get_for_object(sam).first().actor == sam


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("name", "", "Enter your name."),
        ("name", "a\u202eb", "This holds a hidden character (U+202E). Delete the text and type it again."),
        ("name", "a\x00b", "Null characters are not allowed."),
        ("name", "x" * 101, "Ensure this value has at most 100 characters (it has 101)."),
        ("time_zone", "Nowhere", "Write a time zone like Europe/Berlin."),
        ("home_warehouse", "x", "Select a valid choice. That choice is not one of the available choices."),
    ],
)
def test_bad_input_is_refused_beside_its_field(client, sam, field, text, message):
    response = client.post(PAGE, {"name": "Sam", "time_zone": "UTC", "home_warehouse": "", field: text})
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {field: [message]}
    sam.refresh_from_db()
    assert (sam.name, sam.time_zone, sam.home_warehouse) == ("Sam", "UTC", None)


def test_home_is_one_of_their_open_warehouses(client, sam, north):
    WarehouseFactory(code="SOUTH", name="South Yard")
    closed = WarehouseFactory(code="OLD", name="Old Hall", status="closed")
    response = client.get(PAGE)
    assert [str(label) for _, label in response.context["form"].fields["home_warehouse"].choices] == [
        "None: the first one",
        "NORTH · North Hall",
    ]
    assert "South Yard" not in response.content.decode()
    assert client.post(PAGE, {"name": "Sam", "time_zone": "UTC", "home_warehouse": closed.pk}).status_code == 422


def test_nothing_else_can_be_slipped_in(client, sam):
    slipped = {"role": "admin", "status": "invited", "email": "x@example.com", "is_superuser": "on", "is_staff": "on"}
    assert client.post(PAGE, {"name": "Sam", "time_zone": "UTC", **slipped}).status_code == 302
    sam.refresh_from_db()
    assert (sam.role, sam.status, sam.email) == ("staff", "active", "sam@example.com")
    assert (sam.is_superuser, sam.is_staff) == (False, False)


def test_strangers_sign_in_first(client, db):
    assert client.get(PAGE)["Location"] == "/sign-in/?next=/profile/"
