"""Digests: one a person, channel and day, of what its person may see when it is gathered and when it leaves."""

from datetime import time, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.services import set_right
from alerts.channels.email import write_mail
from alerts.channels.sms import write_sms
from alerts.delivery import digests, relay
from alerts.delivery.digests import gather
from alerts.models import Alert, Delivery, Preferences, Subscription
from alerts.queries import digests as reading
from alerts.queries.dead_letters import failed_deliveries
from alerts.services import observe
from tests.alerts.doubles import Answer
from tests.factories import ProductFactory

# The relay sends from threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(mona, south):
    """Mona, who manages both warehouses and gets a digest of everything by mail."""
    set_right(person=mona, warehouse=south, right="manage")
    for kind in ("low", "out", "overstock"):
        Subscription.objects.create(person=mona, kind=kind, channel="email", mode="digest")
    return mona


@pytest.fixture
def hour_comes():
    return lambda: Delivery.objects.filter(status="digest").update(next_attempt=Now() - timedelta(seconds=1))


def statuses(**about):
    return sorted(Delivery.objects.leaving().filter(**about).values_list("purpose", "status"))


def test_what_waits_for_its_hour_is_not_gathered(reader, see):
    see("low", at=timezone.now())
    assert relay() == 0
    assert statuses() == [("alert", "digest")]


def test_one_mail_lists_incidents_by_warehouse_the_gravest_first(reader, see, south, hour_comes):
    low, out, over = ProductFactory(sku="LOW"), ProductFactory(sku="OUT"), ProductFactory(sku="OVER")
    see("overstock", product=over)
    see("low", product=low)
    see("out", product=out, warehouse=south)
    see(None, product=low)
    hour_comes()
    assert relay() == 1
    [sent] = mail.outbox
    assert sent.subject == "[Holdfast] Daily digest, alerts: 3"
    assert sent.body.split("\n\nSee all alerts:")[0] == (
        "Alerts: 3, critical: 1, resolved since: 1.\n\n"
        "South Yard\n- Out of stock: OUT at SOUTH (Critical)\n\n"
        "North Quay\n- Low: LOW at NORTH, 19 left (resolved since)\n- Overstock: OVER at NORTH, 19 on hand (Notice)"
    )
    html = sent.alternatives[0][0]
    choices = "http://testserver/alerts/notifications/"
    assert sent.body.endswith(f"is your choice:\n{choices}\n\n")
    assert f'is your choice: <a href="{choices}">Notifications</a>' in html
    for alert in Alert.objects.all():
        assert f'href="http://testserver/alerts/{alert.pk}/"' in html
    assert statuses() == [*[("alert", "gathered")] * 3, ("digest", "sent")]
    assert set(Delivery.objects.filter(status="gathered").values_list("digest__purpose", flat=True)) == {"digest"}


def test_a_long_one_lists_the_gravest_and_says_how_many_more(reader, see, hour_comes, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 2)
    for kind in ("low", "out", "low", "out"):
        see(kind, product=ProductFactory())
    hour_comes()
    relay()
    [sent] = mail.outbox
    assert sent.body.count("Out of stock") == 2
    assert "Not listed here: 2." in sent.body


def test_gathered_twice_on_a_day_before_it_leaves_it_is_one(reader, see, hour_comes):
    see("low", product=ProductFactory())
    hour_comes()
    gather()
    see("low", product=ProductFactory())
    hour_comes()
    gather()
    [digest] = Delivery.objects.filter(purpose="digest")
    assert (digest.gathered.count(), digest.facts) == (2, {"type": "digest", "count": "2"})
    assert digest.dedupe_key == f"digest:{timezone.now().date()}:{digest.channel}"


def test_what_comes_after_it_has_left_waits_for_the_next_day(reader, see, hour_comes):
    see("low", product=ProductFactory())
    hour_comes()
    relay()
    see("low", product=ProductFactory())
    hour_comes()
    assert relay() == 0
    [late] = Delivery.objects.filter(status="digest")
    assert timedelta(hours=23) < late.next_attempt - timezone.now() < timedelta(hours=25)


def test_each_person_and_channel_has_a_digest_of_its_own(reader, see, hour_comes, monkeypatch, north):
    from tests.factories import person

    monkeypatch.setattr(digests, "PEOPLE", 1)
    max_ = person("manager", {north: "manage"})
    for who, channel in [(max_, "email"), (max_, "sms"), (reader, "sms")]:
        Subscription.objects.create(person=who, kind="low", channel=channel, mode="digest")
    see("low", product=ProductFactory())
    see("low", product=ProductFactory())
    hour_comes()
    gather()
    made = Delivery.objects.filter(purpose="digest")
    assert sorted(made.values_list("person", "channel", "facts__count")) == sorted(
        (who.pk, channel, "2") for who in (reader, max_) for channel in ("email", "sms")
    )


def test_gatherers_at_the_same_moment_make_one(reader, see, hour_comes, at_once):
    for product in ProductFactory.create_batch(10):
        see("low", product=product)
    hour_comes()
    at_once(*[gather] * 4)
    assert Delivery.objects.get(purpose="digest").gathered.count() == 10


def test_what_a_person_may_no_longer_see_is_left_out_when_gathering(reader, see, hour_comes, south):
    see("low", product=ProductFactory())
    see("out", product=ProductFactory(), warehouse=south)
    set_right(person=reader, warehouse=south, right=None)
    hour_comes()
    gather()
    assert statuses() == [("alert", "gathered"), ("alert", "withdrawn"), ("digest", "waiting")]


def test_what_a_person_may_no_longer_see_is_left_out_when_sending(reader, see, hour_comes, north, south):
    see("low", product=ProductFactory(sku="OURS"))
    see("out", product=ProductFactory(sku="THEIRS"), warehouse=south)
    hour_comes()
    gather()
    digest = Delivery.objects.get(purpose="digest")
    set_right(person=reader, warehouse=south, right=None)
    body = write_mail(digest).body
    assert ("OURS" in body, "THEIRS" in body) == (True, False)
    assert body.startswith("Alerts: 1, critical: 0, resolved since: 0.")
    set_right(person=reader, warehouse=north, right=None)
    assert relay() == 0
    assert Delivery.objects.get(purpose="digest").status == "withdrawn"


def test_by_sms_it_says_the_numbers_and_links_to_the_alerts(reader, see, hour_comes):
    see("low", product=ProductFactory())
    see("out", product=ProductFactory())
    hour_comes()
    gather()
    digest = Delivery.objects.get(purpose="digest")
    assert write_sms(digest) == (
        "Alerts: 2, critical: 1, resolved since: 0. http://testserver/alerts/ Reply STOP to end."
    )


def test_a_digest_that_failed_by_sms_lists_the_same_by_mail(reader, see, hour_comes):
    see("low", product=ProductFactory(sku="ONE"))
    Delivery.objects.filter(status="digest").update(channel="sms")
    hour_comes()
    assert relay() == 1
    assert "ONE" in mail.outbox[0].body
    assert sorted(Delivery.objects.filter(purpose="digest").values_list("channel", "status")) == [
        ("email", "sent"),
        ("sms", "failed"),
    ]


def test_quiet_hours_that_came_after_the_event_are_kept(mona, see):
    see("low")
    quiet = {"quiet_from": time(0), "quiet_until": time(23, 59, 59)}
    Preferences.objects.create(person=mona, **quiet)
    assert relay() == 0
    row = Delivery.objects.leaving().get()
    assert (row.status, row.attempts, row.next_attempt > timezone.now()) == ("waiting", 0, True)


@pytest.mark.parametrize(
    ("because", "words"),
    [
        ("escalated", "Nobody has acknowledged this in time, so it goes to you as the next in line."),
        ("woke", "The time for which this was snoozed is over, and its cause still stands."),
    ],
)
def test_a_mail_says_why_somebody_is_told_again(mona, see, because, words):
    see("low")
    row = Delivery.objects.leaving().get()
    row.facts["because"] = because
    written = write_mail(row)
    assert words in written.body
    assert words in written.alternatives[0][0]


def test_however_many_there_are_they_are_gathered_in_a_few_statements(
    reader, found, hour_comes, django_assert_max_num_queries
):
    products = ProductFactory.create_batch(300)
    with transaction.atomic():
        observe([found("low", product=product) for product in products], now=timezone.now())
    hour_comes()
    with django_assert_max_num_queries(13):
        gather()
    assert Delivery.objects.get(purpose="digest").gathered.count() == 300


def test_one_that_fails_for_good_comes_another_way_beside_the_digest_of_that_way(mona, see, hour_comes, twilio):
    mona.phone = "+441632960961"
    mona.save()
    for kind, channel, mode in (("low", "sms", "digest"), ("low", "email", "never"), ("overstock", "email", "digest")):
        Subscription.objects.create(person=mona, kind=kind, channel=channel, mode=mode)
    twilio.answers = [Answer(400, '{"code": 21211, "message": "Invalid number"}')]
    see("low", product=ProductFactory(sku="LOW"))
    see("overstock", product=ProductFactory(sku="OVER"))
    hour_comes()
    relay()
    relay()
    assert sorted(("LOW" in each.body, "OVER" in each.body) for each in mail.outbox) == [(False, True), (True, False)]
    assert list(failed_deliveries().values_list("channel", "otherwise")) == [("sms", True)]


def test_its_subject_counts_incidents_and_not_how_often_they_were_told(reader, see, hour_comes):
    for kind in ("low", "out"):
        Subscription.objects.get_or_create(person=reader, kind=kind, channel="email", defaults={"mode": "digest"})
    product = ProductFactory()
    see("low", product=product)
    see("out", product=product)
    hour_comes()
    gather()
    assert Delivery.objects.get(purpose="digest").facts["count"] == "1"
