"""Admins get a mail when somebody who has registered waits for them: one, until nobody waits any more."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.delivery import send_links
from accounts.models import Letter, Registration, User
from accounts.services import confirm_registration, refuse
from tests.factories import person


def come(email):
    """Register and use the link of the mail."""
    Registration.objects.create(
        email=email, expires=timezone.now() + timedelta(hours=1), token_hash=Registration.digest(email)
    )
    return confirm_registration(
        token=email, name="New Comer", time_zone="UTC", password="a long new password", at=timezone.now()
    )


@pytest.fixture
def ada(transactional_db):
    person("admin", status="suspended")
    person("manager")
    return person("admin", email="ada@example.com")


def test_every_active_admin_is_told_with_a_link_to_those_who_wait(ada, settings):
    bea = person("admin", email="bea@example.com")
    come("new@example.com")
    assert send_links() == 2
    assert sorted(letter.to[0] for letter in mail.outbox) == [ada.email, bea.email]
    assert mail.outbox[0].subject == "[Holdfast] Somebody waits to be let in"
    assert f"{settings.BASE_URL}/people/?status=pending" in mail.outbox[0].body
    # Whoever reads over a shoulder learns nobody's address.
    assert "new@example.com" not in mail.outbox[0].body


@pytest.mark.parametrize("change", [{"status": "suspended"}, {"role": "manager"}])
def test_who_is_no_admin_any_more_when_the_mail_leaves_gets_none(ada, change):
    bea = person("admin", email="bea@example.com")
    come("new@example.com")
    User.objects.filter(pk=bea.pk).update(**change)
    assert send_links() == 1
    assert [letter.to for letter in mail.outbox] == [[ada.email]]
    assert Letter.objects.count() == 0


def test_ten_who_come_while_one_waits_are_one_mail(ada):
    for number in range(10):
        come(f"new{number}@example.com")
    assert Letter.objects.count() == 1


def test_who_comes_after_all_were_decided_about_is_another_mail(ada):
    first = come("first@example.com")
    refuse(person=first, by=ada)
    come("second@example.com")
    assert Letter.objects.count() == 2
    assert User.objects.filter(status="pending").count() == 1
