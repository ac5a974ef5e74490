"""Rights in many warehouses are stored at once: as many statements for one as for fifty, each told in the audit log."""

import threading

import pytest
from auditlog.models import LogEntry
from django.db import connections

from accounts.models import WarehouseUserPermission
from accounts.services import set_right, set_rights
from inventory_site.web.trail import Act
from tests.factories import WarehouseFactory, person


def stored(of):
    rows = WarehouseUserPermission.objects.filter(user=of).order_by("content_object__code")
    return list(rows.values_list("content_object__code", "permission__codename"))


def told():
    """Give what the audit log says of rights, oldest first: what was done, whose, from what to what, by whom."""
    rows = LogEntry.objects.filter(content_type__model="warehouseuserpermission").order_by("pk")
    short = {"Can view warehouse": "view", "Can book stock in the warehouse": "operate"}
    short |= {"Can manage the warehouse": "manage", "None": None}
    return [
        (Act(row.action), row.object_repr, *(short[text.rpartition(" | ")[2]] for text in row.changes["permission"]))
        for row in rows
    ]


@pytest.mark.parametrize("count", [1, 3, 50])
def test_it_takes_the_same_statements_for_one_warehouse_and_for_fifty(db, count, django_assert_num_queries):
    sam, ada = person("staff"), person("admin")
    kept, lost, fresh = ([WarehouseFactory() for _ in range(count)] for _ in range(3))
    set_rights(person=sam, rights=dict.fromkeys(kept + lost, "view"), by=ada)
    change = {**dict.fromkeys(kept, "operate"), **dict.fromkeys(lost), **dict.fromkeys(fresh, "view")}
    with django_assert_num_queries(8):
        set_rights(person=sam, rights=change, by=ada)
    rights = {place.code: "operate_warehouse" for place in kept} | {place.code: "view_warehouse" for place in fresh}
    assert dict(stored(sam)) == rights


def test_each_change_is_told_and_nothing_else(db):
    sam, ada = person("staff", name="Sam"), person("admin")
    a, b, c, d = (WarehouseFactory(code=code) for code in "ABCD")
    set_rights(person=sam, rights={a: "view", b: "view", c: "operate"}, by=ada)
    set_rights(person=sam, rights={a: "view", b: "manage", c: None, d: None}, by=ada)
    assert stored(sam) == [("A", "view_warehouse"), ("B", "manage_warehouse")]
    assert told() == [
        (Act.CREATE, "Sam @ A", None, "view"),
        (Act.CREATE, "Sam @ B", None, "view"),
        (Act.CREATE, "Sam @ C", None, "operate"),
        (Act.DELETE, "Sam @ C", "operate", None),
        (Act.UPDATE, "Sam @ B", "view", "manage"),
    ]
    rows = LogEntry.objects.filter(content_type__model="warehouseuserpermission").order_by("pk")
    assert {row.actor for row in rows} == {ada}
    assert [row.additional_data["warehouse"] for row in rows] == [a.pk, b.pk, c.pk, c.pk, b.pk]
    assert rows[1].object_id == rows[4].object_id == WarehouseUserPermission.objects.get(content_object=b).pk


@pytest.mark.django_db(transaction=True)
def test_two_first_rights_in_the_same_moment_leave_one():
    sam, north = person("staff"), WarehouseFactory(code="NORTH")
    start, done = threading.Barrier(2), []

    def give(right):
        try:
            start.wait()
            set_right(person=sam, warehouse=north, right=right)
            done.append(right)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=give, args=[right]) for right in ("view", "operate")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done) == ["operate", "view"]
    assert len(stored(sam)) == 1
    assert [act for act, *_ in told()] == [Act.CREATE, Act.UPDATE]
