"""What a person chooses to be told of: for all their warehouses, for one, per kind and channel, and when."""

import re
from datetime import UTC, datetime, time

import pytest
import time_machine
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.services import set_right
from alerts.models import Delivery, Preferences, Subscription
from tests.factories import WarehouseFactory, person

ADDRESS = "/alerts/notifications/"


@pytest.fixture
def sven(north, south):
    """Manages NORTH and looks at SOUTH."""
    return person("manager", {north: "manage", south: "view"}, name="Sven")


@pytest.fixture
def page(client):
    def get(who, where=""):
        client.force_login(who)
        return client.get(ADDRESS + where)

    return get


@pytest.fixture
def save(client):
    """Send the form as it stands, with some fields changed."""

    def send(who, where="", **changes):
        client.force_login(who)
        form = client.get(ADDRESS + where).context["form"]
        sent = {name: form[name].value() or "" for name in form.fields}
        return client.post(ADDRESS + where, {**sent, **changes})

    return send


def words(answer, name):
    """Return what the choice of this name says where nothing was chosen."""
    return dict(answer.context["form"].fields[name].choices)["usual"]


def kept(who):
    return sorted(Subscription.objects.filter(person=who).values_list("warehouse__code", "kind", "channel", "mode"))


def modes(who):
    return set(Subscription.objects.filter(person=who).values_list("warehouse__code", "mode"))


def channels_told(see, who):
    see("low")
    return sorted(Delivery.objects.filter(person=who).values_list("channel", "status"))


def test_the_default_is_shown_as_what_it_is(page, mona):
    answer = page(mona)
    assert words(answer, "low-app") == words(answer, "low-email") == "At once (default)"
    # Without an account SMS and push are not offered, and the page says so.
    assert "low-sms" not in answer.context["form"].fields
    text = answer.content.decode()
    assert "SMS is not set up here. Ask an admin." in text
    assert "Push is not set up here. Ask an admin." in text


@pytest.mark.parametrize(
    ("role", "right", "said"),
    [
        ("staff", "operate", "Not (default)"),
        ("manager", "operate", "Not (default)"),
        ("manager", "manage", "At once (default)"),
        ("admin", None, "Default: where nobody manages"),
    ],
)
def test_the_default_is_that_of_role_and_right(page, north, role, right, said):
    who = person(role, {north: right} if right else {})
    assert words(page(who), "low-email") == said


def test_who_manages_some_of_their_warehouses_reads_where(page, sven):
    everywhere = page(sven)
    assert words(everywhere, "low-email") == "Default: where you manage"
    sentence = "By default you are told at once, in the app and by e-mail, of the warehouses that you manage."
    assert sentence in everywhere.content.decode()
    assert words(page(sven, "?warehouse=NORTH"), "low-email") == "At once (default)"
    assert words(page(sven, "?warehouse=SOUTH"), "low-email") == "Not (default)"


def test_an_admin_reads_of_a_warehouse_whether_somebody_manages_it(page, mona, south):
    ada = person("admin")
    assert words(page(ada, "?warehouse=NORTH"), "low-email") == "Not (default)"
    assert words(page(ada, "?warehouse=SOUTH"), "low-email") == "At once (default)"


def test_the_default_that_is_shown_is_the_one_that_holds(page, see, sven, north, south):
    """The page asks for one person what the incident asks for all of them."""
    for warehouse in (north, south):
        see("low", warehouse=warehouse)
        told = Delivery.objects.filter(person=sven, channel="email", alert__warehouse=warehouse).exists()
        said = words(page(sven, f"?warehouse={warehouse.code}"), "low-email")
        assert said == ("At once (default)" if told else "Not (default)")


@pytest.mark.parametrize("twilio_too", [False, True])
def test_what_was_chosen_holds(save, see, mona, request, twilio_too):
    if twilio_too:
        request.getfixturevalue("twilio")
    changes = {"low-email": "digest", "low-app": "never", **({"low-sms": "now"} if twilio_too else {})}
    assert save(mona, **changes).status_code == 302
    by_sms = [("sms", "waiting")] if twilio_too else []
    assert channels_told(see, mona) == [("email", "digest"), *by_sms]


def test_a_choice_like_the_default_keeps_no_row(save, mona):
    save(mona, **{"low-email": "never"})
    assert kept(mona) == [(None, "low", "email", "never")]
    save(mona, **{"low-email": "usual"})
    assert kept(mona) == []


def test_a_row_that_has_become_the_default_is_shown_as_such_and_goes(save, page, north):
    sam = person("manager", {north: "operate"})
    save(sam, **{"low-email": "now"})
    set_right(person=sam, warehouse=north, right="manage")
    assert page(sam).context["form"]["low-email"].value() == "usual"
    save(sam)
    assert kept(sam) == []


def test_one_warehouse_differs_and_follows_the_others_in_the_rest(save, page, mona, north, south):
    set_right(person=mona, warehouse=south, right="manage")
    save(mona, **{"low-email": "digest"})
    answer = page(mona, "?warehouse=NORTH")
    assert words(answer, "low-email") == "Daily digest (as in all warehouses)"
    save(mona, "?warehouse=NORTH", **{"low-email": "now"})
    assert modes(mona) == {("NORTH", "now"), (None, "digest")}
    assert [each.code for each in page(mona).context["differing"]] == ["NORTH"]
    save(mona, "?warehouse=NORTH", **{"low-email": "usual"})
    assert modes(mona) == {(None, "digest")}


def test_the_system_is_the_admins_choice_alone(page, north, mona):
    ada = person("admin")
    assert words(page(ada), "system-email") == "At once (default)"
    assert "system-email" not in page(ada, "?warehouse=NORTH").context["form"].fields
    assert "system-email" not in page(mona).context["form"].fields


def test_in_the_app_there_is_no_digest(save, mona):
    answer = save(mona, **{"low-app": "digest"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["low-app"] == ["Low, In the app: choose one of the list."]


@pytest.mark.parametrize("change", [{"low-email": "often"}, {"low-email": ""}, {"digest_at": "seven"}])
def test_a_form_with_one_mistake_changes_nothing(save, mona, change):
    answer = save(mona, **{"out-email": "never", "quiet_from": "22:00", "quiet_until": "06:00", **change})
    assert answer.status_code == 422
    assert (kept(mona), Preferences.objects.count()) == ([], 0)


def test_another_warehouse_is_not_there(client, mona, south):
    client.force_login(mona)
    for method in (client.get, client.post):
        assert method(f"{ADDRESS}?warehouse=SOUTH").status_code == 404


def test_what_is_not_offered_stays_as_it_was(save, mona):
    Subscription.objects.create(person=mona, kind="low", channel="sms", mode="now")
    save(mona, **{"out-email": "never"})
    assert modes(mona) == {(None, "now"), (None, "never")}


def test_a_change_stands_in_the_audit_with_its_warehouse(save, mona, north):
    save(mona, "?warehouse=NORTH", **{"low-email": "never"})
    [entry] = LogEntry.objects.filter(content_type__model="subscription")
    assert (entry.actor, entry.additional_data["warehouse"]) == (mona, north.pk)


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        ("22:00", "06:00", "Quiet from 22:00 until 06:00 the next morning."),
        ("12:00", "13:30", "Quiet from 12:00 until 13:30."),
        ("22:00", "00:00", "Quiet from 22:00 until 00:00 the next morning."),
    ],
)
def test_quiet_hours_are_said_in_words(save, page, mona, begins, ends, said):
    save(mona, quiet_from=begins, quiet_until=ends)
    assert said in page(mona).content.decode()
    save(mona, quiet_from="", quiet_until="")
    kept = Preferences.objects.get(person=mona)
    assert (kept.quiet_from, kept.quiet_until) == (None, None)


@pytest.mark.parametrize(
    ("times", "field", "sentence"),
    [
        ({"quiet_from": "22:00"}, "quiet_until", "Write both ends of the quiet hours, or empty both."),
        ({"quiet_until": "22:00"}, "quiet_from", "Write both ends of the quiet hours, or empty both."),
        (
            {"quiet_from": "22:00", "quiet_until": "22:00"},
            "quiet_until",
            "Quiet hours end at another time than they begin. Empty both for none.",
        ),
        ({"quiet_from": "25:00", "quiet_until": "06:00"}, "quiet_from", "Write the time like 22:00."),
        ({"digest_at": ""}, "digest_at", "Write the time like 22:00."),
    ],
)
def test_times_that_make_no_sense_are_refused_beside_the_field(save, mona, times, field, sentence):
    answer = save(mona, **times)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [sentence]}
    assert Preferences.objects.count() == 0


def test_the_database_refuses_quiet_hours_without_a_length(mona):
    with pytest.raises(IntegrityError, match="preferences_quiet_hours_have_a_length"), transaction.atomic():
        Preferences.objects.create(person=mona, quiet_from=time(7), quiet_until=time(7))


def test_the_times_hold_by_the_clock_of_the_person(save, page, see, north):
    """22:30 in Berlin, where 21:30 is no time yet to be quiet."""
    ana = person("manager", {north: "manage"}, time_zone="Europe/Berlin")
    assert "By the clock of your time zone, Europe/Berlin." in page(ana).content.decode()
    save(ana, quiet_from="22:00", quiet_until="06:00")
    see("low", at=datetime(2026, 11, 23, 21, 30, tzinfo=UTC))
    mail = Delivery.objects.get(person=ana, channel="email")
    assert mail.next_attempt == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def test_a_stop_is_shown_with_how_it_begins_again(page, twilio, mona):
    mona.phone = "+441632960961"
    mona.save()
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        Preferences.objects.create(person=mona, sms_stopped=timezone.now())
    text = page(mona).content.decode()
    sentence = "+441632960961 answered STOP on 23 Nov 2026, 10:00. Reply START to one of our SMS, and they begin again."
    assert sentence in text
    assert not re.search(r'name="channel" value="sms"', text)


def test_saving_the_times_leaves_a_stop_alone(save, mona):
    stopped = timezone.now()
    Preferences.objects.create(person=mona, sms_stopped=stopped)
    save(mona, digest_at="06:30")
    row = Preferences.objects.get(person=mona)
    assert (row.digest_at, row.sms_stopped) == (time(6, 30), stopped)


def test_what_is_missing_for_sms_and_push_is_said_with_the_way_there(page, twilio, firebase, mona):
    text = page(mona).content.decode()
    assert "SMS needs your phone number. Write it into your profile." in text
    assert 'class="button" href="/profile/"' in text
    assert "Push needs a device." in text
    assert 'class="button" href="/alerts/notifications/devices/"' in text


def test_a_number_that_nobody_has_checked_is_said_to_be_one(page, twilio, mona):
    mona.phone = "+441632960961"
    mona.save()
    sentence = "+441632960961, from your profile. Nobody has checked that it is yours: a test shows it."
    assert sentence in page(mona).content.decode()


def test_the_profile_leads_here(client, mona):
    client.force_login(mona)
    assert f'href="{ADDRESS}"' in client.get("/profile/").content.decode()


@pytest.mark.parametrize("number", [1, 3, 50])
def test_the_page_costs_the_same_however_much_was_chosen(client, django_assert_num_queries, north, mona, number):
    places = [north, *WarehouseFactory.create_batch(number - 1)]
    for place in places:
        set_right(person=mona, warehouse=place, right="manage")
        Subscription.objects.create(person=mona, warehouse=place, kind="low", channel="email", mode="never")
    client.force_login(mona)
    client.get(ADDRESS)
    with django_assert_num_queries(7):
        client.get(ADDRESS)
