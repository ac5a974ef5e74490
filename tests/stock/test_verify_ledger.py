"""`verify_ledger` finds whatever breaks a law of the ledger, and says where."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from reports import services
from reports.models import DailyMovement
from stock.models import Inventory, Operation, StockTransaction
from stock.queries.verify.daily import rolled_up as mark_of
from tests.factories import LocationFactory, LotFactory, ProductFactory

pytestmark = pytest.mark.django_db

OPERATION = """
    INSERT INTO stock_operation (key, kind, warehouse_id, reference, note, by_id, at, device, digest, clock_corrected,
                                 reverses_id)
    SELECT gen_random_uuid(), %(kind)s, warehouse_id, '', '', by_id, at, '', '', false, %(reverses)s
    FROM stock_operation WHERE kind = 'receive' ORDER BY created LIMIT 1
    RETURNING key
"""
ROW = """
    INSERT INTO stock_stocktransaction (operation_id, product_id, warehouse_id, location_id, type, quantity,
                                        balance_after, occurred_on)
    VALUES (%s, %s, %s, %s, %s, %s, %s, current_date)
"""


@pytest.fixture
def shelf(north):
    return LocationFactory(warehouse=north, code="A-1")


@pytest.fixture
def books(desk, north, south, bolt, shelf):
    """Every verb once: NORTH holds 4 in DEFAULT and 2 in A-1, SOUTH 2."""
    desk.receive(north, bolt, 10)
    desk.ship(north, bolt, 1)
    desk.transfer(north, south, bolt, 2)
    desk.move(north, bolt, 2, north.locations.get(is_default=True), shelf)
    desk.adjust(north, bolt, -1, north.locations.get(is_default=True))
    desk.reverse(desk.ship(north, bolt, 1))
    cheese = ProductFactory(sku="CHEESE", tracks_lots=True)
    desk.receive(north, cheese, 5, lot="L1", expires=timezone.now().date() + timedelta(days=9))
    assert Inventory.objects.get(product=bolt, warehouse=north).quantity == 6


def force(*statements, **values):
    """Change the books behind the triggers' backs, and set the triggers again."""
    tables = ["stock_stocktransaction", "stock_operation", "stock_holding", "stock_inventory"]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:  # before the grant: an autovacuum would wait for that, and this for it
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("GRANT UPDATE, DELETE ON stock_stocktransaction TO CURRENT_USER")
        for statement in statements:
            cursor.execute(statement, values)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def add_operation(kind, *rows, reverses=None):
    """Add an operation and its rows (product, location, type, quantity, balance after) past every service."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(OPERATION, {"kind": kind, "reverses": reverses})
        key = cursor.fetchone()[0]
        for product, location, type_, quantity, balance in rows:
            cursor.execute(ROW, [key, product.pk, location.warehouse_id, location.pk, type_, quantity, balance])
    return key


def differences(*options):
    """Run the command; return what it says about each difference, after the check that it ends with 1."""
    said = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("verify_ledger", *options, stdout=said)
    assert error.value.returncode == 1
    found = [line.strip() for line in said.getvalue().splitlines() if line.startswith("  ")]
    assert str(error.value) == f"{len(found)} difference{'s' if len(found) > 1 else ''}"
    return found


def test_books_made_by_the_services_have_no_difference(books):
    said = io.StringIO()
    call_command("verify_ledger", stdout=said)
    assert said.getvalue() == "0 differences\n"


def test_an_empty_ledger_has_no_difference(db):
    said = io.StringIO()
    call_command("verify_ledger", stdout=said)
    assert said.getvalue() == "0 differences\n"


def test_a_holding_that_the_ledger_does_not_explain(books):
    force(
        "UPDATE stock_holding SET quantity = 3 FROM warehouses_location l WHERE l.id = location_id AND l.code = 'A-1'"
    )
    assert differences() == [
        "BOLT-M8 @ NORTH: bin A-1, lot –: the ledger adds up to 2, at its lowest 1; 3 is held",
        "BOLT-M8 @ NORTH: 7 is held, the level is 6",
    ]


def test_a_holding_of_a_lot_that_is_missing(books):
    force("DELETE FROM stock_holding WHERE lot_id IS NOT NULL")
    assert differences() == [
        "CHEESE @ NORTH: bin DEFAULT, lot L1: the ledger adds up to 5, at its lowest 5; 0 is held",
        "CHEESE @ NORTH: 0 is held, the level is 5",
    ]


def test_a_level_that_was_changed(books):
    force("UPDATE stock_inventory SET quantity = 8 WHERE quantity = 6")
    assert differences() == [
        "BOLT-M8 @ NORTH: 6 is held, the level is 8",
        f"BOLT-M8 @ NORTH: level {Inventory.objects.get(quantity=8).pk}: 6 and 0 do not make 8",
    ]


def test_a_balance_in_the_middle_that_does_not_follow(books):
    row = StockTransaction.objects.filter(type="out").earliest("id")
    after = StockTransaction.objects.filter(product=row.product_id, warehouse=row.warehouse_id, id__gt=row.pk)
    force("UPDATE stock_stocktransaction SET balance_after = 8 WHERE id = %(id)s", id=row.pk)
    assert differences() == [
        f"BOLT-M8 @ NORTH: ledger row {row.pk}: 10 and -1 do not make 8",
        f"BOLT-M8 @ NORTH: ledger row {after.earliest('id').pk}: 8 and -2 do not make 7",
    ]


def test_a_row_whose_quantity_was_forged(books):
    row = StockTransaction.objects.filter(type="adjust").get()
    force("UPDATE stock_stocktransaction SET quantity = -2 WHERE id = %(id)s", id=row.pk)
    assert differences() == [
        "BOLT-M8 @ NORTH: bin DEFAULT, lot –: the ledger adds up to 3, at its lowest 3; 4 is held",
        f"BOLT-M8 @ NORTH: ledger row {row.pk}: 7 and -2 do not make 6",
    ]


def test_a_bin_that_was_below_zero_for_a_while(books, bolt, shelf):
    default = shelf.warehouse.locations.get(is_default=True)
    add_operation("move", (bolt, default, "transfer", 3, 9), (bolt, shelf, "transfer", -3, 6))
    add_operation("move", (bolt, default, "transfer", -3, 3), (bolt, shelf, "transfer", 3, 6))
    assert differences() == ["BOLT-M8 @ NORTH: bin A-1, lot –: the ledger adds up to 2, at its lowest -1; 2 is held"]


def test_a_negative_level_and_a_quantity_that_is_no_number(books):
    holding = Inventory.objects.get(quantity=5).holdings.get()
    force(
        "ALTER TABLE stock_inventory DROP CONSTRAINT inventory_quantity_not_negative",
        "ALTER TABLE stock_holding DROP CONSTRAINT holding_quantity_not_negative",
        "UPDATE stock_holding SET quantity = 'NaN' WHERE quantity = 5",
        "UPDATE stock_inventory SET quantity = -1 WHERE quantity = 5",
    )
    inventory = holding.inventory_id
    assert differences() == [
        "–: stock_holding: holding_quantity_not_negative is missing or not in force",
        "–: stock_inventory: inventory_quantity_not_negative is missing or not in force",
        "CHEESE @ NORTH: bin DEFAULT, lot L1: the ledger adds up to 5, at its lowest 5; NaN is held",
        "CHEESE @ NORTH: NaN is held, the level is -1",
        f"CHEESE @ NORTH: level {inventory}: 5 and 0 do not make -1",
        f"CHEESE @ NORTH: holding {holding.pk}: NaN",
        f"CHEESE @ NORTH: level {inventory}: -1",
    ]


def test_a_row_in_a_bin_of_another_warehouse_or_of_a_foreign_lot(books, south, bolt):
    row = StockTransaction.objects.filter(lot__isnull=False).get()
    there, foreign = south.locations.get(), LotFactory(product=bolt, number="X9")
    force(
        "UPDATE stock_stocktransaction SET location_id = %(there)s, lot_id = %(foreign)s WHERE id = %(id)s",
        "UPDATE stock_holding SET location_id = %(there)s, lot_id = %(foreign)s WHERE lot_id IS NOT NULL",
        "SET CONSTRAINTS ALL IMMEDIATE",
        there=there.pk,
        foreign=foreign.pk,
        id=row.pk,
    )
    holding = Inventory.objects.get(quantity=5).holdings.get()
    assert sorted(differences()) == [
        f"CHEESE @ NORTH: holding {holding.pk}: bin DEFAULT, lot X9",
        f"CHEESE @ NORTH: ledger row {row.pk}: bin DEFAULT, lot X9",
    ]


def test_an_operation_without_rows(books):
    key = add_operation("ship")
    assert differences() == [f"NORTH: operation {key} (ship): ledger row – of type –, quantity –"]


def test_a_row_of_another_kind_than_its_operation(books):
    row = StockTransaction.objects.filter(lot__isnull=False).get()
    force("UPDATE stock_stocktransaction SET type = 'adjust' WHERE id = %(id)s", id=row.pk)
    assert differences() == [
        f"CHEESE @ NORTH: operation {row.operation_id} (receive): ledger row {row.pk} of type adjust, quantity 5"
    ]


def test_a_transfer_that_loses_goods(books, bolt):
    arrived = StockTransaction.objects.get(type="transfer", warehouse__code="SOUTH")
    force(
        "DELETE FROM stock_stocktransaction WHERE id = %(id)s",
        "DELETE FROM stock_holding USING stock_inventory i WHERE i.id = inventory_id AND i.warehouse_id = %(south)s",
        "UPDATE stock_inventory SET quantity = 0 WHERE warehouse_id = %(south)s",
        id=arrived.pk,
        south=arrived.warehouse_id,
    )
    assert differences() == ["BOLT-M8: lot –: over all warehouses 2 left and did not arrive, transfers explain 0"]


def test_a_move_that_changes_a_level(books, bolt, shelf):
    key = add_operation("move", (bolt, shelf, "transfer", 1, 7))
    force(
        "UPDATE stock_holding SET quantity = 3 WHERE location_id = %(shelf)s",
        "UPDATE stock_inventory SET quantity = 7 WHERE quantity = 6",
        shelf=shelf.pk,
    )
    assert differences() == [
        f"BOLT-M8 @ NORTH: operation {key}, lot –: the rows add up to 1",
        "BOLT-M8: lot –: over all warehouses -1 left and did not arrive, transfers explain 0",
    ]


def test_a_reversal_that_is_no_mirror(books, bolt, shelf):
    received = Operation.objects.filter(kind="receive").earliest("created")
    add_operation("reverse", (bolt, shelf, "in", -1, 5), reverses=received.pk)
    force(
        "UPDATE stock_holding SET quantity = 1 WHERE location_id = %(shelf)s",
        "UPDATE stock_inventory SET quantity = 5 WHERE quantity = 6",
        shelf=shelf.pk,
    )
    assert sorted(differences()) == [
        f"BOLT-M8 @ NORTH: operation {received.pk} and its reversal, bin A-1, lot –: together -1, not 0",
        f"BOLT-M8 @ NORTH: operation {received.pk} and its reversal, bin DEFAULT, lot –: together 10, not 0",
    ]


def test_an_operation_that_is_reversed_twice_and_a_reversal_that_is_reversed(books, bolt, shelf):
    reversal = Operation.objects.get(kind="reverse")
    row = reversal.rows.get()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'stock_operation'::regclass AND contype = 'u'"
        )
        cursor.execute(f"ALTER TABLE stock_operation DROP CONSTRAINT {cursor.fetchone()[0]}")
    add_operation("reverse", (bolt, row.location, "out", -1, 5), reverses=reversal.pk)
    add_operation("reverse", (bolt, row.location, "out", 1, 6), reverses=reversal.pk)
    found = differences()
    assert found[0] == "–: stock_operation: reverses_id is missing or not in force"
    assert found[-1] == f"NORTH: operation {reversal.pk}: 2 reversals"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "DROP TRIGGER ledger_refuses_change ON stock_stocktransaction",
            "stock_stocktransaction: ledger_refuses_change",
        ),
        ("DROP TRIGGER ledger_refuses_truncate ON stock_operation", "stock_operation: ledger_refuses_truncate"),
        ("ALTER TABLE stock_operation DISABLE TRIGGER ledger_refuses_change", "stock_operation: ledger_refuses_change"),
        ("ALTER TABLE stock_holding DISABLE TRIGGER USER", "stock_holding: holdings_sum_to_inventory"),
        (
            """
            DROP TRIGGER ledger_refuses_change ON stock_operation;
            CREATE TRIGGER ledger_refuses_change BEFORE UPDATE ON stock_operation
                FOR EACH ROW EXECUTE FUNCTION stock_refuse_change()
            """,
            "stock_operation: ledger_refuses_change",
        ),
        (
            "ALTER TABLE stock_stocktransaction DROP CONSTRAINT stock_transaction_balance_not_negative",
            "stock_stocktransaction: stock_transaction_balance_not_negative",
        ),
        (
            "ALTER TABLE stock_holding DROP CONSTRAINT holding_one_per_inventory_bin_and_lot",
            "stock_holding: holding_one_per_inventory_bin_and_lot",
        ),
        (
            """
            ALTER TABLE stock_holding DROP CONSTRAINT holding_quantity_not_negative;
            ALTER TABLE stock_holding ADD CONSTRAINT holding_quantity_not_negative CHECK (quantity >= 0) NOT VALID
            """,
            "stock_holding: holding_quantity_not_negative",
        ),
        ("ALTER TABLE stock_stocktransaction DROP CONSTRAINT {key}", "stock_stocktransaction: product_id"),
    ],
)
def test_a_guard_that_is_gone(books, sql, said):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'stock_stocktransaction'::regclass AND contype = 'f'"
            " AND confrelid = 'catalog_product'::regclass"
        )
        cursor.execute(sql.format(key=cursor.fetchone()[0]))
    assert differences() == [f"–: {said} is missing or not in force"]


def test_daily_movements_that_do_not_add_up(books, bolt, north):
    def mark(xact):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM reports_rollupmark")
            cursor.execute("INSERT INTO reports_rollupmark (id, xact, restored) VALUES (1, %s, 0)", [xact])

    mark(1)
    call_command("verify_ledger", stdout=io.StringIO())
    mark(2**60)
    assert differences() == [
        "BOLT-M8 @ NORTH: the level is 6, the daily movements say 0",
        "BOLT-M8 @ SOUTH: the level is 2, the daily movements say 0",
        "CHEESE @ NORTH: the level is 5, the daily movements say 0",
    ]


@pytest.fixture
def rolled_up(transactional_db, books, monkeypatch):
    """Roll the books up, and give the words of each difference that a statement about the daily movements makes.

    The rollup's horizon is one for a whole cluster: it is drawn behind everything that has committed in this database.
    """
    everything = services.HORIZON.replace("pg_snapshot_xmin", "pg_snapshot_xmax")
    monkeypatch.setattr(services, "HORIZON", everything)
    assert services.roll_up(now=timezone.now()) == StockTransaction.objects.count()
    call_command("verify_ledger", stdout=io.StringIO())

    def changed(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return differences()

    return changed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("shipped = 4", "shipped: the ledger makes 1, the daily movements say 4"),
        ("received = 0", "received: the ledger makes 10, the daily movements say 0"),
        ("adjusted = 1", "adjusted: the ledger makes -1, the daily movements say 1"),
        ("moved_in = 2", "moved in: the ledger makes 0, the daily movements say 2"),
        ("moved_out = 0", "moved out: the ledger makes 2, the daily movements say 0"),
        ("lines = 9", "lines: the ledger makes 8, the daily movements say 9"),
    ],
)
def test_a_figure_of_a_day_that_is_wrong(rolled_up, bolt, north, change, words):
    day = DailyMovement.objects.get(product=bolt, warehouse=north).day
    found = rolled_up(f"UPDATE reports_dailymovement SET {change} WHERE shipped = 1")
    assert found == [f"BOLT-M8 @ NORTH: {day}, {words}"]


def test_a_day_that_is_missing(rolled_up, bolt, south):
    day = DailyMovement.objects.get(product=bolt, warehouse=south).day
    assert rolled_up(f"DELETE FROM reports_dailymovement WHERE warehouse_id = {south.pk}") == [
        "BOLT-M8 @ SOUTH: the level is 2, the daily movements say 0",
        f"BOLT-M8 @ SOUTH: {day}, lines: the ledger makes 1, the daily movements say –",
    ]


def test_a_day_that_the_ledger_does_not_know(rolled_up, bolt, north):
    stray = ProductFactory(sku="STRAY")
    day = DailyMovement.objects.get(product=bolt, warehouse=north).day
    row = f"{stray.pk}, {north.pk}, '{day}'"
    assert rolled_up(f"INSERT INTO reports_dailymovement (product_id, warehouse_id, day) VALUES ({row})") == [
        f"STRAY @ NORTH: {day}, lines: the ledger makes –, the daily movements say 0"
    ]


def test_reversed_transfers_and_moves_that_are_rolled_up_later(rolled_up, desk, north, south, bolt, shelf):
    desk.reverse(desk.transfer(south, north, bolt, 2))
    desk.move(north, bolt, 1, shelf, north.locations.get(is_default=True))
    call_command("verify_ledger", stdout=io.StringIO())
    assert services.roll_up(now=timezone.now()) == 6
    call_command("verify_ledger", stdout=io.StringIO())


def test_the_week_that_is_recounted_is_one_that_has_days(rolled_up):
    with connection.cursor() as cursor:
        week = mark_of(cursor)
        assert week["first"] <= DailyMovement.objects.earliest("day").day < week["end"]
        assert week["end"] - week["first"] == timedelta(days=7)
        cursor.execute("DELETE FROM reports_rollupmark")
        assert mark_of(cursor) is None


def test_many_differences_are_counted_and_the_first_few_are_shown(desk, north):
    for _ in range(5):
        desk.receive(north, ProductFactory(), 3)
    force("UPDATE stock_holding SET quantity = 4")
    said = io.StringIO()
    with pytest.raises(CommandError, match=r"^10 differences$"):
        call_command("verify_ledger", "--limit", "2", stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[0] == "The ledger adds up to what lies in each bin, lot by lot, and no bin was ever below zero: 5"
    assert [lines[3], lines[-1]] == ["  ... and 3 more"] * 2
