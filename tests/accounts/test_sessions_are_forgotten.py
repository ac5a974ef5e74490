"""Every night the sessions that are over are deleted, with the devices and addresses that stood beside them."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from celery import current_app
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.tasks import forget_sessions
from tests.accounts.codes import give_password
from tests.factories import person


@pytest.fixture
def keys(db):
    """Three sessions of Sam of two days ago: one that goes on, one that is over, one that was ended elsewhere."""
    sam, keys = person("staff"), []
    for _ in range(3):
        give_password(device := Client(), sam)
        device.get("/profile/")
        keys.append(device.session.session_key)
    UserSession.objects.update(created_at=timezone.now() - timedelta(days=2))
    Session.objects.filter(session_key=keys[1]).update(expire_date=timezone.now() - timedelta(seconds=1))
    Session.objects.filter(session_key=keys[2]).delete()
    return keys


def test_it_runs_every_night():
    assert current_app.tasks["accounts.tasks.forget_sessions"].name == forget_sessions.name
    entry = settings.CELERY_BEAT_SCHEDULE["forget sessions"]
    assert (entry["task"], entry["schedule"].hour, entry["schedule"].minute) == (forget_sessions.name, {3}, {40})
    assert current_app.amqp.router.route({}, forget_sessions.name)["queue"].name == "notify"


def test_what_is_over_goes_and_what_goes_on_stays(keys):
    forget_sessions(later="argument")
    assert list(Session.objects.values_list("session_key", flat=True)) == keys[:1]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == keys[:1]


def test_one_of_today_may_be_without_its_row_for_a_moment(keys):
    UserSession.objects.update(created_at=timezone.now())
    forget_sessions()
    assert UserSession.objects.count() == 3
