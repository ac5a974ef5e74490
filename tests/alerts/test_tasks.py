"""The worker that is woken by name exists, and the sweep behind it runs every 15 seconds."""

import pytest
from celery import current_app
from django.conf import settings
from django.core import mail

from alerts.tasks import relay


def test_the_relay_is_registered_scheduled_and_routed():
    assert current_app.tasks["alerts.tasks.relay"].name == relay.name
    entry = settings.CELERY_BEAT_SCHEDULE["alerts.relay"]
    assert (entry["task"], entry["schedule"]) == ("alerts.tasks.relay", 15.0)
    assert current_app.amqp.router.route({}, relay.name)["queue"].name == "notify"


@pytest.mark.django_db(transaction=True)
def test_the_task_sends_what_waits_and_bears_arguments_of_another_release(see, mona):
    see("low")
    relay(later="argument")
    assert mail.outbox[0].to == ["mona@example.com"]
