"""Going out of use while somebody books: the booking that was first is waited for, one that comes later is refused."""

import threading

import pytest
from django.db import connection, transaction

from catalog.models import Product
from stock import ledger
from stock.errors import Refused, StillOpen
from stock.services import archive_product, close_warehouse, deactivate_location
from tests.desk import level
from tests.factories import LocationFactory
from warehouses.models import Location, Warehouse

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 10


class Running(threading.Thread):
    """Work in a thread of its own; `outcome` is what it gave or raised."""

    def __init__(self, work):
        super().__init__()
        self.work, self.outcome = work, None
        self.start()

    def run(self):
        try:
            self.outcome = self.work()
        except Exception as error:  # noqa: BLE001 - the outcome is what the test looks at
            self.outcome = error
        finally:
            connection.close()


@pytest.fixture
def shelf(north):
    return LocationFactory(warehouse=north, code="A-01")


def going(what, desk, north, bolt, shelf):
    """Return the service that takes it out of use, the row it locks, and its status afterwards."""
    return {
        "warehouse": (lambda: close_warehouse(warehouse=north), Warehouse, north, "closed"),
        "bin": (lambda: deactivate_location(location=shelf), Location, shelf, "inactive"),
        "product": (lambda: archive_product(product=bolt, by=desk.by), Product, bolt, "archived"),
    }[what]


@pytest.mark.parametrize("what", ["warehouse", "bin", "product"])
def test_a_booking_under_way_is_waited_for(desk, north, bolt, shelf, monkeypatch, what):
    service, model, row, _ = going(what, desk, north, bolt, shelf)
    post, posted, let_go = ledger._post, threading.Event(), threading.Event()

    def slowly(books, operation):
        changed = post(books, operation)
        posted.set()
        let_go.wait(SOON)
        return changed

    monkeypatch.setattr(ledger, "_post", slowly)
    booking = Running(lambda: desk.receive(north, bolt, 5, shelf))
    assert posted.wait(SOON)
    ending = Running(service)
    ending.join(0.3)
    assert ending.is_alive()
    let_go.set()
    booking.join(), ending.join()
    assert isinstance(ending.outcome, StillOpen)
    assert (model.objects.get(pk=row.pk).status, level(bolt, north)) == (row.status, 5)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("warehouse", "NORTH is closed."),
        ("bin", "Bin A-01 is not in use. Choose another."),
        ("product", "BOLT-M8 is archived. Restore it before you book it."),
    ],
)
def test_a_booking_that_comes_later_finds_it_out_of_use(desk, north, bolt, shelf, what, said):
    """It read the row while that was still in use, and waits for its lock."""
    _, model, row, status = going(what, desk, north, bolt, shelf)
    held, let_go = threading.Event(), threading.Event()

    def end():
        with transaction.atomic():
            locked = model.objects.select_for_update(of=("self",)).get(pk=row.pk)
            locked.status = status
            locked.save(update_fields=["status"])
            held.set()
            let_go.wait(SOON)

    ending = Running(end)
    assert held.wait(SOON)
    booking = Running(lambda: desk.receive(north, bolt, 5, shelf))
    booking.join(0.3)
    assert booking.is_alive()
    let_go.set()
    ending.join(), booking.join()
    assert isinstance(booking.outcome, Refused)
    assert str(booking.outcome) == said
    assert level(bolt, north) == 0


def test_goods_that_leave_need_no_bin_to_be_named(desk, north, bolt, shelf):
    """A shipment names no bin, so that only the default one is locked; its warehouse counts all the same."""
    desk.receive(north, bolt, 5, shelf)
    stale = Warehouse.objects.get(pk=north.pk)
    Warehouse.objects.filter(pk=north.pk).update(status="closed")
    with pytest.raises(Refused, match="NORTH is closed"):
        desk.ship(stale, bolt, 1)
