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
