"""What the tests of reports stand on: two warehouses, a product, an admin at work, and a rollup.

The rollup takes what has committed, so these tests commit. Django is imported inside the fixtures: this file is read
before the services that the settings name are up.
"""

from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture
def desk(transactional_db):
    from tests.desk import Desk
    from tests.factories import person

    return Desk(person(role="admin", email="desk@example.com"))


@pytest.fixture
def north(transactional_db):
    from tests.factories import WarehouseFactory

    return WarehouseFactory(code="NORTH", name="North Quay")


@pytest.fixture
def south(transactional_db):
    from tests.factories import WarehouseFactory

    return WarehouseFactory(code="SOUTH", name="South Yard")


@pytest.fixture
def bolt(transactional_db):
    from tests.factories import ProductFactory

    return ProductFactory(sku="BOLT-M8", name="Hexagon bolt M8")


@pytest.fixture
def counted(monkeypatch):
    """Roll up all that this test has booked and give the number of rows taken.

    The horizon is one for a whole cluster, so tests of other workers would hold it back. Nobody else writes in this
    database, so it is drawn behind everything that has committed; test_horizon.py uses the real one.
    """
    from reports import services

    everything = services.HORIZON.replace("pg_snapshot_xmin", "pg_snapshot_xmax")
    monkeypatch.setattr(services, "HORIZON", everything)
    return lambda: services.roll_up(now=datetime.now(UTC))


@pytest.fixture
def ago():
    """Give the moment so many days ago: a device's clock is believed for seven."""
    return lambda days: datetime.now(UTC) - timedelta(days=days)


@pytest.fixture
def own_folder(audited_rows, settings, tmp_path):
    """Let the file of roots, and what else is kept, lie in a folder of the test."""
    settings.DATA_DIR = tmp_path


@pytest.fixture
def everything_is_final(monkeypatch):
    """Other tests' transactions hold the cluster's horizon back; test_seal_horizon.py uses the real one."""
    from reports.services import seals

    monkeypatch.setattr(seals, "HORIZON", seals.HORIZON.replace("pg_snapshot_xmin", "pg_snapshot_xmax"))


@pytest.fixture
def sealed(desk, north, bolt, own_folder, everything_is_final):
    """Three bookings of today and the audit rows of their people and places, under one seal."""
    from reports.services.seals import seal, verify

    for quantity in (10, 20, 30):
        desk.receive(north, bolt, quantity)
    made = seal(now=datetime.now(UTC) + timedelta(days=1))
    assert verify(now=datetime.now(UTC)) == []
    return made
