"""Managers read what happened in their warehouses, admins everything, in one time line, by any filter."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from accounts.services import set_right
from inventory_site.web.trail import Act
from stock.services import set_thresholds
from tests.audit_rows import forget_audit_rows, unguarded
from tests.factories import PASSWORD, ProductFactory, person

pytestmark = pytest.mark.usefixtures("audited_rows")

PAGE = "/audit/"
MORE = "More than 50 are called so"


def rows(response):
    """Return what the lines say: what was done, and to what."""
    text = response.content.decode()
    found = re.findall(r'<th scope="row">(.*?)</th>\s*<td class="what">(.*?)</td>', text, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", " | ".join(each)).split()) for each in found]


@pytest.fixture
def clean(desk, north, south, bolt):
    forget_audit_rows()


@pytest.fixture
def manager(north):
    return person("manager", {north: "manage"}, name="Mona", email="mona@example.com")


@pytest.fixture
def admin(db):
    return person("admin", name="Ada", email="ada@example.com")


@pytest.fixture
def written(manager, admin, clean, desk, north, south, bolt, client):
    """A row by hand for each question: by whom, of what kind, what was done, where, when."""
    forget_audit_rows()
    client.force_login(admin)
    forget_audit_rows()
    north.name = "North Pier"
    north.save()
    south.name = "South Pier"
    south.save()
    set_thresholds(product=bolt, warehouse=north, low=5, high=9)
    bolt.name = "Bolt"
    bolt.save()
    desk.receive(north, bolt, 5, reference="PO-1")
    desk.receive(south, bolt, 5, reference="PO-2")
    with unguarded():
        LogEntry.objects.filter(object_repr__contains="South Pier").update(remote_addr="192.0.2.7")
    return client


ALL = [
    "Received Operation | SOUTH · PO-2",
    "Received Operation | NORTH · PO-1",
    "Changed Product | BOLT-M8 · Bolt",
    "Changed Thresholds | BOLT-M8 @ NORTH",
    "Changed Warehouse | SOUTH · South Pier",
    "Changed Warehouse | NORTH · North Pier",
]


def test_an_admin_sees_one_time_line_of_everything(written):
    assert rows(written.get(PAGE)) == ALL


def test_a_manager_sees_the_rows_of_their_warehouses_alone(written, client, manager):
    client.force_login(manager)
    assert rows(client.get(PAGE)) == [ALL[1], ALL[3], ALL[5]]
    assert client.get(PAGE, {"warehouse": "SOUTH"}).status_code == 404


def test_staff_read_no_audit(client, north):
    client.force_login(person("staff", {north: "operate"}))
    assert (client.get(PAGE).status_code, client.get("/audit.csv").status_code) == (403, 403)


def test_a_manager_who_may_only_look_at_a_warehouse_does_not_read_its_audit(written, client, manager, south):
    set_right(person=manager, warehouse=south, right="view")
    client.force_login(manager)
    assert client.get(PAGE, {"warehouse": "SOUTH"}).status_code == 403
    assert "South Pier" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"warehouse": "NORTH"}, [1, 3, 5]),
        ({"kind": "operation"}, [0, 1]),
        ({"kind": "warehouses.warehouse"}, [4, 5]),
        ({"act": "booked"}, [0, 1]),
        ({"act": str(Act.UPDATE.value)}, [2, 3, 4, 5]),
        ({"act": str(Act.CREATE.value)}, []),
        ({"act": "receive"}, [0, 1]),
        ({"act": "ship"}, []),
        ({"sku": "bolt-m8"}, [0, 1, 2, 3]),
        ({"sku": "bolt"}, []),
        ({"sku": "BOLT-M8", "kind": "operation"}, [0, 1]),
        ({"sku": "BOLT-M8", "q": "po-1"}, [1]),
        ({"sku": "BOLT-M8", "q": "bolt-m8 @"}, [3]),
        ({"sku": "BOLT-M8", "since": "2020-01-01", "until": "2020-01-02"}, []),
        ({"sku": "BOLT-M8", "since": "2020-01-01", "warehouse": "SOUTH"}, [0]),
        ({"address": "192.0.2.7"}, [4]),
        ({"address": "192.0.2.8"}, []),
        ({"address": "192.0.2"}, [0, 1, 2, 3, 4, 5]),
        ({"q": "bolt-m8"}, [2, 3]),
        ({"q": "po-"}, [0, 1]),
        ({"q": "north"}, [5]),
        ({"person": "desk@example.com"}, [0, 1]),
        ({"person": "nobody of that name"}, []),
        ({"since": "2020-01-01", "until": "2020-01-02"}, []),
        ({"since": "2020-01-01"}, [0, 1, 2, 3, 4, 5]),
        ({"q": "BOLT-M8", "act": str(Act.UPDATE.value), "kind": "catalog.product"}, [2]),
        ({"since": "not a day"}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_filters(written, query, left):
    assert rows(written.get(PAGE, query)) == [ALL[n] for n in left]


def test_from_what_to_what(written):
    text = " ".join(written.get(PAGE, {"kind": "catalog.product"}).content.decode().split())
    assert '<span class="muted">Name:</span> <del>Hexagon bolt M8</del> → <ins>Bolt</ins>' in text


def test_a_right_is_told_by_name(clean, client, admin, manager, south):
    client.force_login(admin)
    forget_audit_rows()
    set_right(person=manager, warehouse=south, right="operate")
    set_right(person=manager, warehouse=south, right="manage")
    text = " ".join(client.get(PAGE).content.decode().split())
    name = "Right in a warehouse | Mona @ SOUTH"
    assert rows(client.get(PAGE)) == [f"Changed {name}", f"Added {name}"]
    assert "<del>Can book stock in the warehouse</del> → <ins>Can manage the warehouse</ins>" in text


def test_where_it_came_from(clean, client, admin, north):
    client.force_login(admin)
    headers = {"User-Agent": "Aisle phone 7", "X-Forwarded-For": "203.0.113.9"}
    typed = {"name": "Renamed", "code": "NORTH", "time_zone": "UTC", "undo_limit_days": 30, "transit_limit_days": 7}
    typed |= {
        "count_tolerance": 2,
        "expiry_tiers": "30",
        "threshold_margin": 10,
        "reopen_hours": 4,
        "sweep_hour": 5,
        "escalate_minutes": 60,
    }
    assert client.post("/warehouses/NORTH/edit", typed, headers=headers).status_code in (302, 303)
    row = LogEntry.objects.get(content_type__model="warehouse")
    # What a client says of itself in X-Forwarded-For is not believed where no proxy stands in front.
    assert (row.remote_addr, row.additional_data) == (
        "127.0.0.1",
        {"warehouse": north.pk, "device": "Aisle phone 7"},
    )
    assert "Aisle phone 7" in client.get(PAGE).content.decode()


def test_pages_follow_each_other_without_a_gap(clean, client, admin, desk, north, bolt):
    client.force_login(admin)
    forget_audit_rows()
    for number in range(20):
        north.name = f"North {number}"
        north.save()
        desk.receive(north, bolt, 1, reference=f"PO-{number:02}")
    # Several rows of one moment, on both sides of a page's end.
    with unguarded():
        LogEntry.objects.filter(object_repr__endswith="9").update(timestamp=datetime.now(UTC))
    seen, mark = [], ""
    while True:
        page = client.get(PAGE, {"after": mark} if mark else {})
        seen += rows(page)
        if not (mark := page.context["after"]):
            break
    assert (len(seen), len(set(seen))) == (40, 40)


@pytest.mark.parametrize("mark", ["x", "~~", "2026-01-01~a~1", "2026-01-01T00:00:00+00:00~a~-1", "1~o~1", "\x00"])
def test_a_forged_mark_is_refused(client, admin, mark):
    client.force_login(admin)
    assert client.get(PAGE, {"after": mark}).status_code == 400


@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_page_costs_the_same_at_any_size(client, admin, desk, north, bolt, count, django_assert_num_queries):
    for number in range(count):
        desk.receive(north, bolt, 1)
        north.name = f"North {number}"
        north.save()
    client.force_login(admin)
    with django_assert_num_queries(8):
        client.get(PAGE)
    with django_assert_num_queries(9):
        client.get(PAGE, {"person": "desk", "q": "north", "warehouse": "NORTH", "kind": "warehouses.warehouse"})
    with django_assert_num_queries(10):
        client.get(PAGE, {"sku": "BOLT-M8", "act": "booked", "since": "2026-01-01", "until": "2036-01-01"})


def test_all_that_was_booked_of_a_product_comes_once_however_many_lines_it_took(client, admin, clean, north, desk):
    """Two bins of one product make two lines of one operation; the pages of it follow each other without a gap."""
    bolt, nut = ProductFactory(sku="BOLT-1"), ProductFactory(sku="NUT-1")
    for number in range(30):
        desk.receive(north, bolt, 5, reference=f"PO-{number:02}")
        desk.receive(north, nut, 5)
    desk.ship(north, bolt, 7)
    client.force_login(admin)
    seen, mark = [], ""
    while True:
        page = client.get(PAGE, {"sku": "BOLT-1", "act": "booked", **({"after": mark} if mark else {})})
        seen += rows(page)
        if not (mark := page.context["after"]):
            break
    wanted = [f"Received Operation | NORTH · PO-{number:02}" for number in reversed(range(30))]
    assert seen == ["Shipped Operation | NORTH", *wanted]


def test_names_of_other_warehouses_take_no_place_in_a_search(client, manager, clean, north, south, desk, bolt):
    """Fifty references that begin alike in a warehouse of others stand before the one that is asked for."""
    for number in range(51):
        desk.receive(south, bolt, 1, reference=f"PO-{number:02}")
    desk.receive(north, bolt, 1, reference="PO-99")
    client.force_login(manager)
    page = client.get(PAGE, {"q": "po-"})
    assert rows(page) == ["Received Operation | NORTH · PO-99"]
    assert MORE not in page.content.decode()


def test_a_search_that_finds_too_many_names_says_so(client, admin, clean, south, desk, bolt):
    for number in range(51):
        desk.receive(south, bolt, 1, reference=f"PO-{number:02}")
    client.force_login(admin)
    assert MORE in client.get(PAGE, {"q": "po-"}).content.decode()


def everything_kept():
    return str(list(LogEntry.objects.values()))


def test_signing_in_and_out_is_recorded(client, manager):
    forget_audit_rows()
    client.post(reverse("account_login"), {"login": "mona@example.com", "password": PASSWORD})
    client.post(reverse("account_logout"))
    kept = [(row.action, row.object_repr, row.actor, row.remote_addr) for row in LogEntry.objects.order_by("id")]
    assert kept == [
        (Act.SIGN_IN, "Mona", manager, "127.0.0.1"),
        (Act.SIGN_OUT, "Mona", manager, "127.0.0.1"),
    ]


@pytest.mark.parametrize(
    ("login", "name"), [("MONA@example.com", "Mona"), ("stranger@example.com", ""), ("My Secret 1234@x.org", "")]
)
def test_a_failed_sign_in_is_recorded_without_what_was_typed(client, manager, admin, login, name):
    forget_audit_rows()
    client.post(reverse("account_login"), {"login": login, "password": "My Secret 1234"})
    kept = [(row.action, row.object_repr, row.actor, row.remote_addr) for row in LogEntry.objects.order_by("id")]
    assert kept in ([(Act.SIGN_IN_FAILED, name, None, "127.0.0.1")], [] if " " in login else None)
    assert "Secret" not in everything_kept()
    client.force_login(admin)
    text = client.get(PAGE, {"act": str(Act.SIGN_IN_FAILED.value)}).content.decode()
    assert "Secret" not in text
    assert len(rows(client.get(PAGE, {"act": str(Act.SIGN_IN_FAILED.value)}))) == len(kept)


def test_the_newest_seal_and_the_last_verification_are_told(client, admin, settings, tmp_path):
    from reports.models import SealCheck
    from reports.services.seals import seal

    settings.DATA_DIR = tmp_path
    client.force_login(admin)
    assert "Nothing is sealed yet" in client.get(PAGE).content.decode()
    seal(now=datetime(2026, 3, 2, 1, tzinfo=UTC))
    text = client.get(PAGE).content.decode()
    assert "Sealed up to 1 Mar 2026." in text
    assert "Not verified yet." in text
    SealCheck.objects.create(at=datetime(2026, 3, 2, 2, tzinfo=UTC), seals=1, problems=2)
    assert "Verified 2 Mar 2026, 02:00: 2 problems." in client.get(PAGE).content.decode()
    SealCheck.objects.update(problems=0, at=datetime(2026, 3, 2, 2, tzinfo=UTC) + timedelta(hours=1))
    assert "Verified 2 Mar 2026, 03:00: nothing was changed." in client.get(PAGE).content.decode()
