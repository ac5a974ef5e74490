"""A person sees where they are signed in, and ends it."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from inventory_site.web.devices import device_of
from tests.accounts.codes import give_password
from tests.factories import PASSWORD, person

SECURITY, END = "/profile/security/", "/profile/security/sessions/end/"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = f"Mozilla/5.0 (Linux; Android 15; TC58) {KIT} Chrome/142.0.0.0 Mobile Safari/537.36"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT} Version/26.0 Safari/605.1.15"
EDGE = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/142.0 Safari/537.36 Edg/142.0"
OUT = "/sign-in/?next=/profile/"


@pytest.fixture
def sam(client, db):
    sam = person("staff")
    give_password(client, sam)
    return sam


def another(sam, user_agent=PHONE, **more):
    client = Client(headers={"User-Agent": user_agent}, **more)
    give_password(client, sam)
    return client


def listed(client):
    return [(session.ip, browser) for session, browser in client.get(SECURITY).context["sessions"]]


def test_the_others_are_listed_by_device_and_address(client, sam):
    another(sam, PHONE, REMOTE_ADDR="192.0.2.7")
    another(sam, MAC)
    another(person("staff"), EDGE)
    assert listed(client) == [("127.0.0.1", "Safari, macOS"), ("192.0.2.7", "Chrome, Android")]


@pytest.mark.parametrize(
    ("user_agent", "words"), [(EDGE, "Edge, Windows"), ("curl/8", "Unknown device"), ("", "Unknown device")]
)
def test_a_device_has_a_name_that_people_know(user_agent, words):
    assert device_of(user_agent) == words


def test_one_is_ended(client, sam, django_capture_on_commit_callbacks):
    phone, mac = another(sam, PHONE), another(sam, MAC)
    session = UserSession.objects.get(session_key=phone.session.session_key)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(END, {"session": session.pk})["Location"] == SECURITY
    assert phone.get("/profile/")["Location"] == OUT
    assert mac.get("/profile/").status_code == 200
    assert listed(client) == [("127.0.0.1", "Safari, macOS")]


def test_all_others_are_ended_and_this_one_goes_on(client, sam, django_capture_on_commit_callbacks):
    others = [another(sam, PHONE), another(sam, MAC)]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(END)
    assert [other.get("/profile/")["Location"] for other in others] == [OUT, OUT]
    assert client.get("/profile/").status_code == 200
    assert listed(client) == []


@pytest.mark.parametrize("asked", ["0", "-1", "x", "9" * 40, "1 OR 1=1"])
def test_what_is_no_session_ends_none(client, sam, asked):
    phone = another(sam)
    client.post(END, {"session": asked})
    assert phone.get("/profile/").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(client, sam):
    other = another(person("staff"))
    session = UserSession.objects.get(session_key=other.session.session_key)
    client.post(END, {"session": session.pk})
    client.post(END)
    assert other.get("/profile/").status_code == 200


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_page_takes_the_same_queries_however_many_there_are(client, sam, count, django_assert_num_queries):
    tomorrow = timezone.now() + timedelta(days=1)
    for number in range(count):
        key = f"{number:032}"
        Session.objects.create(session_key=key, session_data="", expire_date=tomorrow)
        UserSession.objects.create(user=sam, session_key=key, ip="192.0.2.7", user_agent=PHONE)
    client.get(SECURITY)
    with django_assert_num_queries(3):
        assert len(client.get(SECURITY).context["sessions"]) == count


def test_ending_them_asks_for_a_proof_first_and_goes_on_then(client, sam):
    another(sam)
    later = Client()
    later.force_login(sam)
    assert later.post(END)["Location"] == f"/profile/confirm/?{urlencode({'next': END})}"
    assert UserSession.objects.count() == 2
    later.post(f"/profile/confirm/?next={END}", {"password": PASSWORD})
    assert UserSession.objects.count() == 0
    assert client.get("/profile/")["Location"] == OUT
