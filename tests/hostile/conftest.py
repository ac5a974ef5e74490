import pytest


@pytest.fixture
def desk(db):
    from tests.desk import Desk
    from tests.factories import UserFactory

    return Desk(UserFactory(role="admin"))
