"""Secrets are long, made by the system, kept by strong means, and every key has its line in the inventory."""

import json
import os
import re
import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.core import mail
from django.utils import timezone

from accounts.services.invitations import invite
from accounts.services.second_factor import keys
from accounts.tasks import send_links
from tests.accounts.codes import give_password, is_in
from tests.factories import PASSWORD, person

HASHED = """
import json
import django
django.setup()
from django.contrib.auth.hashers import make_password
print(json.dumps([make_password("correct horse battery"), make_password("correct horse battery")]))
"""


def test_passwords_are_hashed_slowly_and_with_salt():
    """As the settings have it: the tests themselves hash fast."""
    done = subprocess.run(
        [sys.executable, "-c", HASHED],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "inventory_site.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    one, other = [hashed.split("$") for hashed in json.loads(done.stdout)]
    assert (one[0], int(one[1]) >= 600_000, len(one[2]) >= 22) == ("pbkdf2_sha256", True, True)
    assert one[2] != other[2]


def test_a_password_of_fewer_rounds_is_hashed_anew_at_the_next_sign_in(client, db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    sam = person("staff")
    sam.password = PBKDF2PasswordHasher().encode(PASSWORD, "a" * 22, iterations=1000)
    sam.save()
    give_password(client, sam)
    sam.refresh_from_db()
    rounds = identify_hasher(sam.password).decode(sam.password)["iterations"]
    assert (is_in(client), rounds) == (True, PBKDF2PasswordHasher.iterations)


@pytest.mark.django_db
def test_recovery_codes_are_ten_of_eight_digits_and_no_two_people_have_the_same():
    sets = [RecoveryCodes.activate(person("staff")).get_unused_codes() for _ in range(5)]
    assert [len(set(codes)) for codes in sets] == [10] * 5
    assert all(re.fullmatch(r"\d{8}", code) for codes in sets for code in codes)
    assert len({code for codes in sets for code in codes}) == 50


@pytest.mark.django_db
def test_the_token_of_a_link_has_256_bits(client, admin_person):
    for number in range(5):
        invite(
            email=f"new{number}@example.com",
            role="staff",
            home_warehouse=None,
            rights={},
            by=admin_person,
            at=timezone.now(),
        )
    send_links()
    tokens = {re.search(r"/invitation/([^/]+)/", message.body)[1] for message in mail.outbox}
    assert len(tokens) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


@pytest.mark.django_db
def test_an_encrypted_secret_that_was_changed_is_refused():
    ada = person("admin")
    stored = Authenticator.objects.get(user=ada, type="totp").data["secret"]
    place = len(stored) // 2
    changed = stored[:place] + ("A" if stored[place] != "A" else "B") + stored[place + 1 :]
    assert keys().decrypt(stored.encode())
    with pytest.raises(InvalidToken):
        keys().decrypt(changed.encode())


def test_every_key_of_the_settings_stands_in_the_inventory():
    text = (settings.BASE_DIR / "docs" / "security.md").read_text()
    [inventory] = re.findall(r"## Keys and what they protect\n(.*?)\n## ", text, re.DOTALL)
    example = (settings.BASE_DIR / ".env.example").read_text()
    held = set(re.findall(r"^(\w*KEYS?)=", example, re.MULTILINE))
    # Public: browsers are sent it.
    held -= {"FIREBASE_VAPID_KEY"}
    assert held == {"SECRET_KEY", "ENCRYPTION_KEYS", "SEAL_KEY"}
    assert [key for key in held if f"`{key}`" not in inventory] == []
