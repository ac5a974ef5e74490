"""Who holds rows too long makes others wait once, not for ever; what is safe to try again is tried again."""

import threading
import uuid

import pytest
from django.db import OperationalError, connection, transaction

from stock import ledger
from stock.errors import Busy
from stock.models import Inventory
from tests.desk import level
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def impatient(db):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    yield
    connection.close()


def hold(work):
    """Run `work` in a transaction of another connection and keep it open until the returned function is called."""
    held, let_go = threading.Event(), threading.Event()

    def holder():
        with transaction.atomic():
            work()
            held.set()
            let_go.wait(10)
        connection.close()

    thread = threading.Thread(target=holder)
    thread.start()
    held.wait(10)
    return lambda: (let_go.set(), thread.join())


def test_a_level_that_stays_locked_is_busy_and_the_same_key_books_afterwards(desk, north, bolt, impatient):
    desk.receive(north, bolt, 5)
    let_go = hold(lambda: list(Inventory.objects.select_for_update()))
    key = uuid.uuid4()
    with pytest.raises(Busy):
        desk.ship(north, bolt, 1, key=key)
    assert level(bolt, north) == 5
    let_go()
    assert not desk.ship(north, bolt, 1, key=key).replayed
    assert level(bolt, north) == 4


def test_another_product_is_not_held_up(desk, north, bolt, impatient):
    desk.receive(north, bolt, 5)
    nut = ProductFactory()
    desk.receive(north, nut, 5)
    let_go = hold(lambda: list(Inventory.objects.select_for_update().filter(product=bolt)))
    desk.ship(north, nut, 1)
    let_go()


def test_a_deadlock_and_a_lost_connection_are_tried_again_with_the_same_key(desk, north, bolt, monkeypatch):
    desk.receive(north, bolt, 5)
    post, failures = ledger._post, ["deadlock", "lost"]

    def unlucky(books, operation):
        changed = post(books, operation)
        if failures:
            with connection.cursor() as cursor:
                if failures.pop() == "lost":
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'unlucky' USING ERRCODE = 'deadlock_detected'; END $$")
        return changed

    monkeypatch.setattr(ledger, "_post", unlucky)
    desk.ship(north, bolt, 1)
    assert (failures, level(bolt, north)) == ([], 4)


def test_a_connection_lost_at_commit_books_once(desk, north, bolt, monkeypatch):
    desk.receive(north, bolt, 5)
    commit, lost = connection._commit, []

    def commit_and_lose():
        commit()
        if not lost:
            lost.append(True)
            connection.connection.close()
            raise OperationalError("the connection is lost, and nobody knows whether it committed")

    monkeypatch.setattr(connection, "_commit", commit_and_lose)
    desk.ship(north, bolt, 1)
    assert lost
    assert level(bolt, north) == 4
