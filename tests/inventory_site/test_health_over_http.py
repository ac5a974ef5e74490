"""Pages lead people on to https; what programs ask answers where it was asked."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), [("/livez", 200), ("/readyz", 200), ("/sign-in/", 301), ("/", 301)])
def test_what_programs_ask_is_not_led_on(settings, address, status):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get(address).status_code == status
