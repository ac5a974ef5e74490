"""The browsers that get push messages: added, named, removed; and the page that alone may talk to Google."""

import pytest
from django.urls import reverse

from accounts.services.second_factor import keys
from alerts.models import PushDevice
from tests.factories import person

ADDRESS = "/alerts/notifications/devices/"
FID = "c" + "Ab3_-" * 4 + "z"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
OURS = "connect-src 'self'"
GOOGLES = "connect-src 'self' https://firebaseinstallations.googleapis.com https://fcmregistrations.googleapis.com"


@pytest.fixture
def ana(client, db):
    somebody = person(name="Ana")
    client.force_login(somebody)
    return somebody


@pytest.fixture
def add(client):
    def post(fid=FID):
        return client.post(f"{ADDRESS}add/", {"fid": fid}, headers={"User-Agent": CHROME})

    return post


def directives(answer):
    return {each.strip() for each in answer["Content-Security-Policy"].split(";")}


def test_this_page_alone_may_talk_to_firebase_and_to_nobody_else(client, ana, firebase):
    everywhere = directives(client.get("/alerts/notifications/"))
    assert OURS in everywhere
    assert directives(client.get(ADDRESS)) == everywhere - {OURS} | {GOOGLES}
    for address in ("/", "/profile/", "/alerts/", "/alerts/notifications/told/", "/sw.js", "/nothing/"):
        assert directives(client.get(address)) == everywhere, address


def test_where_push_is_not_set_up_it_says_so_and_may_not_even_talk(client, ana):
    answer = client.get(ADDRESS)
    text = answer.content.decode()
    assert "Push is not set up here. Ask an admin." in text
    assert OURS in directives(answer)
    assert "Turn push on" not in text
    assert "devices.js" not in text


def test_the_firebase_client_is_loaded_on_this_page_alone(client, ana, firebase):
    assert "js/devices.js" in client.get(ADDRESS).content.decode()
    for address in ("/", "/profile/", "/alerts/", "/alerts/notifications/"):
        assert "devices.js" not in client.get(address).content.decode()


def test_the_service_worker_stands_at_the_root_for_everybody(client, db):
    answer = client.get(reverse("service-worker"))
    assert (answer.request["PATH_INFO"], answer.status_code) == ("/sw.js", 200)
    assert answer["Content-Type"].partition(";")[0] == "text/javascript"
    assert "no-store" in answer["Cache-Control"]


def test_a_browser_is_added_under_the_name_that_it_gives_itself(client, ana, firebase, add):
    assert add().url == ADDRESS
    device = PushDevice.objects.get()
    assert (device.person, device.name) == (ana, "Chrome, Android")
    assert "Chrome, Android" in client.get(ADDRESS).content.decode()


def test_its_id_is_kept_encrypted_and_shown_nowhere(client, ana, firebase, add):
    add()
    device = PushDevice.objects.get()
    assert FID not in device.token
    assert keys().decrypt(device.token).decode() == FID
    assert FID not in client.get(ADDRESS).content.decode()


def test_the_same_browser_twice_is_one_and_keeps_its_name(client, ana, firebase, add):
    add()
    client.post(f"{ADDRESS}{PushDevice.objects.get().pk}/", {"name": "Scanner 3"})
    add()
    assert [device.name for device in PushDevice.objects.all()] == ["Scanner 3"]


def test_a_browser_belongs_to_who_turned_it_on_last(client, ana, firebase, add):
    add()
    ben = person(name="Ben")
    client.force_login(ben)
    add()
    assert [device.person for device in PushDevice.objects.all()] == [ben]


def test_nobody_has_more_than_ten(client, ana, firebase, add):
    for number in range(10):
        add(f"{FID}{number}")
    answer = add(f"{FID}x")
    assert answer.status_code == 422
    assert "You have 10 devices, which is the most. Remove one first." in answer.content.decode()
    assert PushDevice.objects.count() == 10
    # One that is there already is no eleventh.
    assert add(f"{FID}3").status_code == 302


@pytest.mark.parametrize("fid", ["", "short", "x" * 201, "a b" * 10, "<script>alert(1)</script>", "\x00" * 22])
def test_what_is_no_registration_is_refused(client, ana, firebase, add, fid):
    answer = add(fid)
    assert answer.status_code == 422
    assert "This device was not registered. Use the button of this page." in answer.content.decode()
    assert not PushDevice.objects.exists()
    # The page that says so is the same one: its button works.
    assert GOOGLES in directives(answer)


def test_where_push_is_not_set_up_none_is_added(client, ana, add):
    assert add().status_code == 422
    assert not PushDevice.objects.exists()


def test_a_device_gets_another_name(client, ana, add_device):
    device = add_device(ana)
    client.post(f"{ADDRESS}{device.pk}/", {"name": "Scanner 3"})
    device.refresh_from_db()
    assert device.name == "Scanner 3"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Give the device a name."), ("x" * 101, "at most 100 characters"), ("Scan\u202ener", "hidden character")],
)
def test_a_name_that_cannot_be_is_refused_beside_its_field(client, ana, add_device, name, sentence):
    device, other = add_device(ana), add_device(ana, "another")
    answer = client.post(f"{ADDRESS}{device.pk}/", {"name": name})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert f'id="device-{device.pk}-name_error"' in text
    assert f'id="device-{other.pk}-name_error"' not in text
    assert PushDevice.objects.get(pk=device.pk).name == device.name


def test_a_device_is_removed(client, ana, add_device):
    device = add_device(ana)
    assert client.post(f"{ADDRESS}{device.pk}/remove/").url == ADDRESS
    assert not PushDevice.objects.exists()


def test_somebody_elses_device_is_not_there(client, ana, add_device):
    device = add_device(person())
    for address in (f"{ADDRESS}{device.pk}/", f"{ADDRESS}{device.pk}/remove/"):
        assert client.post(address, {"name": "Mine"}).status_code == 404
    assert PushDevice.objects.get().name == device.name


@pytest.mark.parametrize("number", [1, 3, 10])
def test_the_page_costs_the_same_however_many_there_are(client, django_assert_num_queries, ana, add_device, number):
    for each in range(number):
        add_device(ana, f"device {each}")
    client.get(ADDRESS)
    with django_assert_num_queries(2):
        client.get(ADDRESS)
