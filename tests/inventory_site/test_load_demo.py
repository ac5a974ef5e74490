"""The demonstration's data: real books, the same from the same seed, and never mixed with anybody's own."""

import hashlib
import io
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from alerts.models import Alert, Delivery
from catalog.models import Barcode, Lot, Product
from inventory_site.demo.people import PASSWORD
from inventory_site.web.codes import normalise_code
from stock.models import Holding, Inventory, Operation, State, StockTransaction, level_state
from stock.services.sweep import judge_days, judge_levels
from tests.factories import WarehouseFactory
from warehouses.models import Location, Warehouse

pytestmark = pytest.mark.django_db

CONTENT = """
    SELECT t.id, p.sku, p.name, w.code, l.code, lot.number, lot.expires_on, t.type, t.quantity, t.balance_after,
           CASE WHEN o.transfer_id IS NULL THEN t.created END, t.occurred_on, o.key, o.kind, o.reference, u.email
    FROM stock_stocktransaction t
    JOIN stock_operation o ON o.key = t.operation_id
    JOIN catalog_product p ON p.id = t.product_id
    JOIN warehouses_warehouse w ON w.id = t.warehouse_id
    JOIN warehouses_location l ON l.id = t.location_id
    JOIN accounts_user u ON u.id = o.by_id
    LEFT JOIN catalog_lot lot ON lot.id = t.lot_id
    ORDER BY t.id
"""


def load(seed=1, until="2026-11-20T10:00Z"):
    """Load a small company; return what the command prints."""
    said = io.StringIO()
    size = ["--products", "50", "--movements", "2000", "--days", "30"]
    call_command("load_demo", *size, "--seed", str(seed), "--until", until, stdout=said)
    return said.getvalue()


def content():
    with connection.cursor() as cursor:
        cursor.execute(CONTENT)
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()


@contextmanager
def undone():
    """Take back what is done inside; the command's own transactions may not be nested in Django's eyes."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ROLLBACK TO SAVEPOINT before")


def schema():
    """Name every constraint, index and trigger of the ledger's tables, as the database would write it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) || convalidated::text FROM pg_constraint
            WHERE conrelid::regclass::text LIKE 'stock\\_%'
            UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'stock\\_%'
            UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger
            WHERE tgrelid::regclass::text LIKE 'stock\\_%' AND NOT tgisinternal
            ORDER BY 1, 2, 3
            """
        )
        return cursor.fetchall()


def test_a_company_with_books_that_hold(django_assert_max_num_queries):
    before = schema()
    with django_assert_max_num_queries(1500):
        assert load().endswith("0 differences\n")
    assert schema() == before
    assert Warehouse.objects.count() == 10
    assert Product.objects.count() == 50
    history = StockTransaction.objects.filter(operation__transfer=None)
    assert history.count() == 2000
    assert set(Operation.objects.filter(transfer=None).values_list("kind", flat=True)) == {
        "receive",
        "ship",
        "move",
        "transfer",
        "adjust",
        "reverse",
    }
    assert not Holding.objects.filter(quantity=0).exists()
    assert Lot.objects.filter(expires_on__isnull=False).exists()
    for warehouse in Warehouse.objects.all():
        bins = Location.objects.filter(warehouse=warehouse)
        assert set(bins.values_list("kind", flat=True)) == set(Location.Kind.values)
        assert bins.filter(is_default=True).count() == 1
    for barcode in Barcode.objects.all():
        assert len(barcode.code) == 14
        assert normalise_code(barcode.code[1:]) == barcode.code
    newest, last = history.latest("id"), Operation.objects.filter(transfer=None).latest("created")
    assert newest.created == last.created
    assert last.created.isoformat() < "2026-11-20T10:00"


def test_levels_beyond_their_thresholds_have_an_incident_that_was_told():
    load()
    expected = set()
    for row in Inventory.objects.select_related("product"):
        low = row.product.low_threshold if row.low_threshold is None else row.low_threshold
        state = level_state(row.quantity, low, row.product.high_threshold)
        if state != State.OK:
            expected.add((row.product_id, row.warehouse_id, "overstock" if state == State.OVER else state.value))
    standing = Alert.objects.unresolved()
    assert expected
    assert expected <= set(standing.values_list("product_id", "warehouse_id", "type"))
    assert all(alert.told_rank == alert.rank and alert.told_count == 1 for alert in standing)
    assert set(standing.values_list("type", flat=True)) >= {"low", "expiring", "overdue"}


def test_every_incident_has_its_history_and_the_managers_have_seen_the_older_ones_in_the_app():
    load()
    for alert in Alert.objects.prefetch_related("events"):
        assert [event.kind for event in alert.events.all()] == ["opened", "told"]
    assert not Delivery.objects.leaving().exists()
    told = Delivery.objects.values_list("alert_id").distinct()
    assert told.count() == Alert.objects.count()
    manager = User.objects.get(email="manager@demo.holdfast.example")
    hers = Delivery.objects.filter(person=manager)
    assert {person for (person,) in Delivery.objects.filter(alert__in=hers.values("alert")).values_list("person")} == {
        manager.pk
    }
    assert hers.filter(read=None).exists()
    assert hers.exclude(read=None).exists()


def test_a_sweep_right_after_finds_nothing_to_tell():
    load()
    before = list(Alert.objects.order_by("pk").values())
    assert (judge_levels(), judge_days(at=datetime(2026, 11, 20, 10, tzinfo=UTC))) == (0, 0)
    assert list(Alert.objects.order_by("pk").values()) == before
    assert not Delivery.objects.leaving().exists()


def test_the_same_seed_makes_the_same_books():
    with undone():
        load(seed=7)
        first = content()
    with undone():
        load(seed=7)
        assert content() == first
    load(seed=8)
    assert content() != first


def test_three_people_can_sign_in_and_the_others_did_the_work():
    load()
    said = io.StringIO()
    call_command("load_demo", "--accounts", stdout=said)
    assert [line.split() for line in said.getvalue().splitlines()] == [
        [role.capitalize(), f"{role}@demo.holdfast.example", PASSWORD] for role in ("staff", "manager", "admin")
    ]
    people = {role: User.objects.get(email=f"{role}@demo.holdfast.example") for role in User.Role.values}
    assert all(person.check_password(PASSWORD) for person in people.values())
    rights = {
        role: [Warehouse.objects.for_user(person, right).count() for right in ("view", "operate", "manage")]
        for role, person in people.items()
    }
    assert rights == {"staff": [3, 3, 0], "manager": [5, 5, 5], "admin": [10, 10, 10]}
    assert people["manager"].home_warehouse.code == "NORTH"
    workers = User.objects.filter(operations__isnull=False).distinct()
    assert workers.count() == 40
    assert not any(person.has_usable_password() for person in workers)


def test_no_accounts_are_printed_where_there_are_none():
    said = io.StringIO()
    call_command("load_demo", "--accounts", stdout=said)
    assert said.getvalue() == ""
    assert not Warehouse.objects.exists()


def test_a_database_that_has_something_is_left_alone():
    load()
    before = content()
    with pytest.raises(CommandError, match=r"^This database has ledger rows, products, warehouses already: .* only\.$"):
        load()
    assert content() == before


def test_a_warehouse_of_ones_own_is_left_alone():
    WarehouseFactory()
    with pytest.raises(CommandError, match=r"^This database has warehouses already"):
        load()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--products", "9"], "--products must be from 10"),
        (["--movements", "10"], "--movements must be from 1000"),
        (["--days", "1"], "--days must be from 5"),
        (["--until", "tomorrow"], "Write --until like"),
    ],
)
def test_sizes_that_make_no_sense(options, words):
    with pytest.raises(CommandError, match=words):
        call_command("load_demo", *options)


def test_real_data_that_is_not_installed(monkeypatch):
    monkeypatch.setattr("inventory_site.management.commands.load_demo.find_spec", lambda name: None)
    with pytest.raises(
        CommandError, match=r"^The grocery data is not installed: run `uv sync --extra real --inexact`\.$"
    ):
        call_command("load_demo", "--real")
    assert not Warehouse.objects.exists()


@pytest.mark.django_db
def test_production_gets_no_account_whose_password_everybody_knows(settings):
    settings.ENVIRONMENT = "production"
    with pytest.raises(CommandError, match=r"^This is production: everybody knows the passwords"):
        call_command("load_demo", products=10)
    assert not User.objects.exists()
