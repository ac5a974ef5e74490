import pytest
from auditlog.models import LogEntry
from django.contrib import admin

from accounts.models import User, WarehouseUserPermission
from tests.factories import (
    PASSWORD,
    BarcodeFactory,
    CategoryFactory,
    LocationFactory,
    LotFactory,
    ProductFactory,
    WarehouseFactory,
    person,
)
from warehouses.models import Warehouse

PEOPLE = "/admin/accounts/user/"


def rights(of):
    held = WarehouseUserPermission.objects.filter(user=of)
    return dict(held.values_list("content_object__code", "permission__codename"))


def changed(of, *rows, initial=0, **fields):
    """Give what a browser sends for a person and the rows of their rights: (id, warehouse, right, deleted)."""
    prefix = "warehouseuserpermission_set"
    data = {
        "email": of.email,
        "name": of.name,
        "phone": "",
        "role": of.role,
        "status": of.status,
        "home_warehouse": "",
        "time_zone": "UTC",
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": initial,
        **fields,
    }
    for place, (pk, warehouse, right, deleted) in enumerate(rows):
        row = {"id": pk or "", "user": of.pk, "content_object": warehouse.pk, "right": right}
        data |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
        if deleted:
            data[f"{prefix}-{place}-DELETE"] = "on"
    return data


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_only_admins_get_in(client, db, role):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/?next=")
    client.force_login(person(role))
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get(PEOPLE, follow=True).status_code == 403


def test_a_suspended_admin_is_out_at_once(client, admin_person):
    assert client.get("/admin/").status_code == 200
    User.objects.filter(pk=admin_person.pk).update(status="suspended")
    assert client.get("/admin/").status_code == 302


def test_people_are_invited_not_added(client, admin_person):
    typed = {"email": "max@example.com", "name": "Max", "role": "manager", "usable_password": "true"}
    response = client.post(f"{PEOPLE}add/", typed | {"password1": PASSWORD, "password2": PASSWORD})
    assert (response.status_code, User.objects.count()) == (403, 1)
    page = client.get(PEOPLE).content.decode()
    assert 'href="/people/invite/"' in page
    assert f'href="{PEOPLE}add/' not in page


def test_nobody_sets_or_sees_the_password_of_somebody_else(client, admin_person):
    max_ = person("staff", email="max@example.com")
    typed = {"password": "another one of mine", "password1": "another one of mine", "password2": "another one of mine"}
    for page in (f"{PEOPLE}{max_.pk}/password/", f"{PEOPLE}{max_.pk}/password/change/"):
        assert client.post(page, typed | {"usable_password": "true"}, follow=True).status_code in (200, 404)
    assert client.post(f"{PEOPLE}{max_.pk}/change/", changed(max_, **typed)).status_code == 302
    assert User.objects.get(pk=max_.pk).password == max_.password
    assert "password/" not in client.get(f"{PEOPLE}{max_.pk}/change/").content.decode().replace(
        "/profile/password/", ""
    )
    assert list(client.get(f"{PEOPLE}{max_.pk}/change/").context["adminform"].form.fields) == [
        *("email", "name", "phone", "role", "status", "home_warehouse", "time_zone")
    ]
    assert client.get(PEOPLE, {"password__startswith": "md5"}).status_code == 400


def test_an_address_is_kept_in_small_letters(client, admin_person):
    max_ = person("staff")
    assert client.post(f"{PEOPLE}{max_.pk}/change/", changed(max_, email="Max@Example.com")).status_code == 302
    max_.refresh_from_db()
    assert max_.email == "max@example.com"


@pytest.mark.parametrize(
    ("field", "text", "errors"),
    [
        ("email", "ADMIN@example.com", {"email": ["Another person has this e-mail address."]}),
        ("email", "x", {"email": ["Enter a valid email address."]}),
        ("name", "a\u202eb", {"name": ["This holds a hidden character (U+202E). Delete the text and type it again."]}),
        ("role", "owner", {"role": ["Select a valid choice. owner is not one of the available choices."]}),
    ],
)
def test_bad_people_are_refused(client, admin_person, field, text, errors):
    max_ = person("staff")
    before = User.objects.values().get(pk=max_.pk)
    response = client.post(f"{PEOPLE}{max_.pk}/change/", changed(max_, **{field: text}))
    assert response.status_code == 200
    assert dict(response.context["adminform"].form.errors) == errors
    assert User.objects.values().get(pk=max_.pk) == before


def test_the_role_takes_group_and_flags_with_it(client, admin_person):
    max_ = person("staff")
    page = f"{PEOPLE}{max_.pk}/change/"
    for role, flag in (("admin", True), ("manager", False)):
        assert client.post(page, changed(max_, role=role)).status_code == 302
        max_.refresh_from_db()
        assert (max_.role, max_.is_staff, max_.is_superuser) == (role, flag, flag)
        assert [group.name for group in max_.groups.all()] == [role]


def test_rights_are_stored_once_a_warehouse(client, admin_person):
    north, south, east = (WarehouseFactory(code=code) for code in ("NORTH", "SOUTH", "EAST"))
    max_ = person("manager", {north: "view", south: "manage"})
    page = f"{PEOPLE}{max_.pk}/change/"
    pks = dict(WarehouseUserPermission.objects.values_list("content_object__code", "pk"))
    rows = [
        (pks["NORTH"], north, "operate", False),
        (pks["SOUTH"], south, "manage", True),
        (None, east, "manage", False),
    ]
    assert client.post(page, changed(max_, *rows, initial=2)).status_code == 302
    assert rights(max_) == {"NORTH": "operate_warehouse", "EAST": "manage_warehouse"}
    moved = [(pks["NORTH"], south, "view", False)]
    assert client.post(page, changed(max_, *moved, initial=1)).status_code == 302
    assert rights(max_) == {"SOUTH": "view_warehouse", "EAST": "manage_warehouse"}
    assert {entry.actor for entry in LogEntry.objects.filter(content_type__model="warehouseuserpermission")} == {
        None,
        admin_person,
    }


def test_two_rights_in_one_warehouse_are_refused(client, admin_person):
    north, max_ = WarehouseFactory(), person("manager")
    rows = [(None, north, "view", False), (None, north, "manage", False)]
    assert client.post(f"{PEOPLE}{max_.pk}/change/", changed(max_, *rows)).status_code == 200
    assert rights(max_) == {}


def test_nobody_takes_their_own_role_or_deletes_people(client, admin_person):
    page = f"{PEOPLE}{admin_person.pk}/change/"
    client.post(page, changed(admin_person, role="staff", status="suspended"))
    admin_person.refresh_from_db()
    assert (admin_person.role, admin_person.status) == ("admin", "active")
    assert client.post(f"{PEOPLE}{person('staff').pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(PEOPLE, {"action": "delete_selected", "_selected_action": [admin_person.pk], "post": "yes"})
    assert User.objects.count() == 2


def test_a_suspension_keeps_the_person(client, admin_person):
    max_ = person("staff")
    client.post(f"{PEOPLE}{max_.pk}/change/", changed(max_, status="suspended"))
    max_.refresh_from_db()
    assert max_.status == "suspended"


def test_what_has_rules_of_its_own_is_only_shown(client, admin_person):
    product = BarcodeFactory(product=LotFactory().product).product
    shown = [
        f"catalog/product/{product.pk}",
        f"catalog/barcode/{product.barcodes.get().pk}",
        f"catalog/lot/{product.lots.get().pk}",
        f"warehouses/location/{LocationFactory().pk}",
        f"auditlog/logentry/{LogEntry.objects.first().pk}",
    ]
    for page in shown:
        assert client.get(f"/admin/{page}/change/").status_code == 200
        assert client.post(f"/admin/{page}/change/", {}).status_code == 403
        assert client.post(f"/admin/{page}/delete/", {"post": "yes"}).status_code == 403
        assert client.get(f"/admin/{page.rsplit('/', 1)[0]}/add/").status_code == 403


def test_a_warehouse_is_mended_not_opened_or_closed(client, admin_person):
    north = WarehouseFactory(code="NORTH")
    page = f"/admin/warehouses/warehouse/{north.pk}/change/"
    form = client.get(page).context["adminform"].form
    typed = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
    assert client.post(page, typed | {"name": "North", "status": "closed", "expiry_tiers": "9, 3"}).status_code == 302
    north.refresh_from_db()
    assert (north.name, north.status, north.expiry_tiers) == ("North", "open", [9, 3])
    assert client.get("/admin/warehouses/warehouse/add/").status_code == 403
    assert client.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert Warehouse.objects.count() == 1


ALL = {
    "accounts": ["user"],
    "catalog": ["product", "barcode", "lot", "category", "unit"],
    "warehouses": ["warehouse", "location"],
    "auditlog": ["logentry"],
}


@pytest.mark.parametrize("page", [f"{app}/{model}" for app, models in ALL.items() for model in models])
def test_lists_search_any_text_and_cost_the_same_with_many(client, admin_person, page, django_assert_max_num_queries):
    for text in ("bolt", "'; --", "%", "😀"):
        assert client.get(f"/admin/{page}/", {"q": text}).status_code == 200
    for _ in range(30):
        LotFactory(product=BarcodeFactory(product__category=CategoryFactory()).product)
        person("staff")
        WarehouseFactory()
    with django_assert_max_num_queries(12):
        client.get(f"/admin/{page}/")


def test_products_are_sought_as_on_their_page(client, admin_person):
    bolt = ProductFactory(sku="BOLT-M8", name="Hex bolt")
    BarcodeFactory(product=bolt, code="00036000291452")
    ProductFactory(sku="NUT-M8", name="Lock nut")
    for text in ("hex", "bolt-", "036000291452"):
        assert list(client.get("/admin/catalog/product/", {"q": text}).context["cl"].queryset) == [bolt]


def test_tables_that_follow_from_others_are_not_offered():
    registered = {model._meta.label for model in admin.site._registry}
    assert {"auth.Group", "account.EmailAddress", "account.EmailConfirmation"} & registered == set()


def test_the_audit_log_is_listed_newest_first_and_found_by_the_id_of_an_object(audited_rows, client, admin_person):
    warehouse, other = WarehouseFactory(), WarehouseFactory()
    page = client.get("/admin/auditlog/logentry/")
    moments = [entry.timestamp for entry in page.context["cl"].result_list]
    assert (page.status_code, moments) == (200, sorted(moments, reverse=True))
    found = client.get("/admin/auditlog/logentry/", {"q": str(warehouse.pk)}).context["cl"].result_list
    assert {entry.object_pk for entry in found} == {str(warehouse.pk)}
    assert other.pk != warehouse.pk
