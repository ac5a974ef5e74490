import pytest


@pytest.fixture
def admin_person(client, db):
    """An admin who is signed in."""
    from tests.factories import person

    made = person("admin", email="admin@example.com", name="Ada Admin")
    client.force_login(made)
    return made
