"""DailyMovement is what the ledger adds up to, whatever was booked and undone."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from reports import services
from reports.errors import RolledUpElsewhere
from reports.models import DailyMovement, RollupMark
from reports.services import rebuild, roll_up
from reports.tasks import roll_up as roll_up_task
from stock.models import Inventory, StockTransaction
from tests.factories import LocationFactory

SUMS = ("shipped", "received", "adjusted", "moved_in", "moved_out", "net")


def sums(warehouse):
    """The one row of this warehouse, as plain numbers; the last is the number of ledger rows."""
    row = DailyMovement.objects.get(warehouse=warehouse)
    return (*(float(getattr(row, name)) for name in SUMS), row.lines)


def everything():
    return list(DailyMovement.objects.order_by("warehouse_id", "product_id", "day").values())


def test_each_kind_of_row_adds_to_its_own_column(counted, desk, north, south, bolt):
    desk.receive(north, bolt, 100)
    desk.ship(north, bolt, 30)
    desk.adjust(north, bolt, -2, north.locations.get())
    desk.transfer(north, south, bolt, 20)
    assert counted() == 5
    assert sums(north) == (30, 100, -2, 0, 20, 48, 4)
    assert sums(south) == (0, 0, 0, 20, 0, 20, 1)


def test_a_move_between_bins_moves_nothing_in_or_out_of_the_warehouse(counted, desk, north, bolt):
    default, other = north.locations.get(), LocationFactory(warehouse=north)
    desk.receive(north, bolt, 10)
    move = desk.move(north, bolt, 4, default, other)
    assert counted() == 3
    assert sums(north) == (0, 10, 0, 0, 0, 10, 3)
    desk.reverse(move)
    counted()
    assert sums(north) == (0, 10, 0, 0, 0, 10, 5)


def test_what_is_undone_nets_out_in_the_column_of_what_it_undoes(counted, desk, north, south, bolt):
    desk.receive(north, bolt, 100)
    undone = [
        desk.ship(north, bolt, 30),
        desk.transfer(north, south, bolt, 20),
        desk.adjust(north, bolt, -5, north.locations.get()),
        desk.receive(north, bolt, 7),
    ]
    counted()
    assert sums(north) == (30, 107, -5, 0, 20, 52, 5)
    assert sums(south) == (0, 0, 0, 20, 0, 20, 1)
    for operation in undone:
        desk.reverse(operation)
    assert counted() == 5
    assert sums(north) == (0, 100, 0, 0, 0, 100, 9)
    assert sums(south) == (0, 0, 0, 0, 0, 0, 2)


def test_a_row_counts_on_the_day_it_happened_however_late_it_is_booked(counted, desk, north, bolt, ago):
    desk.receive(north, bolt, 100, at=ago(6))
    desk.ship(north, bolt, 5, at=ago(3))
    counted()
    desk.ship(north, bolt, 6, at=ago(3))
    desk.ship(north, bolt, 7)
    counted()
    shipped = DailyMovement.objects.order_by("day").values_list("shipped", flat=True)
    assert list(shipped) == [Decimal(0), Decimal(11), Decimal(7)]


def test_counting_again_changes_nothing(counted, desk, north, bolt):
    desk.receive(north, bolt, 100)
    desk.ship(north, bolt, 30)
    assert counted() == 2
    before = everything()
    assert [counted(), counted()] == [0, 0]
    assert everything() == before


def test_counting_an_empty_ledger_takes_nothing_and_says_when(transactional_db):
    now = datetime.now(UTC)
    assert roll_up(now=now) == 0
    assert RollupMark.objects.get().moved == now
    assert not DailyMovement.objects.exists()


def test_the_task_counts(counted, desk, north, bolt):
    desk.receive(north, bolt, 100)
    roll_up_task(added_by_a_later_version=1)
    assert sums(north) == (0, 100, 0, 0, 0, 100, 1)


def test_the_sums_are_the_levels(counted, desk, north, south, bolt):
    desk.receive(north, bolt, 100)
    counted()
    desk.reverse(desk.ship(north, bolt, 30))
    desk.transfer(north, south, bolt, 20)
    desk.reverse(desk.adjust(north, bolt, -3, north.locations.get()))
    desk.ship(north, bolt, 1)
    counted()
    levels = Inventory.objects.values_list("product", "warehouse", "quantity").order_by("warehouse")
    nets = DailyMovement.objects.values_list("product", "warehouse").annotate(Sum("net")).order_by("warehouse")
    assert list(nets) == list(levels)


def test_a_rebuild_makes_the_same_rows_and_goes_on_from_there(counted, capsys, desk, north, south, bolt):
    desk.receive(north, bolt, 100)
    desk.reverse(desk.transfer(north, south, bolt, 20))
    counted()
    desk.ship(north, bolt, 30)
    counted()
    before = everything()
    DailyMovement.objects.update(shipped=999, moved_in=999, net=999)
    call_command("reports_rebuild")
    assert capsys.readouterr().out == "Counted 6 rows of the ledger.\n"
    assert everything() == before
    desk.ship(north, bolt, 1)
    assert counted() == 1


@pytest.fixture
def of_another_cluster(counted, desk, north, bolt):
    """Book as a cluster did whose transaction numbers are far ahead of this one's."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE stock_stocktransaction ALTER xact SET DEFAULT 900000000000")
        desk.receive(north, bolt, 100)
        desk.ship(north, bolt, 30)
        cursor.execute("ALTER TABLE stock_stocktransaction ALTER xact SET DEFAULT pg_current_xact_id()::text::bigint")
    assert StockTransaction.objects.filter(xact=900000000000).count() == 2
    RollupMark.objects.update_or_create(id=1, defaults={"xact": 900000000001})


def test_after_a_restore_into_another_cluster_the_rollup_says_that_it_needs_a_rebuild(of_another_cluster, counted):
    with pytest.raises(RolledUpElsewhere):
        counted()


def test_after_a_restore_into_another_cluster_a_rebuild_counts_each_row_once(
    of_another_cluster, counted, desk, north, bolt
):
    desk.ship(north, bolt, 1)
    assert rebuild(now=datetime.now(UTC)) == 3
    assert sums(north) == (31, 100, 0, 0, 0, 69, 3)
    desk.ship(north, bolt, 2)
    assert counted() == 1
    assert sums(north) == (33, 100, 0, 0, 0, 67, 4)


def test_restored_rows_are_not_taken_again_once_the_numbers_of_this_cluster_reach_theirs(
    of_another_cluster, counted, monkeypatch
):
    rebuild(now=datetime.now(UTC))
    monkeypatch.setattr(services, "HORIZON", "SELECT 900000000001")
    assert counted() == 0
