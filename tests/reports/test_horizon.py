"""Every ledger row is counted exactly once, whenever its transaction commits and whoever counts."""

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import connection

from reports import services
from reports.models import DailyMovement, RollupMark
from reports.services import rebuild, roll_up
from stock.models import Inventory
from tests.reports.transactions import another_connection, wait_for_the_horizon

ROW = """
    INSERT INTO stock_stocktransaction
        (operation_id, product_id, warehouse_id, location_id, type, quantity, balance_after, occurred_on)
    SELECT operation_id, product_id, warehouse_id, location_id, 'in', %s, 1000, occurred_on
    FROM stock_stocktransaction ORDER BY id LIMIT 1
"""


def counted():
    return roll_up(now=datetime.now(UTC))


def received():
    return [float(row.received) for row in DailyMovement.objects.order_by("day")]


@pytest.fixture
def counted_once(transactional_db, desk, north, bolt):
    """A ledger of one row, counted: the tests' raw rows copy what it names."""
    desk.receive(north, bolt, 100)
    wait_for_the_horizon()
    assert counted() == 1


def test_a_row_that_commits_late_is_counted_with_the_ones_that_overtook_it(counted_once):
    with another_connection() as first, another_connection() as second:
        first.execute(ROW, [1])
        second.execute(ROW, [2])
        second.commit()
        assert counted() == 0
        assert received() == [100]
        first.commit()
        wait_for_the_horizon()
        assert counted() == 2
        assert received() == [103]
        assert counted() == 0


def test_a_transaction_that_is_given_up_is_not_counted_and_holds_nothing_back_afterwards(counted_once):
    with another_connection() as first, another_connection() as second:
        first.execute(ROW, [1])
        second.execute(ROW, [2])
        second.commit()
        first.rollback()
    wait_for_the_horizon()
    assert counted() == 1
    assert received() == [102]


def test_two_workers_at_once_take_each_row_once(counted_once, desk, north, bolt, monkeypatch):
    for _ in range(3):
        desk.receive(north, bolt, 10)
    wait_for_the_horizon()
    taken, barrier, add = [], threading.Barrier(4), services._add

    def add_slowly(*args):
        rows = add(*args)
        time.sleep(0.1)
        return rows

    monkeypatch.setattr(services, "_add", add_slowly)

    def work():
        barrier.wait()
        taken.append(counted())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [0, 0, 0, 3]
    assert received() == [130]


def test_a_rollup_waits_for_the_one_before_it(counted_once, desk, north, bolt):
    desk.receive(north, bolt, 10)
    wait_for_the_horizon()
    done = []

    def work():
        done.append(counted())
        connection.close()

    with another_connection() as first:
        first.execute("SELECT FROM reports_rollupmark FOR UPDATE")
        second = threading.Thread(target=work)
        second.start()
        # Longer than a page would wait for a lock.
        time.sleep(2.3)
        assert done == []
        first.rollback()
        second.join()
    assert done == [1]


def test_a_crash_between_the_sums_and_the_mark_loses_nothing(counted_once, monkeypatch, desk, north, bolt):
    desk.receive(north, bolt, 10)
    before = RollupMark.objects.get()

    def crash(*args):
        raise SystemExit

    for verb in (roll_up, rebuild):
        with monkeypatch.context() as patch:
            patch.setattr(services, "_move_mark", crash)
            with pytest.raises(SystemExit):
                verb(now=datetime.now(UTC))
        assert received() == [100]
        assert RollupMark.objects.get().xact == before.xact
    wait_for_the_horizon()
    assert counted() == 1
    assert received() == [110]


def test_a_rebuild_leaves_out_what_may_still_be_overtaken_and_the_next_rollup_takes_it(counted_once):
    with another_connection() as first, another_connection() as second:
        first.execute(ROW, [1])
        second.execute(ROW, [2])
        second.commit()
        assert rebuild(now=datetime.now(UTC)) == 1
        first.commit()
    wait_for_the_horizon()
    assert counted() == 2
    assert received() == [103]


def test_counting_while_people_book_ends_at_the_levels(transactional_db, desk, north, bolt):
    def work():
        for _ in range(15):
            desk.receive(north, bolt, 1)
        connection.close()

    people = [threading.Thread(target=work) for _ in range(3)]
    for thread in people:
        thread.start()
    taken = 0
    while any(thread.is_alive() for thread in people):
        taken += counted()
    wait_for_the_horizon()
    taken += counted()
    assert taken == 45
    assert received() == [45]
    assert Inventory.objects.get().quantity == 45
