"""What a person was told, with what became of it: for themselves, and for admins."""

from datetime import time, timedelta

import pytest

from accounts.services import change_role, set_right
from alerts.models import Alert, Delivery, Preferences
from alerts.services.system import check_queues
from tests.alerts.conftest import MONDAY
from tests.factories import ProductFactory, person

ADDRESS = "/alerts/notifications/told/"


def rows(client, who, address=ADDRESS):
    client.force_login(who)
    return [(row.headline, row.channel) for row in client.get(address).context["page"].rows]


def test_each_delivery_stands_there_with_what_became_of_it(client, see, mona):
    see("low")
    mail = Delivery.objects.filter(person=mona, channel="email")
    mail.update(status="failed", error="550 No such user", provider_status="bounced")
    client.force_login(mona)
    text = client.get(ADDRESS).content.decode()
    for words in ("Low: BOLT-M8 at NORTH, 19 left", "E-mail", "Failed", "550 No such user", "bounced"):
        assert words in text
    assert f'href="/alerts/{Alert.objects.get().pk}/"' in text


def test_what_waits_says_until_when(client, see, mona):
    Preferences.objects.create(person=mona, quiet_from=time(7), quiet_until=time(9))
    see("low")
    client.force_login(mona)
    assert "until 23 Nov 2026, 09:00" in client.get(ADDRESS).content.decode()


def test_the_newest_comes_first_and_pages_go_on(client, see, mona):
    for product in ProductFactory.create_batch(15):
        see("low", product=product)
    client.force_login(mona)
    first = client.get(ADDRESS).context["page"]
    second = client.get(ADDRESS, {"after": first.after}).context["page"]
    seen = [row.pk for row in [*first.rows, *second.rows]]
    assert seen == sorted(Delivery.objects.filter(person=mona).values_list("pk", flat=True), reverse=True)
    assert (len(first.rows), len(second.rows), second.after) == (25, 5, "")


def test_what_others_were_told_is_not_there(client, see, mona, north):
    see("low")
    assert rows(client, person("manager", {north: "manage"})) == []


def test_alerts_of_a_warehouse_that_one_may_no_longer_see_are_not_there(client, see, mona, north, south):
    set_right(person=mona, warehouse=south, right="manage")
    see("low")
    see("low", warehouse=south)
    set_right(person=mona, warehouse=north, right=None)

    assert {headline for headline, _channel in rows(client, mona)} == {"Low: BOLT-M8 at SOUTH, 19 left"}


def test_an_admin_sees_anybodys_from_their_page(client, see, mona):
    see("low")
    ada = person("admin")
    address = f"{ADDRESS}{mona.pk}/"
    assert len(rows(client, ada, address)) == 2
    assert f'href="{address}"' in client.get(f"/people/{mona.pk}/").content.decode()
    assert "What Mona was told" in client.get(address).content.decode()


def test_an_admin_who_is_none_any_more_sees_nothing_of_the_system(client, mona, make_due):
    ada = person("admin")
    Delivery.objects.create(
        purpose="alert", dedupe_key="a", person=mona, channel="email", facts={"type": "test"}, status="waiting"
    )
    make_due()
    check_queues(at=MONDAY + timedelta(days=3000))
    assert any(headline.startswith("Messages are stuck") for headline, _channel in rows(client, ada))
    change_role(person=ada, role="manager", by=person("admin"))
    ada.refresh_from_db()
    assert not any(headline.startswith("Messages are stuck") for headline, _channel in rows(client, ada))


def test_managers_do_not_see_what_others_were_told(client, mona, north):
    client.force_login(mona)
    other = person("staff", {north: "operate"})
    assert client.get(f"{ADDRESS}{other.pk}/").status_code == 403


def test_an_empty_page_leads_to_a_test(client, mona):
    client.force_login(mona)
    text = client.get(ADDRESS).content.decode()
    assert "Nothing yet" in text
    assert "Send yourself a test" in text


@pytest.mark.parametrize("number", [1, 3, 50])
def test_the_page_costs_the_same_however_much_was_told(client, django_assert_num_queries, see, mona, number):
    for product in ProductFactory.create_batch(number):
        see("low", product=product)
    client.force_login(mona)
    client.get(ADDRESS)
    with django_assert_num_queries(2):
        client.get(ADDRESS)


def test_a_page_mark_that_is_none_is_refused(client, mona):
    client.force_login(mona)
    assert client.get(ADDRESS, {"after": "x"}).status_code == 400
