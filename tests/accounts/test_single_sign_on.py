"""People whom an admin has let in sign in by the company's own OpenID provider; it is off unless it is set up."""

import http.client
import time
from datetime import timedelta
from urllib.parse import urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from auditlog.models import LogEntry
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone

from accounts.models import Letter, User
from accounts.services import invite
from inventory_site.web.trail import Act
from tests.accounts.codes import code_now, give_code, is_in, let_proofs_grow_old
from tests.accounts.provider import CLIENT, KEY, SECRET, Provider
from tests.factories import person

START, BACK = "/sign-in/single-sign-on/", "/sign-in/single-sign-on/return/"
UNKNOWN = "There is no active account for you here. Ask an admin of your company."
UNVERIFIED = "Your e-mail address is not verified there. Verify it, then try again."
UNFIT = "You were not signed in: the answer did not fit. Try again."


@pytest.fixture
def running():
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running, settings):
    settings.OIDC_SERVER_URL, settings.OIDC_NAME = running.url, "Acme"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    return running


@pytest.fixture
def sam(db):
    return person("staff", email="sam@example.com")


def authorize(location):
    """Follow the address that somebody is sent to, as a browser does, and give the one that they are sent back to."""
    asked = urlsplit(location)
    connection = http.client.HTTPConnection(asked.netloc, timeout=5)
    connection.request("GET", f"{asked.path}?{asked.query}")
    answer = connection.getresponse()
    assert answer.status == 302
    back = urlsplit(answer.headers["Location"])
    assert f"{back.scheme}://{back.netloc}" == "http://testserver"
    return f"{back.path}?{back.query}"


def go(client, **query):
    return client.get(authorize(client.get(START, query)["Location"]))


def told(client, response):
    """Give what the sign-in page says to somebody who was led back to it."""
    assert (response.status_code, response["Location"]) == (302, "/sign-in/")
    assert not is_in(client)
    return [str(message) for message in client.get("/sign-in/").context["messages"]]


def test_a_person_signs_in_through_the_provider(client, provider, sam):
    assert "Sign in with Acme" in client.get("/sign-in/").content.decode()
    response = go(client, next="/profile/")
    assert (response.status_code, response["Location"]) == (302, "/profile/")
    assert client.get("/profile/").context["request"].user == sam
    assert SocialAccount.objects.values_list("user", "uid", "extra_data").get() == (sam.pk, "7c1f", {})
    assert list(LogEntry.objects.filter(action=Act.SIGN_IN).values_list("actor", flat=True)) == [sam.pk]
    assert Letter.objects.get().email == sam.email


def test_nobody_is_led_elsewhere(client, provider, sam):
    assert go(client, next="https://evil.example/")["Location"] == "/"


def test_what_is_only_in_userinfo_counts_too(client, provider, sam):
    provider.in_userinfo = ("email", "email_verified", "name")
    go(client)
    assert is_in(client)


def test_the_second_factor_stays_required(client, provider, db):
    ada = person("admin", email="sam@example.com")
    assert go(client)["Location"] == "/sign-in/second-step/"
    assert not is_in(client)
    give_code(client, code_now())
    assert client.get("/people/").context["request"].user == ada


def test_an_admin_without_a_second_factor_has_to_set_one_up(client, provider, db):
    person("admin", email="sam@example.com", second_factor=False)
    go(client)
    assert client.get("/")["Location"] == "/profile/security/"


@pytest.mark.parametrize("status", ["suspended", "pending"])
def test_who_is_not_active_is_told_what_strangers_are_told(client, provider, status, db):
    person("staff", email="sam@example.com", status=status)
    assert told(client, go(client)) == [UNKNOWN]
    assert SocialAccount.objects.count() == 0


def test_an_address_without_account_gets_none(client, provider, db):
    assert told(client, go(client)) == [UNKNOWN]
    assert User.objects.count() == 0
    row = LogEntry.objects.get(action=Act.SIGN_IN_FAILED)
    assert (row.object_repr, row.actor, row.changes) == ("", None, None)


def test_a_suspended_person_stays_out_and_that_is_on_record(client, provider, sam):
    go(client)
    User.objects.filter(pk=sam.pk).update(status="suspended")
    stranger = Client()
    assert told(stranger, go(stranger)) == ["Your account is not active. Ask an admin of your company."]
    assert LogEntry.objects.get(action=Act.SIGN_IN_FAILED).object_pk == str(sam.pk)


@pytest.mark.parametrize("verified", [False, None, "false", 0])
def test_an_address_that_the_provider_has_not_verified_is_refused(client, provider, sam, verified):
    provider.claims["email_verified"] = verified
    assert told(client, go(client)) == [UNVERIFIED]
    provider.claims.pop("email_verified")
    assert told(client, go(client)) == [UNVERIFIED]
    assert SocialAccount.objects.count() == 0


def test_a_letter_that_only_looks_the_same_is_another_address(client, provider, db):
    person("staff", email="mike@example.com")
    for lookalike in ("m\u0131ke@example.com", "mi\u212ae@example.com"):
        provider.claims["email"] = lookalike
        assert told(client, go(client)) == [UNKNOWN]


def test_an_address_that_was_given_to_somebody_else_there_does_not_open_the_account(client, provider, sam):
    go(client)
    provider.claims["sub"] = "the new employee"
    other = Client()
    assert told(other, go(other)) == ["Your address was somebody else's there before. Ask an admin of your company."]


def test_a_person_stays_the_same_when_their_address_changes(client, provider, sam):
    go(client)
    provider.claims["email"] = "samira@example.com"
    later = Client()
    go(later)
    assert later.get("/profile/").context["request"].user == sam


@pytest.fixture
def client_of_somebody():
    return Client()


def test_who_is_invited_comes_in_by_it(provider, admin_person, client_of_somebody):
    sent = {"role": "manager", "home_warehouse": None, "rights": {}, "by": admin_person, "at": timezone.now()}
    invitation = invite(email="sam@example.com", **sent)
    go(client_of_somebody)
    max_ = User.objects.get(email="sam@example.com")
    assert (max_.status, max_.name, max_.role, max_.has_usable_password()) == ("active", "Sam Sailor", "manager", False)
    invitation.refresh_from_db()
    assert invitation.accepted
    assert is_in(client_of_somebody)


def test_an_invitation_that_is_too_old_lets_nobody_in(provider, admin_person, client_of_somebody):
    long_ago = timezone.now() - timedelta(days=30)
    invite(email="sam@example.com", role="staff", home_warehouse=None, rights={}, by=admin_person, at=long_ago)
    assert told(client_of_somebody, go(client_of_somebody)) == [UNKNOWN]


def forged(**changed):
    return lambda claims: jwt.encode({**claims, **changed}, KEY, algorithm="RS256", headers={"kid": "one"})


STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FORGERIES = {
    "another sign-in's nonce": forged(nonce="another"),
    "no nonce": lambda claims: forged()({k: v for k, v in claims.items() if k != "nonce"}),
    "another issuer": forged(iss="https://evil.example"),
    "for another site": forged(aud="another site"),
    "too old": forged(exp=int(time.time()) - 3600),
    "signed by a stranger": lambda claims: jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": "one"}),
    "signed by an unknown key": lambda claims: jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": "two"}),
    "not signed": lambda claims: jwt.encode(claims, None, algorithm="none", headers={"kid": "one"}),
    "signed with the client's secret": lambda claims: jwt.encode(claims, SECRET * 2, headers={"kid": "one"}),
    "no token at all": lambda claims: "nonsense",
    "not even text": lambda claims: 7,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_opens_nothing(client, provider, sam, forgery):
    provider.sign = FORGERIES[forgery]
    assert told(client, go(client)) == [UNFIT]
    assert SocialAccount.objects.count() == 0


def test_userinfo_of_somebody_else_opens_nothing(client, provider, sam):
    provider.in_userinfo = ("email", "email_verified")
    provider.sign = forged(sub="somebody else")
    assert told(client, go(client)) == [UNFIT]


def test_an_answer_belongs_to_the_browser_that_asked(client, provider, sam):
    theirs = authorize(Client().get(START)["Location"])
    client.get(START)
    assert told(client, client.get(theirs)) == [UNFIT]


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=made-up", "?error=server_error"])
def test_a_made_up_answer_opens_nothing(client, provider, sam, query):
    client.get(START)
    assert told(client, client.get(f"{BACK}{query}")) == [UNFIT]


def test_an_answer_counts_once(client, provider, sam):
    back = authorize(client.get(START)["Location"])
    client.get(back)
    client.post("/sign-out/")
    assert told(client, client.get(back)) == [UNFIT]


def test_a_code_that_was_taken_away_is_worth_nothing_elsewhere(client, provider, sam):
    """PKCE: the code is bound to what the browser that began it keeps."""
    code = urlsplit(authorize(Client().get(START)["Location"])).query.split("&")[0]
    state = urlsplit(authorize(client.get(START)["Location"])).query.split("&")[1]
    assert told(client, client.get(f"{BACK}?{code}&{state}")) == [UNFIT]


def test_who_cancels_is_told_so(client, provider, sam):
    state = urlsplit(authorize(client.get(START)["Location"])).query.split("&")[1]
    response = client.get(f"{BACK}?error=access_denied&{state}")
    assert told(client, response) == ["You were not signed in: it was cancelled."]


def test_another_site_starts_nothing(client, provider, sam):
    assert client.get(START, headers={"Sec-Fetch-Site": "cross-site"})["Location"] == "/sign-in/"
    assert provider.asked == []


@pytest.mark.parametrize("what", ["away", "another issuer"])
def test_a_provider_that_cannot_be_believed_or_reached_is_said_to_be_away(client, provider, sam, settings, what):
    if what == "away":
        settings.OIDC_SERVER_URL = "http://127.0.0.1:1"
    else:
        provider.issuer = "https://evil.example"
    response = client.get(START)
    assert (response.status_code, response["Retry-After"]) == (503, "60")


def test_our_address_is_the_one_of_the_site_whatever_the_request_says(client, provider, sam, settings):
    settings.BASE_URL = "https://stock.example.com"
    location = client.get(START, headers={"Host": "localhost"})["Location"]
    assert "redirect_uri=https%3A%2F%2Fstock.example.com%2Fsign-in%2F" in location
    assert "evil" not in client.get(f"{START}?auth_params=redirect_uri%3Devil&scope=evil")["Location"]


def test_who_has_no_other_proof_confirms_there(client, provider, db):
    sam = person("staff", email="sam@example.com")
    sam.set_unusable_password()
    sam.save()
    go(client)
    change = "/profile/security/app/"
    assert client.get(change).status_code == 200
    let_proofs_grow_old(client.session.session_key)
    page = client.get(client.get(change)["Location"]).content.decode()
    assert f"{START}?next={change}" in page
    location = client.get(START, {"next": change})["Location"]
    assert "prompt=login" in location
    provider.sign = forged(auth_time=int(time.time()) - 3600)
    stale = authorize(location)
    assert client.get(stale)["Location"] == "/sign-in/"
    assert client.get(change)["Location"].startswith("/profile/confirm/")
    provider.sign = forged()
    assert go(client, next=change)["Location"] == change
    assert client.get(change).status_code == 200


def test_it_is_off_unless_it_is_set_up(client, running, db):
    assert [client.get(path).status_code for path in (START, BACK)] == [404, 404]
    assert "single-sign-on" not in client.get("/sign-in/").content.decode()
    assert running.asked == []
