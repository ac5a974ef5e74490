"""What the stock tests stand on: two warehouses, a product, and an admin at work.

Django is imported inside the fixtures: this file is read before the services that the settings name are up.
"""

import pytest


@pytest.fixture
def desk(db):
    from tests.desk import Desk
    from tests.factories import UserFactory

    return Desk(UserFactory(role="admin"))


@pytest.fixture
def north(db):
    from tests.factories import WarehouseFactory

    return WarehouseFactory(code="NORTH")


@pytest.fixture
def south(db):
    from tests.factories import WarehouseFactory

    return WarehouseFactory(code="SOUTH")


@pytest.fixture
def bolt(db):
    from tests.factories import ProductFactory

    return ProductFactory(sku="BOLT-M8")


@pytest.fixture
def levels_without_a_lock(transactional_db):
    """The ledger as it would be if it did not lock the levels that it changes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('stock_hold'::regproc)")
        [as_it_is] = cursor.fetchone()
        cursor.execute(as_it_is.replace("FOR NO KEY UPDATE OF i", ""))
        yield
        cursor.execute(as_it_is)
