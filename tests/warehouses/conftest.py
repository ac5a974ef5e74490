import pytest


@pytest.fixture
def sign_in(client, db):
    """Sign a person of this role in, with their rights; gives the person."""
    from tests.factories import person

    def signed_in(role, rights=None, **fields):
        made = person(role, rights, **fields)
        client.force_login(made)
        return made

    return signed_in


@pytest.fixture
def north(db):
    from tests.factories import WarehouseFactory

    return WarehouseFactory(code="NORTH", name="North Hall")


@pytest.fixture
def south(db):
    from tests.factories import WarehouseFactory

    return WarehouseFactory(code="SOUTH", name="South Yard")
