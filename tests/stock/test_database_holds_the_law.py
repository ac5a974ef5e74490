"""Raw SQL cannot do what the services refuse: constraints and triggers hold for whoever writes."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from stock.models import Holding, Inventory, LedgerIsAppendOnly, Operation, StockTransaction
from tests.factories import LocationFactory, LotFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stocked(desk, north, bolt):
    desk.receive(north, bolt, 10)
    return Inventory.objects.get()


def refused(sql, *params, by=IntegrityError):
    """Run the SQL and its deferred constraints; return what the database says."""

    def attempt():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(sql, params)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(by) as error:
        attempt()
    return str(error.value)


@pytest.mark.parametrize("bad", ["-1", "'NaN'", "100000000000"])
@pytest.mark.parametrize("table", ["stock_inventory", "stock_holding"])
def test_a_level_or_holding_is_never_negative_nor_not_a_number(stocked, table, bad):
    refused(f"UPDATE {table} SET quantity = {bad}", by=DatabaseError)
    assert Inventory.objects.get().quantity == 10


def test_holdings_sum_to_their_level(stocked, north):
    assert "holds 10.000 in its bins but has a level of 11" in refused("UPDATE stock_inventory SET quantity = 11")
    assert "holds 9.000" in refused("UPDATE stock_holding SET quantity = 9")
    assert "holds 0" in refused("DELETE FROM stock_holding")
    assert "level of 0" in refused("UPDATE stock_inventory SET quantity = 0")
    other = LocationFactory(warehouse=north)
    assert "holds 11" in refused(
        "INSERT INTO stock_holding (inventory_id, location_id, quantity) VALUES (%s, %s, 1)", stocked.pk, other.pk
    )


def test_a_holding_lies_in_its_own_warehouse_and_is_of_its_own_product(stocked, south):
    elsewhere = LocationFactory(warehouse=south)
    assert "bin of another warehouse" in refused("UPDATE stock_holding SET location_id = %s", elsewhere.pk)
    foreign = LotFactory(product=ProductFactory())
    assert "lot of another product" in refused("UPDATE stock_holding SET lot_id = %s", foreign.pk)


def test_one_inventory_a_product_and_warehouse_and_one_holding_a_bin_and_lot(stocked, bolt, north):
    refused("INSERT INTO stock_inventory (product_id, warehouse_id) VALUES (%s, %s)", bolt.pk, north.pk)
    holding = Holding.objects.get()
    refused(
        "INSERT INTO stock_holding (inventory_id, location_id, quantity) VALUES (%s, %s, 0)",
        stocked.pk,
        holding.location_id,
    )


@pytest.mark.parametrize("bad", ["0", "'NaN'"])
def test_a_ledger_row_moves_something(stocked, bad):
    refused(
        "INSERT INTO stock_stocktransaction (operation_id, product_id, warehouse_id, location_id, type, quantity,"
        " balance_after, occurred_on) SELECT operation_id, product_id, warehouse_id, location_id, type,"
        f" {bad}, balance_after, occurred_on FROM stock_stocktransaction"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE stock_stocktransaction SET quantity = 5",
        "DELETE FROM stock_stocktransaction",
        "TRUNCATE stock_stocktransaction",
        "TRUNCATE stock_operation CASCADE",
        "UPDATE stock_operation SET note = 'forged'",
        "DELETE FROM stock_operation",
    ],
)
def test_history_is_append_only(stocked, sql):
    message = refused(sql, by=DatabaseError)
    assert "append-only" in message or "permission denied" in message
    assert StockTransaction.objects.get().quantity == 10


def test_the_trigger_refuses_even_who_has_the_right_to_update(stocked):
    with connection.cursor() as cursor:
        cursor.execute("GRANT UPDATE ON stock_stocktransaction TO CURRENT_USER")
    assert "append-only" in refused("UPDATE stock_stocktransaction SET quantity = 5", by=DatabaseError)


def test_code_that_changes_history_raises(stocked):
    row = StockTransaction.objects.get()
    row.quantity = Decimal(5)
    for change in (
        row.save,
        row.delete,
        StockTransaction.objects.all().delete,
        lambda: StockTransaction.objects.update(quantity=5),
        Operation.objects.get().save,
        Operation.objects.get().delete,
    ):
        with pytest.raises(LedgerIsAppendOnly):
            change()


def test_an_operation_is_reversed_at_most_once_and_only_by_a_reversal(desk, north, bolt, stocked):
    received = Operation.objects.get()
    desk.reverse(received)
    columns = "key, kind, warehouse_id, reference, note, by_id, at, device, digest, clock_corrected, reverses_id"
    copy = (
        f"INSERT INTO stock_operation ({columns}) SELECT gen_random_uuid(), %s, warehouse_id, '', '', by_id, at, '',"
        " '', false, %s FROM stock_operation LIMIT 1"
    )
    assert "reverses" in refused(copy, "reverse", received.pk)
    assert "operation_reverse_names_what_it_reverses" in refused(copy, "reverse", None)
    assert "operation_reverse_names_what_it_reverses" in refused(copy, "ship", received.pk)


def test_thresholds_are_in_order(stocked):
    assert "inventory_low_below_high" in refused("UPDATE stock_inventory SET low_threshold = 5, high_threshold = 5")
    assert "not_negative" in refused("UPDATE stock_inventory SET low_threshold = -1")
    assert "not_negative" in refused("UPDATE stock_inventory SET low_threshold = 'NaN'")
