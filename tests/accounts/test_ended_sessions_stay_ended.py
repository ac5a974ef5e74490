"""A session that was ended while Valkey was away does not live again when Valkey is back with all that it held."""

import signal

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from django.core.cache import cache
from django.test import Client

from accounts.services import restore, suspend
from inventory_site.web import cache as guarded
from tests.accounts.codes import give_password
from tests.factories import PASSWORD, person

NEW = "a quiet harbour in november"


def end_this(desk, phone, sam):
    session = UserSession.objects.get(session_key=phone.session.session_key)
    desk.post("/profile/security/sessions/end/", {"session": session.pk})


def end_all_others(desk, phone, sam):
    desk.post("/profile/security/sessions/end/")


def suspend_and_restore(desk, phone, sam):
    ada = person("admin")
    suspend(person=sam, by=ada)
    restore(person=sam, by=ada)


def change_password(desk, phone, sam):
    desk.post("/profile/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})


@pytest.mark.parametrize("end", [end_this, end_all_others, suspend_and_restore, change_password])
def test_an_ended_session_stays_ended(own_valkey, db, end, django_capture_on_commit_callbacks):
    sam = person("staff")
    desk, phone = Client(), Client()
    for device in (desk, phone):
        give_password(device, sam)
        assert device.get("/profile/").status_code == 200
    key = f"{KEY_PREFIX}{phone.session.session_key}"
    own_valkey.send_signal(signal.SIGSTOP)
    desk.get("/profile/")
    with django_capture_on_commit_callbacks(execute=True):
        end(desk, phone, sam)
    own_valkey.send_signal(signal.SIGCONT)
    guarded.breaker.reset()
    assert cache.get(key)
    assert phone.get("/profile/")["Location"] == "/sign-in/?next=/profile/"
    # What was left of it is gone, so it stands in nobody's way.
    assert cache.get(key) is None
    assert give_password(phone, sam, NEW if end is change_password else PASSWORD).status_code == 302
    assert phone.get("/profile/").status_code == 200


def test_it_costs_no_question_more(client, db, django_assert_num_queries):
    give_password(client, person("staff"))
    client.get("/profile/address/sent/")
    with django_assert_num_queries(1):
        client.get("/profile/address/sent/")
