"""Who a request comes from and which host it is for is believed from nobody but our own proxies."""

import pytest
from django.test import RequestFactory

from inventory_site.web.client import client_address
from tests.factories import WarehouseFactory, person

SPOOFED = "6.6.6.6"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, SPOOFED, "127.0.0.1"),
        (1, f"{SPOOFED}, 203.0.113.7", "203.0.113.7"),
        (2, f"{SPOOFED}, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", None),
        (1, "", None),
        (1, "<script>", None),
        (1, f"{SPOOFED}, 203.0.113.7\r\n", "203.0.113.7"),
        (1, "1.2.3.4:80", None),
    ],
)
def test_only_what_our_proxies_saw_is_believed(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client_address(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})) == address


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "a b", "[::1", "x" * 5000]
)
def test_a_strange_host_is_refused(client, host):
    client.force_login(person(rights={WarehouseFactory(): "view"}))
    answer = client.get("/products/", headers={"host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


@pytest.mark.django_db
def test_no_header_changes_host_scheme_or_address(client):
    client.force_login(person(rights={WarehouseFactory(): "view"}))
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "/admin/",
        "X-Rewrite-URL": "/admin/",
        "X-HTTP-Method-Override": "DELETE",
        "Remote-User": "admin@example.com",
    }
    answer = client.get("/products/", headers=forged)
    assert (answer.status_code, answer.wsgi_request.is_secure(), answer.wsgi_request.method) == (200, False, "GET")
    assert "evil.example" not in answer.content.decode()
