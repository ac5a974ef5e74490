"""The audit log tells of every proof that was accepted or refused, and of every change to how somebody signs in."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from auditlog.models import LogEntry
from django.test import Client

from accounts.services.recovery_codes import hash_codes
from inventory_site.web.trail import Act
from tests.accounts.codes import code_now, give_code, give_password
from tests.factories import PASSWORD, person

NEW = "a quiet harbour in november"
CONFIRM, BY_CODE, BY_PASSKEY = "/profile/confirm/", "/profile/confirm/code/", "/profile/confirm/passkey/"
PASSKEY = '{"id": "secretsecret", "type": "public-key"}'


def rows():
    """Give what the log says, oldest first: the act, whose account, who did it, by which means."""
    acts = LogEntry.objects.filter(action__gte=Act.SIGN_IN).exclude(action=Act.SIGN_IN).order_by("pk")
    return [
        (Act(row.action), row.object_repr, row.actor and str(row.actor), (row.changes or {}).get("means", [None])[-1])
        for row in acts
    ]


@pytest.fixture
def ada(db):
    return person("admin", name="Ada")


@pytest.fixture
def sam(client, db):
    sam = person("staff", name="Sam", email="sam@example.com")
    client.force_login(sam)
    return sam


def test_a_suspended_person_who_knows_the_password(db):
    gone = person("staff", name="Gone", status="suspended")
    give_password(Client(), gone)
    assert rows() == [(Act.SIGN_IN_FAILED, "Gone", None, None)]


def test_a_second_factor(client, ada):
    give_password(client, ada)
    give_code(client, "000000")
    code = code_now()
    give_code(client, code)
    again = Client()
    give_password(again, ada)
    give_code(again, code)
    app = "authenticator app"
    assert rows() == [
        (Act.FACTOR_REFUSED, "Ada", None, app),
        (Act.FACTOR_USED, "Ada", "Ada", app),
        (Act.FACTOR_REFUSED, "Ada", None, app),
    ]
    assert code not in str(list(LogEntry.objects.values_list("changes", "additional_data", "object_repr")))


def test_a_recovery_code(client, ada):
    codes = RecoveryCodes.activate(ada)
    code, *_rest = codes.generate_codes()
    hash_codes(authenticator=codes.instance)
    give_password(client, ada)
    give_code(client, code)
    assert rows() == [(Act.FACTOR_USED, "Ada", "Ada", "recovery codes")]
    assert code not in str(list(LogEntry.objects.values_list("changes", flat=True)))


def test_a_passkey_that_is_refused(client, ada):
    client.get("/sign-in/passkey/", headers={"Accept": "application/json"})
    client.post("/sign-in/passkey/", {"credential": PASSKEY})
    give_password(client, ada)
    client.get("/sign-in/second-step/")
    client.post("/sign-in/second-step/", {"credential": PASSKEY})
    assert rows() == [(Act.SIGN_IN_FAILED, "", None, None), (Act.FACTOR_REFUSED, "Ada", None, "passkey")]


def test_a_proof_before_a_change(client, ada):
    client.force_login(ada)
    client.post(CONFIRM, {"password": "guessed by somebody"})
    client.post(CONFIRM, {"password": PASSWORD})
    client.post(BY_CODE, {"code": "000000"})
    client.post(BY_CODE, {"code": code_now()})
    Authenticator.objects.create(user=ada, type="webauthn", data={"name": "Key", "credential": {}})
    client.post(BY_PASSKEY, {"credential": PASSKEY})
    by_hand = [(act, "Ada", "Ada", means) for means in ("password", "authenticator app") for act in (16, 15)]
    assert rows() == [*by_hand, (Act.PROOF_REFUSED, "Ada", "Ada", "passkey")]


def test_a_new_password_that_is_asked_for(client, db):
    person("staff", name="Sam", email="sam@example.com")
    for email in ("sam@example.com", "my own password@example.com", "nobody@example.com"):
        client.post("/password/forgotten/", {"email": email})
    assert rows() == [(Act.RESET_ASKED, "Sam", None, None), (Act.RESET_ASKED, "", None, None)]
    assert "nobody" not in str(list(LogEntry.objects.values()))


def test_a_changed_password(client, sam):
    typed = {"password1": NEW, "password2": NEW}
    client.post("/profile/password/", {"oldpassword": "guessed by somebody", **typed})
    client.post("/profile/password/", {"oldpassword": PASSWORD, **typed})
    assert rows() == [(Act.PROOF_REFUSED, "Sam", "Sam", "password"), (Act.PASSWORD_SET, "Sam", "Sam", None)]


def test_an_app_that_is_set_up_and_removed(client, sam, django_capture_on_commit_callbacks):
    client.post(CONFIRM, {"password": PASSWORD})
    secret = client.get("/profile/security/app/").context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/profile/security/app/", {"code": code_now(secret)})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/profile/security/recovery-codes/new/")
    client.post("/profile/security/app/remove/")
    said = [(act, means) for act, _name, _by, means in rows()]
    app, codes = "authenticator app", "recovery codes"
    assert said[0] == (Act.PROVED, "password")
    assert sorted(said[1:3]) == [(Act.FACTOR_ADDED, app), (Act.FACTOR_ADDED, codes)]
    assert said[3:] == [(Act.FACTOR_ADDED, codes), (Act.FACTOR_REMOVED, app), (Act.FACTOR_REMOVED, codes)]
    assert secret not in str(list(LogEntry.objects.values()))


def test_sessions_that_are_ended(client, sam):
    give_password(Client(), sam)
    client.post(CONFIRM, {"password": PASSWORD})
    client.post("/profile/security/sessions/end/")
    client.post("/profile/security/sessions/end/")
    assert rows()[1:] == [(Act.SESSIONS_ENDED, "Sam", "Sam", "1")]


def test_the_rows_know_address_and_device(ada):
    phone = Client(headers={"User-Agent": "A phone"}, REMOTE_ADDR="192.0.2.7")
    give_password(phone, ada)
    give_code(phone, "000000")
    row = LogEntry.objects.get(action=Act.FACTOR_REFUSED)
    assert (row.remote_addr, row.additional_data) == ("192.0.2.7", {"device": "A phone"})
