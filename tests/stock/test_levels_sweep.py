"""An edited threshold is judged by the next sweep; a booking judges only what it crosses."""

from decimal import Decimal

import pytest

from alerts.models import Alert
from stock.services import archive_product, set_thresholds
from stock.services.sweep import judge_levels

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_raised_threshold_opens_an_incident_and_a_lowered_one_resolves_it(desk, north, bolt):
    desk.receive(north, bolt, 15)
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=None)
    assert Alert.objects.count() == 0

    judge_levels()
    alert = Alert.objects.get()
    assert (alert.type, alert.status) == ("low", "open")

    set_thresholds(product=bolt, warehouse=north, low=Decimal(5), high=Decimal(10))
    judge_levels()
    assert sorted(Alert.objects.values_list("type", "status")) == [("low", "resolved"), ("overstock", "open")]


def test_without_a_threshold_no_incident_stands(desk, north, bolt):
    desk.receive(north, bolt, 15)
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=None)
    judge_levels()
    set_thresholds(product=bolt, warehouse=north, low=None, high=None)
    judge_levels()
    assert list(Alert.objects.values_list("status", flat=True)) == ["resolved"]


def test_a_level_within_the_margin_is_left_as_it_is(desk, north, bolt):
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=None)
    desk.receive(north, bolt, 15)
    desk.receive(north, bolt, 7)
    judge_levels()
    assert Alert.objects.get().status == "open"
    desk.receive(north, bolt, 1)
    assert Alert.objects.get().status == "resolved"


def test_a_product_that_goes_out_of_use_has_no_incident(desk, north, bolt):
    set_thresholds(product=bolt, warehouse=north, low=Decimal(20), high=None)
    desk.receive(north, bolt, 15)
    desk.ship(north, bolt, 15)
    assert Alert.objects.get().status == "open"
    archive_product(product=bolt, by=desk.by)
    judge_levels()
    assert Alert.objects.get().status == "resolved"
