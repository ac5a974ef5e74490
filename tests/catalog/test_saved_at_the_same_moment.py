"""Two people who save the same name at the same moment: one row, and the other is told beside the field."""

import pytest
from django.db import connection
from django.test import Client

from catalog.models import Category, Unit
from tests.desk import at_once
from tests.factories import person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("address", "data", "model"),
    [
        ("/catalog/categories/new", {"name": "Fasteners"}, Category),
        ("/catalog/units/new", {"code": "box", "name": "box", "decimals": "0"}, Unit),
    ],
)
def test_one_is_saved_and_the_others_are_told(address, data, model):
    admin, before = person("admin"), model.objects.count()

    def save(_):
        client = Client()
        client.force_login(admin)
        answer = client.post(address, data)
        connection.close()
        return answer.status_code

    assert sorted(at_once(6, save)) == [302, 422, 422, 422, 422, 422]
    assert model.objects.count() == before + 1
