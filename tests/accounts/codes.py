"""What an authenticator app and a person with it do in a test."""

import time

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.backends.cached_db import SessionStore
from django.http import HttpRequest

from accounts.models import User
from tests.factories import APP_SECRET, PASSWORD


def code_now(secret=APP_SECRET, steps=0):
    """Give what an app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def give_password(client, person, password=PASSWORD, **more):
    return client.post("/sign-in/", {"login": person.email, "password": password, **more})


def give_code(client, code):
    return client.post("/sign-in/second-step/", {"code": code})


def let_proofs_grow_old(session_key):
    """Have what a browser proved be longer ago than it counts."""
    session = SessionStore(session_key)
    for proof in session["account_authentication_methods"]:
        proof["at"] -= 301
    session.save()


def is_in(client):
    return "_auth_user_id" in client.session


def prove(client):
    """Note in a session what giving one's password notes there: the proof, of this moment, of who it is."""
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, User.objects.get(pk=request.session["_auth_user_id"]), method="password")
    request.session.save()
