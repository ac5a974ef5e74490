"""Whatever statement a verb is cut off at, nothing is booked by halves, and the same key books it once."""

import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from django.apps import apps
from django.db import OperationalError, connection

from stock import services
from stock.models import Operation
from stock.queries.verify import verify
from tests.factories import LocationFactory, ProductFactory
from tests.stock.counting import Counter

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = "before", "after"
# More than any verb sends: the loop ends where a verb was not cut off any more.
BEYOND_ANY = 60


class PowerCut(BaseException):
    """The process ends here: nobody catches it, nobody tidies up."""


def lost_connection():
    error = OperationalError("the connection is lost")
    error.__cause__ = psycopg.OperationalError("server closed the connection unexpectedly")
    return error


@contextmanager
def cut_off(at, side, error):
    """Raise `error` before or after the statement of this number, once; the COMMIT counts as one."""
    count, commit = 0, connection.commit

    def statement(work, tidy=lambda: None):
        nonlocal count
        count += 1
        if (count, side) == (at, BEFORE):
            tidy()
            raise error()
        outcome = work()
        if (count, side) == (at, AFTER):
            tidy()
            raise error()
        return outcome

    # Whoever is cut off at the COMMIT has no connection left.
    connection.commit = lambda: statement(commit, connection.close)
    try:
        with connection.execute_wrapper(lambda run, *asked: statement(lambda: run(*asked))):
            yield lambda: count
    finally:
        connection.commit = commit


@pytest.fixture
def shop(desk, north, south, bolt):
    """Goods of a product with lots in two bins, and of one without, with a threshold that the verbs cross."""

    class Shop:
        by = desk.by
        counter = Counter(desk.by)
        cheese = ProductFactory(sku="CHEESE", tracks_lots=True)
        a01, a02 = (LocationFactory(warehouse=north, code=code) for code in ("A-01", "A-02"))

    services.set_thresholds(product=bolt, warehouse=north, low=Decimal(990), high=None)
    desk.receive(north, bolt, 1000, Shop.a01)
    desk.receive(north, Shop.cheese, 500, Shop.a01, lot="L1")
    desk.receive(north, Shop.cheese, 500, Shop.a02, lot="L2")
    Shop.desk, Shop.north, Shop.south, Shop.bolt = desk, north, south, bolt
    return Shop


def two_lines(kind, shop, **more):
    return [kind(product=product, quantity=Decimal(3), **more) for product in (shop.bolt, shop.cheese)]


def receive(shop):
    lines = [
        services.ReceiveLine(product=shop.bolt, quantity=Decimal(3)),
        services.ReceiveLine(product=shop.cheese, quantity=Decimal(3), lot_number=f"N{uuid.uuid4().hex[:8]}"),
    ]
    return services.receive, {"warehouse": shop.north, "lines": lines}


def ship(shop):
    return services.ship, {"warehouse": shop.north, "lines": two_lines(services.ShipLine, shop)}


def move(shop):
    line = services.MoveLine(product=shop.bolt, quantity=Decimal(1), source=shop.a01, destination=shop.a02)
    return services.move, {"warehouse": shop.north, "lines": [line]}


def transfer(shop):
    lines = two_lines(services.TransferLine, shop)
    return services.transfer, {"warehouse": shop.north, "destination": shop.south, "lines": lines}


def adjust(shop):
    reason = services_reason("damaged")
    line = services.AdjustLine(product=shop.bolt, quantity=Decimal(-1), location=shop.a01)
    return services.adjust, {"warehouse": shop.north, "lines": [line], "reason": reason, "note": "dropped"}


def services_reason(code):
    return apps.get_model("stock", "ReasonCode").objects.get(code=code)


def reverse(shop):
    return services.reverse, {"operation": shop.desk.ship(shop.north, shop.bolt, 2)}


def draft_transfer(shop):
    lines = two_lines(services.TransferLine, shop)
    return services.draft_transfer, {"warehouse": shop.north, "destination": shop.south, "lines": lines}


def send_at_once(shop):
    lines = two_lines(services.TransferLine, shop)
    return services.send_transfer, {"warehouse": shop.north, "destination": shop.south, "lines": lines}


def send_a_draft(shop):
    draft = shop.desk.draft(shop.north, shop.south, shop.bolt, 3)
    lines = [services.TransferLine(product=shop.bolt, quantity=Decimal(3))]
    ends = {"warehouse": shop.north, "destination": shop.south}
    return services.send_transfer, {**ends, "lines": lines, "transfer": draft, "version": draft.version}


def on_its_way(shop):
    return shop.desk.send(shop.north, shop.south, shop.bolt, 3).transfer


def receive_transfer(shop):
    sent = on_its_way(shop)
    lines = [services.ArriveLine(line=line, quantity=Decimal(2)) for line in sent.lines.all()]
    return services.receive_transfer, {"transfer": sent, "lines": lines}


def write_off_transfer(shop):
    sent = on_its_way(shop)
    lines = [services.WriteOffLine(line=line, quantity=Decimal(3)) for line in sent.lines.all()]
    return services.write_off_transfer, {"transfer": sent, "lines": lines, "reason": services_reason("lost")}


def cancel_transfer(shop):
    sent = on_its_way(shop)
    sent.refresh_from_db()
    return services.cancel_transfer, {"transfer": sent, "version": sent.version}


def undo_transfer(shop):
    sent = on_its_way(shop)
    shop.desk.arrive(sent, 1)
    return services.undo_transfer, {"transfer": sent}


def counted(shop):
    """Open a count of the second bin, where a piece of cheese is found too many."""
    count = shop.counter.open(shop.north, shop.a02)
    line = count.lines.get(product=shop.cheese)
    held = shop.cheese.inventories.get(warehouse=shop.north).holdings.get(location=shop.a02, lot=line.lot).quantity
    return count, (shop.cheese, shop.a02, held + 1, line.lot.number)


def submit_count(shop):
    count, (product, bin, quantity, lot) = counted(shop)
    found = [services.Found(product=product, location=bin, counted=quantity, lot_number=lot)]
    return services.submit_count, {"count": count, "found": found, "finished": [bin]}


def to_review(shop):
    count, found = counted(shop)
    shop.counter.submit(count, found, *_moved_there(shop, count), done=[shop.a02])
    count.refresh_from_db()
    return count


def _moved_there(shop, count):
    for line in count.lines.filter(product=shop.bolt):
        yield shop.bolt, shop.a02, line.location.holdings.get(inventory__product=shop.bolt).quantity


def post_count(shop):
    return services.post_count, {"count": to_review(shop)}


def undo_count(shop):
    count = to_review(shop)
    shop.counter.post(count)
    return services.undo_count, {"count": count}


VERBS = [receive, ship, move, transfer, adjust, reverse, draft_transfer, send_at_once, send_a_draft, receive_transfer]
VERBS += [write_off_transfer, cancel_transfer, undo_transfer, submit_count, post_count, undo_count]


def world():
    """Return a digest of every row that verbs write: of stock, its lots, its incidents and what is to be told."""
    models = [*apps.get_app_config("stock").get_models(), apps.get_model("catalog", "Lot")]
    models += apps.get_app_config("alerts").get_models()
    one = "SELECT '{0}', count(*), md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {0} row"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(model._meta.db_table) for model in models))
        return sorted(cursor.fetchall())


def differences():
    return [difference for finding in verify() for difference in finding.first]


@pytest.mark.parametrize("prepare", VERBS)
def test_a_power_cut_at_any_statement(shop, prepare):
    """After one statement is before the next: nothing else is told apart by a process that is gone."""
    for at in range(1, BEYOND_ANY):
        verb, asked = prepare(shop)
        slip = {"by": shop.by, "at": datetime.now(UTC), "key": uuid.uuid4()}
        before = world()
        try:
            with cut_off(at, AFTER, PowerCut) as sent:
                verb(**asked, **slip)
        except PowerCut:
            connection.close()
        else:
            assert sent() == at - 1 > 1
            break
        cut = world()
        verb(**asked, **slip)
        once = world()
        # Only what was committed before the cut may stand; and that whole.
        assert cut in (before, once)
        assert once != before
        verb(**asked, **slip)
        assert world() == once
    assert differences() == []


@pytest.mark.parametrize("side", [BEFORE, AFTER])
@pytest.mark.parametrize("prepare", VERBS)
def test_a_connection_lost_at_any_statement(shop, prepare, side):
    """The verb tries again by itself, also where nobody knows whether the COMMIT was heard."""
    for at in range(1, BEYOND_ANY):
        verb, asked = prepare(shop)
        slip = {"by": shop.by, "at": datetime.now(UTC), "key": uuid.uuid4()}
        operations, before = Operation.objects.count(), world()
        with cut_off(at, side, lost_connection) as sent:
            verb(**asked, **slip)
        once = world()
        assert once != before
        assert Operation.objects.count() - operations <= 2
        verb(**asked, **slip)
        assert world() == once
        if sent() < at:
            break
    assert differences() == []
