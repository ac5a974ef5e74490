"""`verify_ledger` finds a count whose figures are not those that were found, or not those that were booked."""

import pytest
from django.db import connection

from tests.factories import LocationFactory, ProductFactory
from tests.stock.counting import Counter
from tests.stock.test_verify_ledger import differences

pytestmark = pytest.mark.django_db

TABLES = ("stock_countentry", "stock_countsubmission", "stock_operation", "stock_stocktransaction")


@pytest.fixture
def counted(desk, north, bolt):
    """A count that was posted (bolts 7 of 10, a lot of oil right), one that was undone and one that is counted now."""
    bin, oil = LocationFactory(warehouse=north, code="A-1"), ProductFactory(sku="OIL", tracks_lots=True)
    desk.receive(north, bolt, 10, bin)
    desk.receive(north, oil, 5, bin, "L1")
    counter = Counter(desk.by)
    counts = [counter.open(north, bin) for _ in range(3)]
    for count, found in zip(counts, (7, 6, 9), strict=True):
        counter.whole(count, (bolt, bin, found), (oil, bin, 5, "L1"))
        if found < 9:
            counter.post(count)
        if found == 6:
            counter.undo(count)
    return counts


def force(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"GRANT UPDATE, DELETE ON {', '.join(TABLES)} TO CURRENT_USER")
        cursor.execute(statement, values)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_counts_as_the_services_leave_them_hold(counted):
    from django.core.management import call_command

    call_command("verify_ledger")


def bolts(count, words):
    return f"BOLT-M8 @ NORTH: count C{count.pk}, bin A-1, lot –: {words}"


def change(count, what):
    """Change the line of the bolts in a count behind everybody's back."""
    force(f"UPDATE stock_countline SET {what} WHERE count_id = %s AND lot_id IS NULL", count.pk)


def test_a_variance_that_is_not_what_was_booked(counted):
    change(counted[0], "counted = 8")
    force(
        """UPDATE stock_countentry e SET counted = 8 FROM stock_countline l
        WHERE l.id = e.line_id AND l.count_id = %s AND l.lot_id IS NULL""",
        counted[0].pk,
    )
    assert differences() == [bolts(counted[0], "the variance is -2, -3 is booked")]


def test_a_count_that_booked_though_it_is_not_posted(counted):
    force("UPDATE stock_operation SET count_id = %s WHERE count_id = %s", counted[2].pk, counted[0].pk)
    assert differences() == [
        bolts(counted[0], "the variance is -3, 0 is booked"),
        bolts(counted[2], "the variance is 0, -3 is booked"),
    ]


def test_a_line_that_says_something_else_than_its_newest_counting(counted):
    change(counted[2], "counted = 1")
    assert differences() == [bolts(counted[2], "the line says 1 of 7, its 1 countings 9 of 7")]


def test_a_counting_that_was_lost(counted):
    force(
        """DELETE FROM stock_countentry e USING stock_countline l
        WHERE l.id = e.line_id AND l.count_id = %s AND l.lot_id IS NULL""",
        counted[2].pk,
    )
    assert differences() == [bolts(counted[2], "the line says 9 of 7, its 0 countings –")]


def test_a_posted_line_without_figures(counted):
    change(counted[0], "counted = NULL, expected = NULL")
    assert differences() == [
        bolts(counted[0], "the variance is 0, -3 is booked"),
        bolts(counted[0], "the line says –, its 1 countings 7 of 10"),
    ]


def test_a_row_of_a_count_that_is_no_adjustment(counted):
    force(
        """UPDATE stock_stocktransaction t SET type = 'out' FROM stock_operation o
        WHERE o.key = t.operation_id AND o.count_id = %s""",
        counted[0].pk,
    )
    [difference] = differences()
    assert "(count): ledger row" in difference
    assert "of type out, quantity -3" in difference


def test_history_of_counting_refuses_change(counted):
    from django.db import DatabaseError, transaction

    for statement in (
        "UPDATE stock_countentry SET counted = 1",
        "DELETE FROM stock_countentry",
        "TRUNCATE stock_countentry",
        "UPDATE stock_countsubmission SET device = 'x'",
        "DELETE FROM stock_countsubmission",
        "TRUNCATE stock_countsubmission CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
