"""Secrets are encrypted with a key from outside the database, which can be changed while people sign in."""

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command

from accounts.services.second_factor import keys
from alerts.services.devices import add_device
from tests.accounts.codes import code_now, give_code, give_password
from tests.factories import person


@pytest.fixture
def ada(db):
    return person("admin")


def test_a_key_is_replaced_without_anybody_losing_their_factor(client, ada, settings, capsys):
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    before = Authenticator.objects.get(user=ada).data["secret"]
    settings.ENCRYPTION_KEYS = [new, old]
    assert keys().decrypt(before)
    call_command("encrypt_secrets")
    assert capsys.readouterr().out == "1 secrets are encrypted with the first key now.\n"
    settings.ENCRYPTION_KEYS = [new]
    give_password(client, ada)
    assert give_code(client, code_now()).status_code == 302


def test_a_key_is_replaced_without_a_device_losing_its_push_messages(ada, settings, capsys):
    device = add_device(person=ada, fid="c" * 22, name="Chrome, Android")
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("encrypt_secrets")
    assert capsys.readouterr().out == "2 secrets are encrypted with the first key now.\n"
    settings.ENCRYPTION_KEYS = [new]
    device.refresh_from_db()
    assert keys().decrypt(device.token) == b"c" * 22


def test_without_the_key_a_secret_stays_shut(ada, settings):
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(InvalidToken):
        Authenticator.objects.get(user=ada).wrap().validate_code(code_now())


def test_what_was_used_stays_used_through_a_change_of_keys(client, ada):
    code = code_now()
    give_password(client, ada)
    give_code(client, code)
    call_command("encrypt_secrets", verbosity=0)
    client.post("/sign-out/")
    give_password(client, ada)
    assert give_code(client, code).status_code == 422
