"""What is somebody else's is refused wherever its id, code or name is sent: in the body, in a list, beside own things.

The addresses themselves are in tests/test_markers.py.
"""

import uuid

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps

from accounts.models import WarehouseUserPermission
from stock.models import Count, Inventory
from tests.desk import Desk
from tests.factories import LocationFactory, ProductFactory, WarehouseFactory, person
from tests.stock.clerk import BIN, LINES, Clerk, books
from tests.stock.counting import Counter
from warehouses.models import Location

pytestmark = pytest.mark.django_db

# What a visit itself leaves behind.
VISITS = {"sessions.Session", "auditlog.LogEntry", "usersessions.UserSession"}


def everything():
    """Return every row of every table, so that nothing at all has changed where two are equal."""
    kept = [model for model in apps.get_models() if model._meta.managed and model._meta.label not in VISITS]
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in kept}


@pytest.fixture
def clerk(client, desk):
    """Operates in NORTH and SOUTH; FAR, with its bin SECRET-1, is somebody else's."""
    clerk = Clerk(client, desk)
    clerk.far = WarehouseFactory(code="FAR", name="Marker of FAR")
    clerk.hidden = LocationFactory(warehouse=clerk.far, code="SECRET-1")
    desk.receive(clerk.far, clerk.bolt, 7, clerk.hidden)
    return clerk


@pytest.mark.parametrize("kind", LINES)
def test_a_bin_of_a_foreign_warehouse_is_no_bin_here(clerk, kind):
    before = books()
    for bin in ("SECRET-1", str(clerk.hidden.pk), "FAR/SECRET-1"):
        answer = clerk.send(kind, {BIN[kind]: bin})
        assert (answer.status_code, b"Marker of FAR" in answer.content) == (422, False)
    assert books() == before


def test_goods_are_moved_into_no_bin_of_a_foreign_warehouse(clerk):
    before = books()
    assert clerk.send("move", {"destination": "SECRET-1"}).status_code == 422
    assert books() == before


@pytest.mark.parametrize("kind", LINES)
def test_nothing_is_booked_in_a_foreign_warehouse(clerk, kind):
    before = books()
    for name in ("FAR", "far", " FAR", str(clerk.far.pk)):
        answer = clerk.send(kind, {BIN[kind]: "SECRET-1"}, warehouse=name)
        # A page that asks where one works says nothing of what it was sent.
        assert (name, answer.status_code in (404, 422), b"Marker" in answer.content) == (name, True, False)
    assert books() == before


def test_one_foreign_line_among_own_ones_refuses_all(clerk):
    before = books()
    assert clerk.send("ship", {}, {"location": "SECRET-1"}, {}).status_code == 422
    assert books() == before


def test_a_key_of_somebody_elses_operation_shows_and_books_nothing(clerk, desk):
    theirs = desk.receive(clerk.far, clerk.bolt, 3, clerk.hidden, reference="Marker of FAR")
    before = books()
    answer = clerk.client.post("/ship/", {**clerk.data("ship", {}), "key": str(theirs.pk)})
    assert (answer.status_code, b"Marker" in answer.content, books() == before) == (409, False, True)


def test_goods_on_the_way_to_others_are_not_received_beside_own_ones(clerk, desk):
    own = desk.send(clerk.north, clerk.south, clerk.bolt, 5).transfer
    theirs = desk.send(clerk.north, clerk.far, clerk.bolt, 5).transfer
    line, foreign = own.lines.get(), theirs.lines.get()
    sent = {"key": str(clerk.key), f"line-{line.pk}-quantity": "", f"line-{foreign.pk}-quantity": "5", "reason": "lost"}
    before = everything()
    for what in ("receive", "write-off"):
        answer = clerk.client.post(f"/transfers/{own.pk}/{what}/", {**sent, "transfer": theirs.pk})
        assert (what, answer.status_code) == (what, 422)
    assert everything() == before


def test_a_draft_of_others_is_not_mended_by_naming_it_in_ones_own(clerk, desk):
    theirs = desk.draft(clerk.far, clerk.south, clerk.bolt, 2)
    before = everything()
    for way in ("draft", "send"):
        answer = clerk.send("transfer", {}, way=way, transfer=theirs.pk, version=theirs.version)
        assert (way, answer.status_code) == (way, 422)
    assert everything() == before


@pytest.fixture
def counted(clerk, desk):
    """A count of the clerk's in NORTH and one in FAR, both counted."""
    clerk.person = person("manager", {clerk.north: "manage"})
    clerk.client.force_login(clerk.person)
    counts = []
    for who, place, bin in ((clerk.person, clerk.north, clerk.a01), (desk.by, clerk.far, clerk.hidden)):
        counter = Counter(who)
        counts.append(counter.open(place, bin))
        counter.whole(counts[-1], (clerk.bolt, bin, 3))
    return counts


def test_lines_of_a_foreign_count_are_not_sent_back_with_own_ones(clerk, counted):
    own, theirs = counted
    sent = {"line": [theirs.lines.get().pk], "version": Count.objects.get(pk=own.pk).version}
    before = everything()
    answer = clerk.client.post(f"/counts/{own.pk}/recount/", sent)
    assert (answer.status_code, everything() == before) == (422, True)


def test_nobody_is_made_to_count_who_may_not_operate_there(clerk, counted, desk):
    stranger = person(rights={clerk.far: "operate"}, name="Marker of FAR")
    before = everything()
    for asked in ([stranger.pk], [clerk.person.pk, stranger.pk], ["0"], ["9" * 30], ["x"]):
        answer = clerk.client.post(f"/counts/{counted[0].pk}/people/", {"assignees": asked})
        assert (asked, answer.status_code, b"Marker" in answer.content) == (asked, 422, False)
    assert everything() == before


def test_no_foreign_bin_is_counted(clerk, counted):
    sent = {"key": str(uuid.uuid4()), "warehouse": "NORTH", "scope": "bins", "assignees": [clerk.person.pk]}
    before = everything()
    for bins in ("SECRET-1", "A-02 SECRET-1", "SECRET-*"):
        answer = clerk.client.post("/counts/new/", {**sent, "bins": bins})
        assert (bins, answer.status_code) == (bins, 422)
    assert clerk.client.get(f"/counts/{counted[0].pk}/bins/SECRET-1/").status_code == 404
    assert everything() == before


def test_thresholds_change_in_no_foreign_warehouse_even_beside_an_own_one(clerk, counted):
    sent = {"product": [clerk.bolt.pk], "low_way": "set", "low": "5", "high_way": "leave"}
    for places in (["FAR"], ["NORTH", "FAR"], [str(clerk.far.pk)]):
        answer = clerk.client.post("/thresholds/", {**sent, "warehouses": places})
        assert (places, answer.status_code) == (places, 422)
    assert not Inventory.objects.filter(low_threshold=5).exists()


def test_a_foreign_warehouse_is_not_made_ones_home_nor_where_one_works(clerk):
    before = everything()
    sent = {"name": "Clerk", "time_zone": "UTC", "home_warehouse": clerk.far.pk}
    assert clerk.client.post("/profile/", sent).status_code == 422
    assert clerk.client.post("/warehouses/switch", {"warehouse": "FAR"}).status_code == 404
    assert everything() == before


def test_the_passkey_of_somebody_else_is_neither_renamed_nor_removed(client):
    theirs = Authenticator.objects.create(user=person(), type="webauthn", data={"name": "Theirs"})
    client.force_login(person("admin"))
    for page in (f"/profile/security/passkeys/{theirs.pk}/", f"/profile/security/passkeys/{theirs.pk}/remove/"):
        client.get(page)
        answer = client.post(page, {"name": "Mine"})
        assert (page, answer.status_code in (302, 404), b"Theirs" in answer.content) == (page, True, False)
    theirs.refresh_from_db()
    assert theirs.data == {"name": "Theirs"}


def test_the_session_of_somebody_else_is_not_ended(client):
    theirs = UserSession.objects.create(user=person(), ip="127.0.0.1", session_key="x" * 32)
    client.force_login(person())
    client.post("/profile/security/sessions/end/", {"session": theirs.pk})
    assert UserSession.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_nobody_but_an_admin_gives_rights_even_to_themselves(client, role):
    place = WarehouseFactory(code="FAR")
    somebody = person(role, {WarehouseFactory(): "manage"})
    client.force_login(somebody)
    before = list(WarehouseUserPermission.objects.values_list())
    for page, data in {
        f"/people/{somebody.pk}/rights/FAR": {"right": "manage"},
        f"/people/{somebody.pk}/role": {"role": "admin"},
        "/people/invite/": {"email": "mine@example.com", "role": "admin", f"right-{place.pk}": "manage"},
    }.items():
        assert (page, client.post(page, data).status_code) == (page, 403)
    somebody.refresh_from_db()
    assert (somebody.role, list(WarehouseUserPermission.objects.values_list())) == (role, before)


def test_the_bin_of_a_foreign_warehouse_is_not_reached_through_ones_own(clerk):
    """A bin's address names its warehouse: the code of a foreign bin under one's own is none."""
    clerk.client.force_login(person("manager", {clerk.north: "manage"}))
    before = list(Location.objects.order_by("pk").values_list())
    assert clerk.client.get("/bins/NORTH/SECRET-1/").status_code == 404
    for page in ("/warehouses/NORTH/bins/SECRET-1", "/bins/NORTH/SECRET-1/deactivate/"):
        assert (page, clerk.client.post(page, {"code": "MINE"}).status_code) == (page, 404)
    assert list(Location.objects.order_by("pk").values_list()) == before


def test_a_photo_is_no_way_to_see_whether_a_product_is_there(client):
    ProductFactory(sku="BOLT-M8")
    client.force_login(person(rights={WarehouseFactory(): "view"}))
    pages = [client.get(f"/catalog/photos/large/{'0' * 32}/{sku}") for sku in ("BOLT-M8", "NOTHING")]
    assert [page.status_code for page in pages] == [404, 404]
    assert pages[0].content.replace(b"BOLT-M8", b"") == pages[1].content.replace(b"NOTHING", b"")


def test_an_audit_row_of_a_foreign_warehouse_is_found_by_no_filter(client):
    far, own = WarehouseFactory(code="FAR", name="Marker of FAR"), WarehouseFactory(code="OWN")
    desk = Desk(person("admin", name="Marker admin"))
    operation = desk.receive(far, ProductFactory(sku="BOLT-M8"), 3, reference="Marker reference")
    client.force_login(person("manager", {own: "manage"}))
    for query in (
        {"q": "Marker"},
        {"q": str(operation.pk)},
        {"q": "BOLT-M8"},
        {"person": desk.by.pk},
        {"kind": "operation"},
        {"after": f"{operation.created.isoformat()}~o~{uuid.UUID(int=2**128 - 1)}"},
    ):
        answer = client.get("/audit/", query)
        rows = answer.content.decode().partition("<tbody")[2].partition("</tbody>")[0]
        assert (query, answer.status_code, "Marker" in rows, str(operation.pk) in rows) == (query, 200, False, False)
    assert client.get("/audit/", {"warehouse": "FAR"}).status_code == 404
