import pytest

from catalog.models import Unit
from tests.factories import ProductFactory, UnitFactory, person

LIST = "/catalog/units/"


@pytest.fixture
def admin_person(client, db):
    made = person("admin")
    client.force_login(made)
    return made


def test_an_admin_makes_and_mends_a_unit(client, admin_person):
    assert client.post(f"{LIST}new", {"code": "t", "name": "tonne", "decimals": "2"})["Location"] == LIST
    unit = Unit.objects.get(code="t")
    assert client.post(f"{LIST}{unit.pk}/edit", {"code": "t", "name": "tonne", "decimals": "3"})["Location"] == LIST
    unit.refresh_from_db()
    assert (unit.name, unit.decimals) == ("tonne", 3)


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("code", "", "Enter the code."),
        ("code", "PCS", "Another unit has this code."),
        ("code", "k\u200bg", "This holds a hidden character (U+200B). Delete the text and type it again."),
        ("code", "x" * 11, "Ensure this value has at most 10 characters (it has 11)."),
        ("name", "", "Enter the name."),
        ("name", "a\x00", "Null characters are not allowed."),
        ("decimals", "4", "Ensure this value is less than or equal to 3."),
        ("decimals", "-1", "Ensure this value is greater than or equal to 0."),
        ("decimals", "x", "Enter a whole number."),
    ],
)
def test_bad_input_is_refused(client, admin_person, field, text, message):
    before = list(Unit.objects.values_list("code", flat=True))
    response = client.post(f"{LIST}new", {"code": "t", "name": "tonne", "decimals": "2", field: text})
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {field: [message]}
    assert list(Unit.objects.values_list("code", flat=True)) == before


def test_the_decimals_of_a_unit_in_use_only_grow(client, admin_person):
    unit = ProductFactory(unit=UnitFactory(code="m")).unit
    response = client.post(f"{LIST}{unit.pk}/edit", {"code": "m", "name": "metre", "decimals": "1"})
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {
        "decimals": ["Products are counted with 2 decimal places already. Enter 2 or more."]
    }
    assert client.post(f"{LIST}{unit.pk}/edit", {"code": "m", "name": "metre", "decimals": "3"}).status_code == 302


@pytest.mark.parametrize(("role", "status"), [("staff", 403), ("manager", 403), ("admin", 200)])
def test_who_may(client, db, role, status):
    client.force_login(person(role))
    for page in (LIST, f"{LIST}new", f"{LIST}{UnitFactory().pk}/edit"):
        assert client.get(page).status_code == status


def test_the_list_costs_the_same_with_many(client, admin_person, django_assert_num_queries):
    Unit.objects.exclude(code="pcs").delete()
    for count in (1, 3, 50):
        while Unit.objects.count() < count:
            UnitFactory(code=f"u{Unit.objects.count()}")
        client.get(LIST)
        with django_assert_num_queries(2):
            client.get(LIST)
