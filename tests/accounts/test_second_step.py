"""After the password comes a code of the app: once, within a minute, and not by guessing."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from inventory_site.web.cache import breaker
from tests.accounts.codes import code_now, give_code, give_password, is_in
from tests.factories import APP_SECRET, PASSWORD, person

STEP = "/sign-in/second-step/"
REFUSED = "This was not right, or was used before. Try again with a new code."


@pytest.fixture
def ada(db):
    return person("admin", email="ada@example.com")


def test_the_password_alone_opens_nothing(client, ada):
    assert give_password(client, ada)["Location"] == STEP
    assert not is_in(client)
    assert client.get("/profile/")["Location"] == "/sign-in/?next=/profile/"


def test_the_code_of_the_app_lets_in_and_on_to_where_the_person_wanted(client, ada):
    give_password(client, ada, next="/profile/")
    assert client.get(STEP).status_code == 200
    assert give_code(client, code_now())["Location"] == "/profile/"
    assert client.get("/profile/").status_code == 200


@pytest.mark.parametrize(("steps", "status"), [(-3, 422), (-1, 302), (1, 302), (3, 422)])
def test_a_clock_may_be_half_a_minute_off(client, ada, steps, status):
    give_password(client, ada)
    assert give_code(client, code_now(steps=steps)).status_code == status


@pytest.mark.parametrize("code", ["", "000", "0" * 500, "abcdef", "12345\x00", "１２３４５６"])
def test_a_wrong_code_is_refused_in_words(client, ada, code):
    give_password(client, ada)
    response = give_code(client, code)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"code"}
    assert not is_in(client)


@pytest.mark.parametrize("cache_is_away", [False, True])
def test_a_used_code_is_refused_again(client, ada, cache_is_away):
    code = code_now()
    give_password(client, ada)
    assert give_code(client, code).status_code == 302
    if cache_is_away:
        breaker._open_until = float("inf")
    try:
        again = Client()
        give_password(again, ada)
        response = give_code(again, code)
        assert (response.status_code, response.context["form"].errors) == (422, {"code": [REFUSED]})
        assert not is_in(again)
        # Nor is the one before it taken, which would still be of this minute.
        assert give_code(again, code_now(steps=-1)).status_code == 422
        assert give_code(again, code_now(steps=1)).status_code == 302
    finally:
        breaker.reset()


def test_guessing_codes_stops(client, ada):
    give_password(client, ada)
    for number in range(5):
        assert give_code(client, f"{number:06}").status_code == 422
    # The right one does not help any more, nor does another browser.
    other = Client(REMOTE_ADDR="192.0.2.7")
    give_password(other, ada)
    for guesser in (client, other):
        response = give_code(guesser, code_now())
        assert (response.status_code, response["Retry-After"]) == (429, "300")
        assert not is_in(guesser)


def test_the_second_step_belongs_to_a_sign_in(client, ada):
    assert client.get(STEP)["Location"] == "/sign-in/"
    assert give_code(client, code_now())["Location"] == "/sign-in/"
    assert not is_in(client)


def test_a_new_session_begins_after_the_second_step(client, ada):
    give_password(client, ada)
    before = client.session.session_key
    give_code(client, code_now())
    assert client.session.session_key != before
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert stolen.get("/profile/")["Location"] == "/sign-in/?next=/profile/"


def test_who_is_suspended_between_the_steps_stays_out(client, ada):
    give_password(client, ada)
    type(ada).objects.filter(pk=ada.pk).update(status="suspended")
    give_code(client, code_now())
    assert client.get("/profile/")["Location"] == "/sign-in/?next=/profile/"


def test_staff_without_a_second_factor_need_none(client, db):
    sam = person("staff")
    assert give_password(client, sam, PASSWORD)["Location"] == "/"
    assert is_in(client)


def test_the_secret_is_not_readable_in_the_database(ada):
    stored = Authenticator.objects.get(user=ada, type="totp")
    assert APP_SECRET not in str(stored.data)
    assert stored.wrap().validate_code(code_now())
