"""Thresholds of many products in many warehouses at once: whole or not at all, audited, known to the cache."""

from decimal import Decimal

import pytest
from auditlog.models import LogEntry

from stock.errors import Refused
from stock.models import Inventory
from stock.queries.levels import levels
from stock.queries.thresholds import Keep
from stock.services import ThresholdLine, set_many_thresholds, set_thresholds
from stock.services.sweep import judge_levels
from tests.desk import at_once
from tests.factories import ProductFactory, UnitFactory

pytestmark = pytest.mark.django_db


def line(product, warehouse, low=Keep.AS_IT_IS, high=Keep.AS_IT_IS):
    low, high = (Decimal(figure) if isinstance(figure, (int, str)) else figure for figure in (low, high))
    return ThresholdLine(product=product, warehouse=warehouse, low=low, high=high)


def stored():
    rows = Inventory.objects.order_by("product__sku", "warehouse__code")
    return list(rows.values_list("product__sku", "warehouse__code", "low_threshold", "high_threshold", "version"))


def test_figures_are_set_left_or_given_back_to_the_default(desk, north, south, bolt):
    nut = ProductFactory(sku="NUT-M8")
    set_thresholds(product=bolt, warehouse=north, low=Decimal(5), high=Decimal(50))
    lines = [line(bolt, north, low=20), line(bolt, south, 1, 9), line(nut, north, None, 30), line(nut, south)]
    assert set_many_thresholds(lines=lines, by=desk.by) == 3
    assert stored() == [
        ("BOLT-M8", "NORTH", 20, 50, 2),
        ("BOLT-M8", "SOUTH", 1, 9, 1),
        ("NUT-M8", "NORTH", None, 30, 1),
    ]
    assert set_many_thresholds(lines=[line(bolt, north, None, None)], by=desk.by) == 1
    assert stored()[0] == ("BOLT-M8", "NORTH", None, None, 3)


def test_what_stays_as_it_is_is_not_touched(desk, north, bolt):
    set_thresholds(product=bolt, warehouse=north, low=Decimal(5), high=None)
    lines = [line(bolt, north, 5), line(ProductFactory(), north, None)]
    before, entries = stored(), LogEntry.objects.count()
    assert set_many_thresholds(lines=lines, by=desk.by) == 0
    assert (stored(), LogEntry.objects.count()) == (before, entries)


def test_every_bad_line_is_named_and_nothing_is_set(desk, north, south, bolt):
    bolt.low_threshold = 30
    bolt.save()
    flour = ProductFactory(sku="FLOUR", unit=UnitFactory(code="kg", decimals=3))
    salt = ProductFactory(sku="SALT")
    set_thresholds(product=flour, warehouse=north, low=Decimal(2), high=Decimal(9))
    lines = [
        line(bolt, north, high=30),
        line(bolt, south, "1.5", 9),
        line(flour, north, low=9),
        line(flour, south, "0.125", "0.5"),
        line(salt, south, high="10000000"),
    ]
    before = stored()
    with pytest.raises(Refused) as refused:
        set_many_thresholds(lines=lines, by=desk.by)
    assert {(problem.line, problem.field, problem.message) for problem in refused.value.problems} == {
        (0, "high", "BOLT-M8 in NORTH: the low threshold 30 would not be below the high one, 30."),
        (1, "low", "BOLT-M8 in SOUTH: 1.5 has more than 0 digits after the point."),
        (2, "low", "FLOUR in NORTH: the low threshold 9 would not be below the high one, 9."),
        (4, "high", "SALT in SOUTH: enter 0 to 9999999.999."),
    }
    assert stored() == before


def test_each_change_has_its_entry_in_the_audit_log(desk, north, bolt):
    set_thresholds(product=bolt, warehouse=north, low=Decimal(5), high=None)
    set_many_thresholds(lines=[line(bolt, north, 20, 90)], by=desk.by)
    entry = LogEntry.objects.get_for_object(Inventory.objects.get()).first()
    assert entry.changes == {"low_threshold": ["5", "20"], "high_threshold": ["None", "90"]}
    assert (entry.actor, entry.actor_email, entry.action) == (desk.by, desk.by.email, LogEntry.Action.UPDATE)


def test_the_next_sweep_judges_by_them(desk, north, bolt):
    from alerts.models import Alert

    desk.receive(north, bolt, 10)
    set_many_thresholds(lines=[line(bolt, north, 10)], by=desk.by)
    assert Alert.objects.count() == 0
    judge_levels()
    assert list(Alert.objects.values_list("type", "status")) == [("low", "open")]


@pytest.mark.django_db(transaction=True)
def test_the_cache_learns_them(desk, north, bolt):
    desk.receive(north, bolt, 10)
    assert levels([bolt.pk], [north.pk])[bolt.pk, north.pk].low is None
    set_many_thresholds(lines=[line(bolt, north, 10)], by=desk.by)
    assert levels([bolt.pk], [north.pk])[bolt.pk, north.pk][:3] == (10, 10, None)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_and_shipments_between_them_deadlock_never(desk, north, south, bolt):
    nut = ProductFactory()
    for product in (bolt, nut):
        for place in (north, south):
            desk.receive(place, product, 50)
    pairs = [(product, place) for product in (bolt, nut) for place in (north, south)]

    def work(n):
        if n % 2:
            return desk.ship(pairs[n % 4][1], pairs[n % 4][0], 1)
        turned = pairs if n % 4 else pairs[::-1]
        return set_many_thresholds(lines=[line(*pair, low=n + 1) for pair in turned], by=desk.by)

    outcomes = at_once(8, work)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert len({low for _, _, low, _, _ in stored()}) == 1


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_statements_stays(desk, north, south, count, django_assert_num_queries):
    products = ProductFactory.create_batch(count)
    lines = [line(product, place, 5, 50) for product in products for place in (north, south)]
    from django.contrib.contenttypes.models import ContentType

    ContentType.objects.get_for_model(Inventory)
    # Looking beforehand, and what the transaction takes: the two of it, the locks, looking again, writing, the log.
    with django_assert_num_queries(1 + 2 + 4):
        assert set_many_thresholds(lines=lines, by=desk.by) == 2 * count


def test_a_level_is_named_once(desk, north, bolt):
    with pytest.raises(Refused, match=r"BOLT-M8 in NORTH is named twice\."):
        set_many_thresholds(lines=[line(bolt, north, 5), line(bolt, north, 6)], by=desk.by)


def test_large_changes_are_written_in_parts(desk, north, south, monkeypatch):
    monkeypatch.setattr("stock.services.thresholds.MOST_LOCKED", 3)
    products = ProductFactory.create_batch(5)
    lines = [line(product, place, 5, 50) for product in products for place in (south, north)]
    assert set_many_thresholds(lines=lines, by=desk.by) == 10
    assert {row[2:] for row in stored()} == {(5, 50, 1)}
    assert LogEntry.objects.get_for_model(Inventory).count() == 10


def test_too_many_at_once_come_in_parts(desk, north, bolt):
    with pytest.raises(Refused, match=r"At most 20,000 levels change at once; these are 20,001\."):
        set_many_thresholds(lines=[line(bolt, north, 5)] * 20_001, by=desk.by)
