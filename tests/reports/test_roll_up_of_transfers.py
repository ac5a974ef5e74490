"""A transfer with two legs counts as moved out where it left and as moved in where it arrived, each on its own day."""

import pytest

from reports.models import DailyMovement

pytestmark = pytest.mark.django_db(transaction=True)


def figures():
    rows = DailyMovement.objects.order_by("warehouse__code")
    names = ("warehouse__code", "received", "shipped", "adjusted", "moved_in", "moved_out", "net")
    return list(rows.values_list(*names))


def test_each_leg_counts_in_its_own_warehouse(counted, desk, north, south, bolt):
    desk.receive(north, bolt, 100)
    transfer = desk.send(north, south, bolt, 40).transfer
    desk.arrive(transfer, 30)
    desk.arrive(transfer, 8)
    desk.write_off(transfer)
    counted()
    assert figures() == [("NORTH", 100, 0, 0, 0, 40, 60), ("SOUTH", 0, 0, 0, 38, 0, 38)]


def test_what_is_undone_nets_out_in_the_same_column(counted, desk, north, south, bolt):
    desk.receive(north, bolt, 100)
    transfer = desk.send(north, south, bolt, 40).transfer
    desk.reverse(desk.arrive(transfer, 30))
    counted()
    assert figures() == [("NORTH", 100, 0, 0, 0, 40, 60), ("SOUTH", 0, 0, 0, 0, 0, 0)]
    desk.undo(transfer)
    counted()
    assert figures() == [("NORTH", 100, 0, 0, 0, 0, 100), ("SOUTH", 0, 0, 0, 0, 0, 0)]
