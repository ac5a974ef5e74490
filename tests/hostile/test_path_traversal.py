"""No address reaches a file beside those that are meant."""

import os

import pytest
from django.conf import settings

from tests.factories import ProductFactory, WarehouseFactory, person

pytestmark = pytest.mark.django_db

UP = [
    "../{secret}",
    "..%2f{secret}",
    "%2e%2e/{secret}",
    "%2e%2e%2f{secret}",
    "..%5c{secret}",
    "....//{secret}",
    "%252e%252e%252f{secret}",
    "x/../../{secret}",
    "%00../{secret}",
    "/{folder}/{secret}",
]
ROOTS = ["/static/", "/static/css/", "/media/", "/catalog/photos/large/", "/catalog/photos/../", "/admin/", "/"]


@pytest.fixture
def secret():
    path = settings.DATA_DIR / f"secret-{os.getpid()}.txt"
    path.write_text("SECRET-OF-THE-DISK")
    (settings.STATIC_ROOT / "fine.txt").write_text("fine")
    yield path
    path.unlink()


@pytest.mark.parametrize("root", ROOTS)
def test_no_way_up_from_any_root(client, secret, root):
    client.force_login(person(rights={WarehouseFactory(): "view"}))
    assert client.get("/static/fine.txt").status_code == 200
    for way in UP:
        address = root + way.format(secret=secret.name, folder=settings.DATA_DIR)
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert (address, answer.status_code < 500, b"SECRET-OF-THE-DISK" in body) == (address, True, False)


@pytest.mark.parametrize("name", ["..", "../../secret.txt", "%2e%2e%2fsecret.txt", "a" * 32, "A" * 32, "0" * 33, ""])
def test_a_photo_is_found_by_its_name_alone(client, name):
    client.force_login(person(rights={WarehouseFactory(): "view"}))
    ProductFactory(sku="BOLT-M8")
    for size in ("large", "..", "small%2f.."):
        assert client.get(f"/catalog/photos/{size}/{name}/BOLT-M8").status_code == 404
