"""No file of rows makes a spreadsheet run what somebody typed: each export, each kind of beginning."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from reports import services
from tests.desk import Desk
from tests.factories import LocationFactory, ProductFactory, UnitFactory, WarehouseFactory, person
from tests.test_markers import OURS

# The rollup takes what has committed.
pytestmark = pytest.mark.django_db(transaction=True)

RUNS = ["=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(A1)"]
OF_GOODS = {"stock:transaction-csv", "reports:fast-movers-csv"}
EXPORTS = {name for name, pattern in OURS.items() if str(pattern.pattern).endswith(".csv")}


@pytest.fixture
def planted(client, monkeypatch):
    """Goods of which every text that a person may choose begins like a formula, and an admin who is called like one."""
    admin = person("admin", name="=ADMIN()")
    client.force_login(admin)
    desk = Desk(admin)
    place = WarehouseFactory(code="NORTH", name="=NORTH()")
    bin = LocationFactory(warehouse=place, code="=A-01")
    unit = UnitFactory(code="=pc", name="=piece")
    for number, name in enumerate(RUNS):
        product = ProductFactory(sku=f"SKU-{number}", name=name, unit=unit, tracks_lots=True)
        desk.receive(place, product, 50, bin, f"={number}", reference=name, note=name)
        desk.ship(place, product, 5 + number, reference=name, note=name)
    # Drawn behind everything that has committed: tests of other workers hold the real horizon back.
    monkeypatch.setattr(services, "HORIZON", services.HORIZON.replace("pg_snapshot_xmin", "pg_snapshot_xmax"))
    services.roll_up(now=timezone.now())


def cells(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode()
    return list(csv.reader(io.StringIO(text)))[1:]


def is_number(cell):
    return cell.lstrip("-").replace(".", "", 1).isdigit()


def test_the_exports_of_goods_are_still_there():
    assert set() == OF_GOODS - EXPORTS


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_no_cell_of_an_export_begins_like_a_formula_unless_it_is_a_number(client, planted, name):
    rows = cells(client, name)
    found = {cell for row in rows for cell in row}
    assert [cell for cell in found if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not is_number(cell)] == []
    if name in OF_GOODS:
        assert {f"'{text}" for text in RUNS} | {"'=pc"} <= found


def test_what_was_shipped_is_still_a_number_below_zero(client, planted):
    quantities = {row[8] for row in cells(client, "stock:transaction-csv")}
    assert quantities == {"50", "-5", "-6", "-7", "-8"}
