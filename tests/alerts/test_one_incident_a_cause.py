"""A cause has one live incident from the moment it was seen until it is gone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from alerts.models import Alert, Delivery
from alerts.services import acknowledge, observe
from tests.alerts.conftest import MONDAY
from tests.factories import ProductFactory, WarehouseFactory, person

pytestmark = pytest.mark.usefixtures("mona")


def told():
    return Delivery.objects.leaving().count()


def test_a_low_level_opens_an_incident_and_tells_the_manager_once(see, bolt, north, mona):
    alert = see("low")
    assert (alert.cause, alert.type, alert.status, alert.severity) == ("shortage", "low", "open", 2)
    assert (alert.product, alert.warehouse, alert.created, alert.resolved) == (bolt, north, MONDAY, None)
    delivery = Delivery.objects.leaving().get()
    assert (delivery.alert, delivery.person, delivery.channel, delivery.status) == (alert, mona, "email", "waiting")
    assert delivery.dedupe_key == f"alert:{alert.pk}:1"


def test_an_out_of_stock_level_is_critical_and_an_overstock_a_notice(see):
    assert (see("out").severity, see("overstock").severity) == (3, 1)
    assert told() == 2


def test_what_was_seen_already_changes_nothing(see):
    first = see("low", quantity="19")
    again = see("low", quantity="18", at=MONDAY + timedelta(hours=1))
    assert again == first
    assert again.facts["quantity"] == "19"
    assert told() == 1


def test_low_that_falls_to_out_becomes_more_severe_and_is_told_once_more(see):
    low = see("low")
    out = see("out", quantity="0")
    assert out == low
    assert (out.type, out.severity, out.facts["quantity"]) == ("out", 3, "0")
    assert [row.dedupe_key for row in Delivery.objects.leaving().order_by("id")] == [
        f"alert:{low.pk}:1",
        f"alert:{low.pk}:2",
    ]


def test_out_that_rises_to_low_is_not_told_and_neither_is_its_second_fall(see):
    see("out")
    alert = see("low")
    assert (alert.type, alert.severity) == ("low", 2)
    alert = see("out")
    assert (alert.type, alert.severity) == ("out", 3)
    assert Alert.objects.count() == 1
    assert told() == 1


def test_a_rise_in_severity_opens_what_was_acknowledged(see, mona):
    acknowledge(alert=see("low"), by=mona, at=MONDAY)
    alert = see("out")
    assert (alert.status, alert.acknowledged, alert.acknowledged_by, alert.assignee) == ("open", None, None, mona)


def test_a_fall_in_severity_leaves_what_was_acknowledged(see, mona):
    acknowledge(alert=see("out"), by=mona, at=MONDAY)
    alert = see("low")
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", mona)


def test_a_cause_that_is_gone_resolves_its_incident(see):
    see("low")
    alert = see(None, at=MONDAY + timedelta(minutes=5))
    assert (alert.status, alert.resolved) == ("resolved", MONDAY + timedelta(minutes=5))
    assert told() == 1


def test_a_cause_that_is_gone_and_never_was_makes_nothing(see):
    assert see(None) is None
    assert Alert.objects.count() == 0


def test_a_second_end_does_not_move_the_first(see):
    see("low")
    see(None, at=MONDAY)
    assert see(None, at=MONDAY + timedelta(hours=1)).resolved == MONDAY


def test_shortage_and_overstock_of_one_product_are_two_incidents(see, found):
    see("low")
    see("overstock")
    see(None, cause=Alert.Cause.SHORTAGE)
    assert list(Alert.objects.order_by("cause").values_list("cause", "status")) == [
        ("overstock", "open"),
        ("shortage", "resolved"),
    ]


def test_of_two_findings_of_one_cause_the_last_counts(found):
    observe([found("out"), found("low")], now=MONDAY)
    assert Alert.objects.get().type == "low"


def test_all_changes_of_one_operation_are_made_together(found, mona):
    products = ProductFactory.create_batch(4)
    observe([found("low", product=product) for product in products[:3]], now=MONDAY)
    observe(
        [
            found(None, product=products[0]),
            found("out", product=products[1]),
            found("low", product=products[2]),
            found("low", product=products[3]),
        ],
        now=MONDAY,
    )
    states = list(Alert.objects.order_by("product_id").values_list("type", "status", "told_count"))
    assert states == [("low", "resolved", 1), ("out", "open", 2), ("low", "open", 1), ("low", "open", 1)]
    assert told() == 5


def test_nothing_found_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        observe([], now=MONDAY)


@pytest.mark.parametrize(("findings", "managers"), [(1, 1), (200, 1), (1, 50), (50, 50)])
def test_the_number_of_statements_grows_with_neither_findings_nor_people(
    django_assert_num_queries, found, north, findings, managers
):
    for _ in range(managers - 1):
        person("manager", {north: "manage"})
    products = ProductFactory.create_batch(findings)
    first = products[: findings // 2]
    observe([found("low", product=product) for product in first], now=MONDAY)
    with django_assert_num_queries(3), transaction.atomic(savepoint=False):
        observe([found("out", product=product) for product in products], now=MONDAY)
    assert Alert.objects.filter(type="out", status="open").count() == findings
    assert Delivery.objects.leaving().count() == (findings + len(first)) * managers


def test_the_number_of_statements_does_not_grow_with_warehouses(django_assert_num_queries, found):
    places = WarehouseFactory.create_batch(5)
    for place in places:
        person("manager", {place: "manage"})
    with django_assert_num_queries(3), transaction.atomic(savepoint=False):
        observe([found("low", warehouse=place) for place in places], now=MONDAY)
    assert Delivery.objects.leaving().values("person", "alert").distinct().count() == 5


def test_a_level_that_stays_as_it_was_costs_one_statement(django_assert_num_queries, see, found):
    see("low")
    with django_assert_num_queries(1), transaction.atomic(savepoint=False):
        observe([found("low")], now=MONDAY)


def test_a_hundred_swings_around_the_threshold_tell_once(see):
    for turn in range(100):
        see("low", at=MONDAY + timedelta(minutes=2 * turn))
        see(None, at=MONDAY + timedelta(minutes=2 * turn + 1))
    assert Alert.objects.count() == 1
    assert told() == 1


def test_the_message_is_written_in_the_language_of_its_reader(see):
    alert = see("low")
    assert alert.headline == "Low: BOLT-M8 at NORTH, 19 left"
    assert alert.message == (
        "19 pcs of Hexagon bolt M8 were left at North Quay when this was noticed. The low threshold is 20 pcs."
    )
    assert "left" not in str(alert.facts)


def test_facts_with_a_percent_sign_and_quotes_are_kept_as_they_are(see):
    alert = see("overstock", name='100% "cotton" %(sku)s \'; DROP', quantity=str(Decimal("1.5")))
    assert '100% "cotton" %(sku)s \'; DROP' in alert.message


def test_the_database_refuses_a_second_live_incident_of_a_cause(see):
    alert = see("low")
    alert.pk = None
    with pytest.raises(IntegrityError, match="alert_one_live_per_cause"), transaction.atomic():
        alert.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_observers_at_the_same_moment_make_one_incident_and_tell_once(see, at_once):
    at_once(*[lambda: see("low")] * 8)
    assert Alert.objects.count() == 1
    assert told() == 1


@pytest.mark.django_db(transaction=True)
def test_observers_who_differ_at_the_same_moment_still_make_one_incident(see, at_once):
    at_once(*[lambda: see("low"), lambda: see("out")] * 4)
    alert = Alert.objects.get()
    assert alert.told_rank == 3
    assert told() == alert.told_count


@pytest.mark.django_db(transaction=True)
def test_observers_of_many_causes_in_different_orders_do_not_deadlock(found, at_once):
    products = ProductFactory.create_batch(20)

    def turn(kind, order):
        with transaction.atomic():
            observe([found(kind, product=product) for product in order], now=MONDAY)

    for kinds in [("low", "out"), ("out", None), ("low", "low")]:
        at_once(*[lambda k=k, o=o: turn(k, o) for k in kinds for o in (products, products[::-1])])
    assert Alert.objects.count() == 20
