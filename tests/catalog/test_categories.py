import pytest
from auditlog.models import LogEntry

from catalog.models import Category
from tests.factories import CategoryFactory, ProductFactory, person

LIST = "/catalog/categories/"


def test_a_manager_makes_and_renames_a_category(client, manager):
    assert client.post(f"{LIST}new", {"name": "Fastners"})["Location"] == LIST
    category = Category.objects.get()
    assert client.post(f"{LIST}{category.pk}/edit", {"name": "Fasteners"})["Location"] == LIST
    category.refresh_from_db()
    assert category.name == "Fasteners"
    entries = LogEntry.objects.get_for_object(category)
    assert [(entry.get_action_display(), entry.actor) for entry in entries] == [
        ("update", manager),
        ("create", manager),
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "Enter the name."),
        ("fasteners", "Another category has this name."),
        ("a\x00b", "Null characters are not allowed."),
        ("a\u202eb", "This holds a hidden character (U+202E). Delete the text and type it again."),
        ("x" * 81, "Ensure this value has at most 80 characters (it has 81)."),
    ],
)
def test_bad_names_are_refused(client, manager, name, message):
    CategoryFactory(name="Fasteners")
    response = client.post(f"{LIST}new", {"name": name})
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {"name": [message]}
    assert list(Category.objects.values_list("name", flat=True)) == ["Fasteners"]


def test_a_category_without_products_is_deleted(client, manager):
    category = CategoryFactory()
    assert client.get(f"{LIST}{category.pk}/delete").status_code == 405
    assert client.post(f"{LIST}{category.pk}/delete")["Location"] == LIST
    assert not Category.objects.exists()


def test_a_category_with_products_stays(client, manager):
    category = ProductFactory(category=CategoryFactory()).category
    response = client.post(f"{LIST}{category.pk}/delete")
    assert response.status_code == 422
    assert response.context["problems"] == ["Products are in this category. Give them another one first."]
    assert list(Category.objects.all()) == [category]


@pytest.mark.parametrize(("role", "status"), [("staff", 403), ("manager", 200), ("admin", 200)])
def test_who_may(client, db, role, status):
    category = CategoryFactory()
    client.force_login(person(role))
    for page in (LIST, f"{LIST}new", f"{LIST}{category.pk}/edit"):
        assert client.get(page).status_code == status
    assert client.get(f"{LIST}99999999/edit").status_code == (403 if status == 403 else 404)


def test_staff_delete_nothing(client, db):
    category = CategoryFactory()
    client.force_login(person("staff"))
    assert client.post(f"{LIST}{category.pk}/delete").status_code == 403
    assert Category.objects.exists()


def test_the_list_costs_the_same_with_many_and_pages_hold_all(client, manager, django_assert_num_queries):
    for count in (1, 3, 50):
        CategoryFactory.create_batch(count - Category.objects.count())
        client.get(LIST)
        with django_assert_num_queries(2):
            page = client.get(LIST).context["page"]
    more = client.get(LIST, {"after": page.after}).context["page"]
    assert [row.name for row in page.rows + more.rows] == list(Category.objects.values_list("name", flat=True))
    assert more.after == ""
