"""A seal takes every row once, whenever its transaction commits: none is lost, and none breaks what was sealed."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from reports.models import Seal, SealPart
from reports.services.seals import Problem, seal, verify
from tests.audit_rows import unguarded
from tests.reports.transactions import another_connection, wait_for_the_horizon

pytestmark = pytest.mark.usefixtures("audited_rows")

ROW = """
    INSERT INTO stock_stocktransaction
        (operation_id, product_id, warehouse_id, location_id, type, quantity, balance_after, occurred_on)
    SELECT operation_id, product_id, warehouse_id, location_id, 'in', %s, 1000, occurred_on
    FROM stock_stocktransaction ORDER BY id LIMIT 1
"""
AUDIT = """
    INSERT INTO auditlog_logentry (content_type_id, object_pk, object_repr, action, changes_text, timestamp)
    SELECT content_type_id, '1', %s, 1, '', now() FROM auditlog_logentry ORDER BY id LIMIT 1
"""
EDITED = "The rows are not what was sealed: one was edited, or its place was changed."


def on_day(number):
    """Return a night of this week, the sixth being the last: the rows of all are today's, and none is backdated."""
    return datetime.now(UTC) + timedelta(days=number - 6)


def rows_of(made, table="ledger"):
    return sum(SealPart.objects.filter(seal=made, table=table).values_list("rows", flat=True))


def found():
    return verify(now=datetime.now(UTC))


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def sealed_once(transactional_db, desk, north, bolt):
    """A ledger of one row, sealed: the tests' raw rows copy what it names."""
    desk.receive(north, bolt, 100)
    wait_for_the_horizon()
    made = seal(now=on_day(1))
    assert rows_of(made) == 1
    return made


def test_a_row_that_commits_late_is_in_the_next_seal_with_the_ones_that_overtook_it(sealed_once):
    with another_connection() as first, another_connection() as second:
        first.execute(ROW, [1])
        first.execute(AUDIT, ["late"])
        second.execute(ROW, [2])
        second.execute(AUDIT, ["in time"])
        second.commit()
        between = seal(now=on_day(2))
        assert (rows_of(between), rows_of(between, "audit"), found()) == (0, 0, [])
        first.commit()
    # The late rows lie below the ids of rows that are there, and above every transaction that is sealed.
    assert found() == []
    wait_for_the_horizon()
    last = seal(now=on_day(3))
    assert (rows_of(last), rows_of(last, "audit"), found()) == (2, 2, [])
    assert (last.number, last.since, last.previous) == (3, between.until, between.root)


def test_a_transaction_in_flight_neither_waits_for_the_seal_nor_lets_it_wait(sealed_once, desk, north, bolt):
    with another_connection() as open_one:
        open_one.execute("SET lock_timeout = '1s'")
        open_one.execute(ROW, [1])
        assert rows_of(seal(now=on_day(2))) == 0
        open_one.execute(ROW, [2])
        open_one.execute(AUDIT, ["still open"])
        open_one.commit()
    wait_for_the_horizon()
    assert (rows_of(seal(now=on_day(3))), found()) == (2, [])


def test_what_was_sealed_before_the_open_transaction_is_guarded_meanwhile(sealed_once):
    """An open transaction holds back what comes after it, not what was sealed."""
    with another_connection() as open_one:
        open_one.execute(ROW, [1])
        with unguarded(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE auditlog_logentry SET object_repr = 'x' WHERE id = (SELECT min(id) FROM auditlog_logentry)"
            )
        assert found() == [Problem(datetime.now(UTC).date(), "audit", EDITED)]


def test_a_late_row_is_guarded_from_its_own_seal_on(sealed_once):
    with another_connection() as first, another_connection() as second:
        first.execute(AUDIT, ["late"])
        second.execute(AUDIT, ["in time"])
        second.commit()
        seal(now=on_day(2))
        first.commit()
    wait_for_the_horizon()
    seal(now=on_day(3))
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE auditlog_logentry SET object_repr = 'forged' WHERE object_repr = 'late'")
    assert found() == [Problem(datetime.now(UTC).date(), "audit", EDITED)]


def test_a_transaction_that_is_given_up_leaves_no_gap(sealed_once):
    with another_connection() as first, another_connection() as second:
        first.execute(ROW, [1])
        second.execute(ROW, [2])
        second.commit()
        first.rollback()
    wait_for_the_horizon()
    assert (rows_of(seal(now=on_day(2))), found()) == (1, [])


def test_two_workers_at_once_make_one_seal(sealed_once, desk, north, bolt):
    desk.receive(north, bolt, 5)
    wait_for_the_horizon()
    made, barrier = [], threading.Barrier(3)

    def work():
        barrier.wait()
        made.append(seal(now=on_day(2)))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each is None for each in made) == [False, True, True]
    assert list(Seal.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert found() == []


def test_every_row_is_in_one_seal_alone(sealed_once, desk, north, bolt):
    """Bookings, late ones among them, and seals in turn: what the seals count together is what stands there."""
    for day in range(2, 6):
        with another_connection() as late:
            late.execute(ROW, [day])
            desk.receive(north, bolt, day)
            seal(now=on_day(day))
            late.commit()
    wait_for_the_horizon()
    seal(now=on_day(6))
    with connection.cursor() as cursor:
        for table, name in (("stock_stocktransaction", "ledger"), ("auditlog_logentry", "audit")):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert sum(rows_of(each, name) for each in Seal.objects.all()) == cursor.fetchone()[0]
    assert found() == []
