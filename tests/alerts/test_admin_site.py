"""In the admin site alerts and the outbox are there to look at."""

import pytest

from alerts.models import Alert, Delivery
from tests.factories import ProductFactory, person


@pytest.mark.parametrize("model", ["alert", "delivery"])
@pytest.mark.parametrize("rows", [1, 3])
def test_an_admin_looks_and_cannot_change(see, mona, client, model, rows):
    for product in ProductFactory.create_batch(rows):
        see("low", product=product)
    client.force_login(person("admin"))
    assert client.get(f"/admin/alerts/{model}/", {"q": "a"}).status_code == 200
    assert client.get(f"/admin/alerts/{model}/add/").status_code == 403
    row = {"alert": Alert, "delivery": Delivery}[model].objects.first()
    assert client.get(f"/admin/alerts/{model}/{row.pk}/change/").status_code == 200
    assert client.post(f"/admin/alerts/{model}/{row.pk}/change/", {"status": "sent"}).status_code == 403
    assert client.post(f"/admin/alerts/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
