"""What has failed for good: admins see it with the reason, and try it again, each once and nobody in vain."""

import pytest

from accounts.services import set_right
from alerts.delivery import relay
from alerts.errors import NotFailed
from alerts.models import Delivery
from alerts.queries.dead_letters import failed_deliveries, unheard
from alerts.services import dead_letters
from alerts.services.dead_letters import retry, retry_all
from inventory_site.web.keyset import PAGE_SIZE
from tests.alerts.conftest import MONDAY
from tests.alerts.doubles import Answer
from tests.factories import person

# The relay sends from threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/alerts/failed/"
NO = Answer(400, '{"code": 21610, "message": "Attempt to send to unsubscribed recipient"}')


@pytest.fixture
def admin(client):
    made = person("admin", name="Ada")
    client.force_login(made)
    return made


@pytest.fixture
def phone(mona):
    mona.phone = "+441632960961"
    mona.save()
    return mona


@pytest.fixture
def failed(mona, mail_server, queue_for):
    """A mail to Mona that her server has refused; it takes mails again now."""
    mail_server.answers["mona@example.com"] = "550 No such mailbox"
    queue_for(mona, "email")
    assert relay() == 0
    mail_server.answers.clear()
    return Delivery.objects.get(status="failed")


@pytest.fixture
def write(see, mona):
    """Write down so many failures of a channel as they would stand there."""

    def make(number, channel="email", status="failed"):
        alert = see("low")
        values = {"alert": alert, "person": mona, "facts": {**alert.facts, "type": "low"}, "error": "550 No"}
        rows = [
            Delivery(dedupe_key=f"{status}:{channel}:{n}", channel=channel, status=status, **values)
            for n in range(number)
        ]
        return [row.pk for row in Delivery.objects.bulk_create(rows)]

    return make


def shown(response):
    return [row.pk for row in response.context["page"].rows]


def states(channel):
    return list(Delivery.objects.filter(channel=channel).order_by("id").values_list("status", flat=True))


def test_a_row_says_what_to_whom_through_what_why_how_often_and_when(failed, admin, client):
    page = client.get(LIST).content.decode()
    assert shown(client.get(LIST)) == [failed.pk]
    for words in (failed.headline, "Mona", "E-mail", "550 No such mailbox", f'href="/alerts/{failed.alert_id}/"'):
        assert words in page
    assert f'<td class="number" data-label="Attempts">{failed.attempts}</td>' in page
    assert f'datetime="{failed.created:%Y-%m-%dT%H:%M}' in page


def test_what_was_sent_waits_or_was_withdrawn_is_not_there(failed, write):
    for status in ("sent", "waiting", "withdrawn", "digest"):
        write(1, status=status)
    assert list(failed_deliveries()) == [failed]


def test_it_is_tried_again_and_arrives_under_the_same_id(failed, admin, client, mail_server):
    response = client.post(f"{LIST}{failed.pk}/retry")
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert "Tried again now: E-mail to Mona." in client.get(LIST).content.decode()
    assert relay() == 1
    assert mail_server.recipients == ["mona@example.com"]
    again = Delivery.objects.get(pk=failed.pk)
    assert (again.status, again.attempts, again.error) == ("sent", 1, "")
    assert "Nothing has failed" in client.get(LIST).content.decode()


def test_pressed_twice_it_is_sent_once(failed, admin, client, mail_server):
    assert [client.post(f"{LIST}{failed.pk}/retry").status_code for _ in range(2)] == [302, 302]
    assert relay() == 1
    assert client.post(f"{LIST}{failed.pk}/retry").status_code == 302
    assert "This message has not failed, or is being tried again already." in client.get(LIST).content.decode()
    assert (relay(), len(mail_server.received)) == (0, 1)


def test_of_two_at_the_same_moment_one_tries_it_again(failed, admin, at_once):
    def press():
        try:
            retry(delivery=failed, by=admin)
        except NotFailed:
            return "late"
        return "done"

    assert sorted(at_once(press, press, press)) == ["done", "late", "late"]


def test_who_may_no_longer_see_the_warehouse_is_not_told(failed, north, mona, admin, client, mail_server):
    set_right(person=mona, warehouse=north, right=None)
    client.post(f"{LIST}{failed.pk}/retry")
    assert (relay(), mail_server.received) == (0, [])
    assert Delivery.objects.get(pk=failed.pk).status == "withdrawn"
    assert Delivery.objects.get(pk=failed.pk).error == "The person may no longer see the warehouse."


def test_who_has_left_is_not_told(failed, mona, admin, client, mail_server):
    mona.status = "suspended"
    mona.save()
    assert retry_all(channel="", by=admin) == 1
    assert (relay(), mail_server.received) == (0, [])
    assert Delivery.objects.get(pk=failed.pk).status == "withdrawn"


def test_one_that_fails_again_stands_there_again_and_falls_back_no_second_time(
    twilio, phone, queue_for, mail_server, admin, client
):
    twilio.always = NO
    queue_for(phone, "sms")
    assert relay() == 1
    assert (states("sms"), states("email")) == (["failed"], ["sent"])
    row = Delivery.objects.get(channel="sms")
    assert "told through another" in client.get(LIST).content.decode()
    client.post(f"{LIST}{row.pk}/retry")
    assert relay() == 0
    assert (states("sms"), states("email"), len(twilio.received)) == (["failed"], ["sent"], 2)
    assert len(set(twilio.ids)) == 1
    assert shown(client.get(LIST)) == [row.pk]


def test_all_at_once_leaves_out_what_was_told_through_another_channel(twilio, phone, queue_for, mail_server, admin):
    twilio.always = NO
    queue_for(phone, "sms", 2)
    mail_server.answers["mona@example.com"] = "550 No"
    assert relay() == 0
    mail_server.answers.clear()
    # Of the one incident the mail has arrived, of the other neither.
    [heard, other] = Delivery.objects.filter(channel="email").order_by("id")
    Delivery.objects.filter(pk=heard.pk).update(status="sent")
    waiting = {row.pk for row in unheard()}
    assert waiting == {other.pk, other.fallback_of_id}
    twilio.always = None
    assert retry_all(channel="sms", by=admin) == 1
    assert relay() == 1
    assert states("sms") == ["failed", "sent"]
    assert states("email") == ["sent", "failed"]


def test_all_of_a_channel_are_tried_again_and_the_number_is_said(write, admin, client, mail_server):
    write(3)
    others = write(2, "push")
    response = client.get(LIST, {"channel": "email"})
    assert len(shown(response)) == 3
    assert "Try 3 messages again" in response.content.decode()
    response = client.post(f"{LIST}retry", {"channel": "email"})
    assert response["Location"] == f"{LIST}?channel=email"
    assert "3 messages are tried again now." in client.get(LIST).content.decode()
    assert states("push") == ["failed"] * len(others)
    client.post(f"{LIST}retry", {"channel": "email"})
    assert "There is nothing to try again." in client.get(LIST).content.decode()
    relay()
    assert len([mail for mail in mail_server.received if "mona@example.com" in mail.rcpt_tos]) == 4


def test_all_at_once_are_so_many_at_most_the_newest_first(write, admin, client, monkeypatch):
    monkeypatch.setattr(dead_letters, "MOST", 2)
    rows = write(3)
    assert "Try the newest 2 again" in client.get(LIST).content.decode()
    assert retry_all(channel="", by=admin) == 2
    assert [row.pk for row in failed_deliveries()] == rows[:1]


@pytest.mark.parametrize("channel", ["x", "app", "\x00", "email' OR 1=1 --", "9" * 5000])
def test_what_is_no_channel_is_all_of_them(write, admin, client, channel):
    rows = write(1) + write(1, "sms")
    assert shown(client.get(LIST, {"channel": channel})) == rows[::-1]


def test_every_failure_comes_once_over_the_pages(write, admin, client):
    rows, found, after, pages = write(2 * PAGE_SIZE + 1), [], "", 0
    while pages == 0 or after:
        response = client.get(LIST, {"channel": "email", "after": after})
        found += shown(response)
        after, pages = response.context["page"].after, pages + 1
    assert (found, pages) == (rows[::-1], 3)


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_page_costs_the_same_for_every_number_of_rows(write, admin, client, rows, django_assert_num_queries):
    write(rows)
    client.get(LIST)
    # The admin, the page, how many there are to try again.
    with django_assert_num_queries(3):
        assert len(shown(client.get(LIST))) == min(rows, PAGE_SIZE)


def test_admins_alone_see_it_and_are_led_there(write, mona, admin, client, see):
    from alerts.models import Alert
    from alerts.services.system import check_queues

    write(1)
    assert f'href="{LIST}"' in client.get("/alerts/").content.decode()
    Delivery.objects.filter(channel="email", status="waiting").update(next_attempt=MONDAY)
    check_queues(at=MONDAY.replace(hour=12))
    stuck = Alert.objects.get(type="queue")
    assert f'href="{LIST}"' in client.get(stuck.get_absolute_url()).content.decode()
    client.force_login(mona)
    assert client.get(LIST).status_code == 403
    assert f'href="{LIST}"' not in client.get("/alerts/").content.decode()
    assert [client.post(f"{LIST}{n}/retry").status_code for n in (1, 999)] == [403, 403]
    assert client.post(f"{LIST}retry").status_code == 403
    assert "email" in Delivery.objects.filter(status="failed").values_list("channel", flat=True)


def test_a_link_alone_tries_nothing_again(failed, admin, client):
    assert {client.get(f"{LIST}{failed.pk}/retry").status_code, client.get(f"{LIST}retry").status_code} == {405}
    assert states("email") == ["failed"]


def test_one_that_is_not_there_is_not_found(admin, client, db):
    assert client.post(f"{LIST}999999/retry").status_code == 404
