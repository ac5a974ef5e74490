"""What was changed is told as a person would write it: names, labels, moments, never ids or what points elsewhere."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accounts.services import set_right
from catalog.models import Barcode, Category
from reports.models import AuditRow
from reports.templatetags.trail import act, changes, kind
from stock.services import set_thresholds
from tests.factories import person


def last(about):
    """Return what the newest row of this kind of thing says."""
    row = AuditRow.objects.filter(content_type__model=about).select_related("content_type").latest("id")
    return f"{act(row)} {kind(row)}: {row.object_repr}", changes(row)


@pytest.fixture
def mona(desk, north):
    return person("manager", {north: "manage"}, name="Mona", email="mona@example.com")


def test_a_status_and_a_place_are_told_by_name(mona, south):
    mona.home_warehouse, mona.status = south, "suspended"
    mona.save()
    assert last("user") == (
        "Changed Person: Mona",
        [("Status", "Active", "Suspended"), ("Home warehouse", "", "SOUTH · South Yard")],
    )


def test_a_new_thing_tells_what_it_has_and_not_what_will_point_at_it(desk):
    Category.objects.create(name="Bolts")
    assert last("category") == ("Added Category: Bolts", [("Name", "", "Bolts")])


def test_a_moment_is_the_readers(mona):
    mona.date_joined = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    mona.save()
    with timezone.override("Asia/Singapore"):
        [(label, _before, after)] = last("user")[1]
    assert (label, after) == ("Joined", "2 Mar 2026, 07:30")


def test_a_right_is_told_in_words_when_it_is_given_changed_and_taken(mona, north):
    set_right(person=mona, warehouse=north, right="view")
    name = "Right in a warehouse: Mona @ NORTH"
    assert last("warehouseuserpermission") == (
        f"Changed {name}",
        [("Right", "Can manage the warehouse", "Can view the warehouse")],
    )
    set_right(person=mona, warehouse=north, right=None)
    assert last("warehouseuserpermission") == (f"Deleted {name}", [("Right", "Can view the warehouse", "")])


def test_a_number_written_in_another_way_is_no_change(desk, north):
    """Percentages that were typed as 2 are stored as 2.00."""
    north.expiry_tiers, north.count_tolerance = [60, 30], 2
    north.save()
    assert last("warehouse") == (
        "Changed Warehouse: NORTH · North Quay",
        [("Days before expiry to warn", "30, 14, 7", "60, 30")],
    )


def test_thresholds_and_a_code_are_told_by_their_product(desk, north, bolt):
    set_thresholds(product=bolt, warehouse=north, low=5, high=9)
    levels = [("Low threshold", "", "5"), ("High threshold", "", "9")]
    assert last("inventory") == ("Changed Thresholds: BOLT-M8 @ NORTH", levels)
    Barcode.objects.create(product=bolt, code="4006381333931", pack_quantity=12)
    said = [("Code", "", "4006381333931"), ("Product", "", "BOLT-M8 · Hexagon bolt M8"), ("Pack quantity", "", "12")]
    assert last("barcode") == ("Added Barcode: BOLT-M8 · 4006381333931", said)


def test_a_product_is_told_by_labels(desk, bolt):
    bolt.category = Category.objects.create(name="Bolts")
    bolt.tracks_lots, bolt.unit_cost, bolt.status = True, "4.20", "archived"
    bolt.save()
    assert last("product") == (
        "Changed Product: BOLT-M8 · Hexagon bolt M8",
        [
            *(("Status", "Active", "Archived"), ("Category", "", "Bolts")),
            *(("Unit cost", "", "4.2"), ("Tracks lots", "no", "yes")),
        ],
    )
