"""Between the password and the code of a sign-in things may change: what let somebody in then need not do so now."""

import pytest
from auditlog.models import LogEntry

from accounts.services import restore, suspend
from inventory_site.web.trail import Act
from tests.accounts.codes import code_now, give_code, give_password, is_in
from tests.factories import person

CHANGED = "Your account was changed meanwhile. Sign in again."
INACTIVE = "Your account is not active. Ask an admin of your company."


@pytest.fixture
def ada(db):
    return person("admin", email="ada@example.com")


@pytest.fixture
def boss(ada):
    return person("admin")


def acts(act):
    return LogEntry.objects.filter(action=act).count()


def refused(client, words):
    """Say whether the code is refused with these words, twice over, and stands in the audit log as a refusal."""
    before = acts(Act.SIGN_IN)
    answer = give_code(client, code_now())
    page = client.get(answer["Location"]).content.decode()
    again = give_code(client, code_now())
    assert (is_in(client), acts(Act.SIGN_IN), acts(Act.SIGN_IN_FAILED)) == (False, before, 1)
    return answer["Location"].startswith("/sign-in/") and words in page and again["Location"].startswith("/sign-in/")


def test_a_password_that_was_changed_since_opens_nothing(client, ada):
    give_password(client, ada)
    ada.set_password("another one, of ten words")
    ada.save()
    assert refused(client, CHANGED)


def test_who_was_suspended_since_is_told_so(client, ada, boss):
    give_password(client, ada)
    suspend(person=ada, by=boss)
    assert refused(client, INACTIVE)
    restore(person=ada, by=boss)
    give_code(client, code_now())
    assert not is_in(client)


def test_nothing_comes_alive_when_somebody_is_restored(client, ada, boss):
    give_password(client, ada)
    suspend(person=ada, by=boss)
    restore(person=ada, by=boss)
    assert refused(client, CHANGED)


def test_the_page_that_asks_for_the_code_refuses_too(client, ada, boss):
    give_password(client, ada)
    suspend(person=ada, by=boss)
    assert client.get("/sign-in/second-step/")["Location"] == "/sign-in/"


def test_who_signs_in_after_all_that_is_let_in(client, ada, boss):
    suspend(person=ada, by=boss)
    restore(person=ada, by=boss)
    give_password(client, ada)
    ada.refresh_from_db()
    ada.name = "Ada Two"
    ada.save()
    assert (give_code(client, code_now()).status_code, is_in(client)) == (302, True)
    assert "password_given_for" not in client.session
