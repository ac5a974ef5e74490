"""What is sent in the place of a passkey is refused in words, whatever it is."""

import pytest
from allauth.mfa.models import Authenticator

from tests.accounts.codes import give_password, is_in
from tests.factories import person

CREDENTIAL = '{"id": "AA", "rawId": "AA", "type": "public-key", "response": '
NOT_CREDENTIALS = [
    "",
    "x",
    "null",
    "[]",
    "1",
    '"text"',
    "{}",
    f"{CREDENTIAL}{{}}}}",
    f'{CREDENTIAL}{{"clientDataJSON": "AA", "attestationObject": "AA"}}}}',
    f'{CREDENTIAL}{{"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "MQ"}}}}',
    '{"id": 1, "rawId": [], "type": "public-key", "response": {"userHandle": "\\u0000"}}',
]


@pytest.mark.parametrize("sent", NOT_CREDENTIALS)
def test_adding_one(client, db, sent):
    give_password(client, person("staff"))
    client.get("/profile/security/passkeys/add/")
    assert client.post("/profile/security/passkeys/add/", {"name": "Phone", "credential": sent}).status_code == 422
    assert Authenticator.objects.count() == 0


@pytest.mark.parametrize("sent", NOT_CREDENTIALS)
def test_signing_in_with_one(client, db, sent):
    person("staff")
    client.get("/sign-in/passkey/", headers={"Accept": "application/json"})
    assert client.post("/sign-in/passkey/", {"credential": sent})["Location"] == "/sign-in/"
    assert not is_in(client)


@pytest.mark.parametrize("sent", NOT_CREDENTIALS)
def test_taking_the_second_step_with_one(client, db, sent):
    give_password(client, person("admin"))
    client.get("/sign-in/second-step/")
    assert client.post("/sign-in/second-step/", {"credential": sent}).status_code == 422
    assert not is_in(client)


def test_the_passkey_of_somebody_else_is_nobodys(client, db):
    other = Authenticator.objects.create(user=person("staff"), type="webauthn", data={"name": "Phone"})
    give_password(client, person("staff"))
    for page in ("", "remove/"):
        assert client.get(f"/profile/security/passkeys/{other.pk}/{page}").status_code == 404
        assert client.post(f"/profile/security/passkeys/{other.pk}/{page}", {"name": "Mine"}).status_code == 404
    other.refresh_from_db()
    assert other.data == {"name": "Phone"}
