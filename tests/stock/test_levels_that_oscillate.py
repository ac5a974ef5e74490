"""A level that swings around its threshold, by real receipts and shipments, is one incident and one message."""

from decimal import Decimal

import pytest
from django.core import mail

from alerts.delivery import relay
from alerts.models import Alert, AlertEvent, Delivery
from stock.models import Inventory
from stock.services import set_thresholds
from tests.desk import Desk
from tests.factories import ProductFactory, WarehouseFactory, person

# The relay sends from threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 100


@pytest.fixture
def north():
    return WarehouseFactory(code="NORTH")


@pytest.fixture
def mona(north):
    return person("manager", {north: "manage"}, email="mona@example.com")


@pytest.fixture
def bolt(north):
    made = ProductFactory(sku="BOLT-M8")
    set_thresholds(product=made, warehouse=north, low=Decimal(20), high=None)
    return made


@pytest.fixture
def swing(north, mona, bolt):
    """Take the level so often down to the lower figure and up to the higher, and have what waits sent in between."""
    desk = Desk(mona)

    def oscillate(low, high):
        desk.receive(north, bolt, high)
        for turn in range(TIMES):
            desk.ship(north, bolt, high - low)
            if turn % 10 == 0:
                relay()
            desk.receive(north, bolt, high - low)
        relay()

    return oscillate


@pytest.mark.parametrize(
    ("low", "high", "reopened"),
    # 21 lies within the margin over 20, so the incident stays open; 49 does not, and each fall re-opens it.
    [(19, 21, 0), (19, 49, TIMES - 1)],
)
def test_it_is_one_incident_and_one_message_each(swing, north, mona, bolt, low, high, reopened):
    swing(low, high)
    assert Inventory.objects.get(product=bolt, warehouse=north).quantity == high
    alert = Alert.objects.get()
    assert (alert.type, alert.status) == ("low", "resolved" if reopened else "open")
    kinds = list(alert.events.values_list("kind", flat=True))
    assert [kinds.count(each) for each in (AlertEvent.Kind.OPENED, AlertEvent.Kind.REOPENED)] == [1, reopened]
    assert kinds.count(AlertEvent.Kind.TOLD) == 1
    rows = Delivery.objects.order_by("channel").values_list("person", "channel", "status")
    assert list(rows) == [(mona.pk, "app", "sent"), (mona.pk, "email", "sent")]
    assert [message.to for message in mail.outbox] == [["mona@example.com"]]
