"""Passwords are taken as they are typed, by people and by their password managers; nothing of them is ever shown."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from tests.accounts.codes import give_password, is_in
from tests.factories import PASSWORD, person

CHANGE = "/profile/password/"
TYPED = " Harbour, NOVEMBER & a quiet ñandú; "
CONTEXT = "This is little but words that everybody here would try. Add words of your own."
PAGES = ["/sign-in/", CHANGE]
SCRIPTS = sorted((settings.BASE_DIR / "static" / "js").glob("*.js"))


@pytest.fixture
def sam(client, db):
    sam = person("staff", email="sam@example.com", name="Samantha Okonkwo")
    give_password(client, sam)
    return sam


def change(client, new):
    return client.post(CHANGE, {"oldpassword": PASSWORD, "password1": new, "password2": new})


@pytest.mark.parametrize("length", [12, 64, 128, 200])
def test_long_ones_are_taken_whole(client, sam, length):
    new = ("a quiet harbour " * 20)[: length - 1] + "!"
    assert change(client, new).status_code == 302
    other, same = Client(), Client()
    give_password(other, sam, f"{new[:-1]}?")
    give_password(same, sam, new)
    assert (is_in(other), is_in(same)) == (False, True)


@pytest.mark.parametrize("other", [TYPED.strip(), TYPED.lower(), TYPED.upper(), TYPED[:-1], TYPED.replace("ñ", "n")])
def test_nothing_is_changed_about_what_was_typed(client, sam, other):
    assert change(client, TYPED).status_code == 302
    wrong, right = Client(), Client()
    give_password(wrong, sam, other)
    give_password(right, sam, TYPED)
    assert (is_in(wrong), is_in(right)) == (False, True)


@pytest.mark.parametrize("new", ["Holdfast2026!", "warehouse-Holdfast", "inventory.stock.admin", "Welcome-Manager!"])
def test_the_words_of_this_place_are_not_enough(client, sam, new):
    response = change(client, new)
    assert (response.status_code, response.context["form"].errors) == (422, {"password1": [CONTEXT]})


def test_the_name_of_the_site_is_one_of_them(client, sam, settings):
    settings.BASE_URL = "https://stock.northwind-logistics.example"
    assert change(client, "northwind-logistics").context["form"].errors == {"password1": [CONTEXT]}


@pytest.mark.parametrize("new", ["a quiet warehouse in november", "holdfast to what is good", "stock 7Kf2pQ9xLm"])
def test_they_may_stand_in_one(client, sam, new):
    assert change(client, new).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_a_password_is_hidden_and_filled_in_by_managers(client, sam, page):
    asked = Client() if page == "/sign-in/" else client
    html = asked.get(page).content.decode()
    fields = [field for field in re.findall(r"<input[^>]*>", html) if "password" in field]
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert "value=" not in field
        assert not re.search(r"readonly|onpaste|autocomplete=.off", field)


def test_no_script_stops_anybody_from_pasting():
    assert SCRIPTS
    assert [path.name for path in SCRIPTS if re.search(r"""["']paste["']|onpaste""", path.read_text())] == []


def test_a_password_is_never_written_back(client, sam):
    response = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": TYPED, "password2": "another harbour"})
    assert (response.status_code, "Harbour" in response.content.decode()) == (422, False)


def test_nobody_has_to_change_one_for_its_age(client, sam):
    with time_machine.travel(datetime(2036, 1, 1, tzinfo=UTC)):
        later = Client()
        assert give_password(later, sam)["Location"] == "/"
        assert later.get("/profile/").status_code == 200


@pytest.mark.django_db
def test_what_is_asked_is_a_password_and_no_secret_question(client):
    names = {
        page: set(re.findall(r'<input[^>]* name="([^"]+)"', client.get(page).content.decode()))
        - {"csrfmiddlewaretoken"}
        for page in ("/sign-in/", "/password/forgotten/")
    }
    assert names == {"/sign-in/": {"login", "password", "credential"}, "/password/forgotten/": {"email"}}


@pytest.mark.django_db
def test_nobody_is_there_before_somebody_is_added():
    from accounts.models import User

    assert User.objects.count() == 0
