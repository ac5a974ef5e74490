"""The mail: its words, its headers, its id, and the file that it becomes where there is no server."""

import email
from email import policy

import pytest
from django.core import mail
from django.utils import timezone

from accounts.services import set_right
from alerts.channels.email import message_id, write_mail
from alerts.delivery import relay
from alerts.models import Delivery
from alerts.queries.links import acknowledge_link
from tests.factories import ProductFactory, person

# The relay sends from threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(see, mona):
    """Queue a mail about what was seen; its delivery."""

    def queue(kind="low", **about):
        see(kind, **about)
        return Delivery.objects.leaving().select_related("person", "alert").latest("id")

    return queue


def parsed(message):
    return email.message_from_bytes(message.message().as_bytes(), policy=policy.default)


def test_the_mail_says_what_where_how_many_and_links_to_the_alert(waiting):
    delivery = waiting()
    relay()
    sent = parsed(mail.outbox[0])
    assert sent["Subject"] == "[Holdfast] Low: BOLT-M8 at NORTH, 19 left"
    assert sent["To"] == "mona@example.com"
    assert sent["From"] == "Holdfast <holdfast@example.com>"
    assert sent["Auto-Submitted"] == "auto-generated"
    link = f"http://testserver/alerts/{delivery.alert_id}/"
    text, html = (sent.get_body([kind]).get_content() for kind in ("plain", "html"))
    for body in (text, html):
        assert "19 pcs of Hexagon bolt M8 were left at North Quay" in body
        assert link in body
    assert f'href="{link}"' in html


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("out", "[Holdfast] Out of stock: BOLT-M8 at NORTH"),
        ("overstock", "[Holdfast] Overstock: BOLT-M8 at NORTH, 19 on hand"),
    ],
)
def test_each_kind_has_its_subject(waiting, kind, subject):
    assert write_mail(waiting(kind)).subject == subject


def test_the_mail_tells_what_was_true_when_it_was_queued(waiting, see):
    delivery = waiting("low")
    see("out", quantity="0")
    assert write_mail(delivery).subject == "[Holdfast] Low: BOLT-M8 at NORTH, 19 left"


def test_who_may_act_gets_the_link_that_acknowledges_and_who_may_look_does_not(waiting, mona, north):
    delivery = waiting()
    link = acknowledge_link(delivery)
    assert link in write_mail(delivery).body
    assert f'href="{link}"' in write_mail(delivery).alternatives[0][0]
    set_right(person=mona, warehouse=north, right="view")
    delivery.person = type(mona).objects.get(pk=mona.pk)
    assert "Acknowledge it" not in write_mail(delivery).body


def test_every_mail_leads_to_where_one_chooses_what_one_is_told(waiting, mona):
    test = Delivery(purpose="test", person=mona, channel="email", facts={"type": "test"}, created=timezone.now())
    for delivery in (waiting(), test):
        written = write_mail(delivery)
        link = "http://testserver/alerts/notifications/"
        assert written.body.endswith(f"What you are told, and how, is your choice:\n{link}\n\n")
        assert f'is your choice: <a href="{link}">Notifications</a>' in written.alternatives[0][0]


def test_words_with_line_breaks_make_no_header_and_no_mark_up(waiting):
    delivery = waiting(sku="X\r\nBcc: thief@example.com\u202eA\x07", name="<script>alert(1)</script>")
    relay()
    sent = parsed(mail.outbox[0])
    assert sent["Bcc"] is None
    assert sent["Subject"] == "[Holdfast] Low: X Bcc: thief@example.com A at NORTH, 19 left"
    assert mail.outbox[0].recipients() == [delivery.person.email]
    assert "<script>" not in sent.get_body(["html"]).get_content()
    assert "<script>alert(1)</script>" in sent.get_body(["plain"]).get_content()


def test_the_mail_has_the_times_of_its_reader(waiting, mona):
    mona.time_zone = "Asia/Tokyo"
    mona.save()
    delivery = waiting()
    delivery.created = delivery.created.replace(hour=15, minute=30)
    assert "00:30 JST" in write_mail(delivery).body


def test_the_id_is_the_same_at_every_attempt(waiting):
    delivery = waiting()
    first = write_mail(delivery).extra_headers["Message-ID"]
    again = Delivery.objects.leaving().select_related("person", "alert").get()
    again.attempts = 7
    assert write_mail(again).extra_headers["Message-ID"] == first
    assert first.endswith("@testserver>")


def test_no_two_deliveries_have_one_id(waiting, north):
    person("manager", {north: "manage"})
    waiting("low")
    waiting("out")
    waiting("low", product=ProductFactory())
    ids = [message_id(row) for row in Delivery.objects.leaving().all()]
    assert len(ids) == len(set(ids)) == 6


def test_without_a_server_the_mail_becomes_a_file_that_mail_programs_open(waiting, settings, tmp_path):
    settings.EMAIL_BACKEND = "inventory_site.mail.EmlBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    waiting()
    assert relay() == 1
    (file,) = (tmp_path / "mail").glob("*.eml")
    stored = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert stored["Subject"] == "[Holdfast] Low: BOLT-M8 at NORTH, 19 left"
    assert stored["Message-ID"] == Delivery.objects.leaving().get().provider_id
