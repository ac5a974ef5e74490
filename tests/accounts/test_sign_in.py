import pytest
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from tests.factories import PASSWORD, person

SIGN_IN, SIGN_OUT = "/sign-in/", "/sign-out/"
MISMATCH = "The e-mail address and the password do not fit together. Try again."
INACTIVE = "Your account is not active. Ask an admin of your company."


def sign_in(client, email="sam@example.com", password=PASSWORD, **query):
    return client.post(SIGN_IN, {"login": email, "password": password, **query})


@pytest.fixture
def sam(db):
    return person("staff", email="sam@example.com")


def test_a_person_signs_in_and_out(client, sam):
    response = sign_in(client, "SAM@Example.com")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/profile/").status_code == 200
    response = client.post(SIGN_OUT)
    assert (response.status_code, response["Location"]) == (302, SIGN_IN)
    assert client.get("/profile/")["Location"] == "/sign-in/?next=/profile/"


@pytest.mark.parametrize(
    ("way", "lands"),
    [("/profile/", "/profile/"), ("//evil.example", "/"), ("https://evil.example", "/"), ("javascript:alert(1)", "/")],
)
def test_it_goes_on_to_where_the_person_wanted(client, sam, way, lands):
    assert sign_in(client, next=way)["Location"] == lands


@pytest.mark.parametrize(
    ("email", "password", "errors"),
    [
        ("sam@example.com", "wrong", {"__all__": [MISMATCH]}),
        ("nobody@example.com", PASSWORD, {"__all__": [MISMATCH]}),
        ("", "", {"login": ["This field is required."], "password": ["This field is required."]}),
        ("sam", PASSWORD, {"login": ["Enter a valid email address."]}),
        ("sam@example.com\x00", PASSWORD, {"login": ["Null characters are not allowed."]}),
        ("sam@example.com", "a\x00", {"password": ["Null characters are not allowed."]}),
    ],
)
def test_a_refusal_is_a_page_with_a_sentence(client, sam, email, password, errors):
    response = sign_in(client, email, password)
    assert response.status_code == 422
    found = dict(response.context["form"].errors)
    if "\x00" in email:
        assert errors["login"][0] in found["login"]
    else:
        assert found == errors
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("status", ["invited", "suspended"])
def test_only_active_people_sign_in(client, sam, status):
    User.objects.filter(pk=sam.pk).update(status=status)
    response = sign_in(client)
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [INACTIVE]
    assert "_auth_user_id" not in client.session
    assert sign_in(client, password="wrong").context["form"].non_field_errors() == [MISMATCH]


def test_a_suspended_person_is_out_at_once(client, sam):
    sign_in(client)
    assert client.get("/profile/").status_code == 200
    User.objects.filter(pk=sam.pk).update(status="suspended")
    assert client.get("/profile/")["Location"] == "/sign-in/?next=/profile/"
    assert client.get("/warehouses/")["Location"] == "/sign-in/?next=/warehouses/"


def test_a_new_session_begins_at_sign_in(client, sam):
    client.get(SIGN_IN)
    session = client.session
    session["kept"] = "from before"
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_wrong_passwords_are_throttled_with_a_page_that_says_so(client, sam):
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 422
    for password in ("wrong", PASSWORD):
        response = sign_in(client, password=password)
        assert (response.status_code, response["Retry-After"]) == (429, "300")
        assert "Too many failed tries. Try again in five minutes at the latest." in response.content.decode()
    person("staff", email="other@example.com")
    assert sign_in(client, "other@example.com").status_code == 302


def test_many_sign_ins_from_one_address_are_throttled(client, db):
    for number in range(30):
        sign_in(client, "", str(number))
    response = sign_in(client, "", "")
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert "Try again in a minute at the latest." in response.content.decode()


def test_only_what_works_is_there(client, db):
    for name in ("signup", "email", "inactive", "set_password", "confirm_email", "request_login_code"):
        with pytest.raises(NoReverseMatch):
            reverse(f"account_{name}")
    page = client.get(SIGN_IN).content.decode()
    assert "signup" not in page


def test_signing_in_works_while_the_cache_is_away(client, sam, settings):
    from inventory_site.web.cache import breaker

    breaker._open_until = float("inf")
    try:
        assert sign_in(client).status_code == 302
        assert client.get("/profile/").status_code == 200
    finally:
        breaker.reset()
