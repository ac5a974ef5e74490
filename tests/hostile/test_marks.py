"""The mark that asks for the next page comes from anybody: garbage and flipped bits are refused, and never an error."""

import base64

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.calls import CALLS
from tests.factories import person
from tests.test_markers import OURS
from tests.worlds import two_worlds

pytestmark = pytest.mark.django_db

NOW = timezone.now().isoformat()
GARBAGE = [
    *(
        "-1",
        "1e3",
        "1_000",
        "٣",
        "+5",
        "1" + "0" * 30,
        "NaN",
        "' OR 1=1 --",
        "x" * 3000,
        "\x00",
        "\N{RIGHT-TO-LEFT OVERRIDE}",
    ),
]
# As the time line marks its lines: a moment, a source and a key.
LIKE_ONE = [
    *(
        "~~",
        "a~a~a",
        f"{NOW}~a~x",
        f"{NOW}~a~{2**63}",
        f"{NOW}~a~1_0",
        f"{NOW}~a~٣",
        f"{NOW}~o~1",
        f"{NOW}~z~1",
        f"{NOW}~~1",
    ),
    *(f"{NOW}~ao~1", f"{NOW}~a~1~1", f"{NOW[:-6]}~a~1", "0001-01-01T00:00:00+14:00~a~1"),
    *("9999-12-31T23:59:59-14:00~a~1", f"{NOW}~a~{'9' * 5000}"),
]
UNKNOWN = ["order", "page", "sort", "limit", "size", "offset", "cursor", "format", "fields", "_method"]


@pytest.fixture
def lists(client):
    """Every page of ours that is asked with a mark, as an admin may open it."""
    worlds = two_worlds()
    client.force_login(person("admin"))
    return [
        reverse(name, kwargs=next(iter(CALLS[name](worlds))).kwargs)
        for name in OURS
        if name.endswith(("-list", "-detail", ":matrix", "-people"))
    ]


def test_garbage_for_a_mark_is_refused_or_finds_nothing(client, lists):
    assert len(lists) >= 15
    broken = {}
    for address in lists:
        for mark in GARBAGE:
            status = client.get(address, {"after": mark, "beyond": mark}).status_code
            if status not in (200, 400, 404):
                broken[address, mark] = status
    assert broken == {}


def test_garbage_for_a_mark_of_the_time_line_is_refused(client):
    client.force_login(person("admin"))
    answers = {mark: client.get("/audit/", {"after": mark}).status_code for mark in LIKE_ONE}
    far = {mark: 200 for mark in LIKE_ONE if mark[:4] in ("0001", "9999")}
    assert answers == {**dict.fromkeys(LIKE_ONE, 400), **far}


def test_parameters_that_nobody_made_change_nothing(client, lists):
    for address in lists[:8]:
        plain = client.get(address)
        odd = client.get(address, dict.fromkeys(UNKNOWN, "password"))
        assert (address, odd.status_code) == (address, plain.status_code)


def flipped(mark):
    """Give the mark with each of its bits turned once, every seventh of them: enough of every place."""
    raw = mark.encode()
    for place in range(0, len(raw) * 8, 7):
        turned = bytearray(raw)
        turned[place // 8] ^= 1 << (place % 8)
        yield turned.decode("latin-1")


@pytest.mark.parametrize("address", ["/audit/", "/transactions/"])
def test_a_mark_with_a_turned_bit_shows_nothing_of_others(client, address):
    worlds = two_worlds()
    somebody = person("manager", {worlds.own.place: "manage"})
    client.force_login(somebody)
    operation = worlds.alien.operation
    mark = f"{operation.created.isoformat()}~o~{operation.pk}" if address == "/audit/" else "987654"
    for turned in [mark, base64.b64encode(mark.encode()).decode(), *flipped(mark)]:
        answer = client.get(address, {"after": turned})
        assert (turned, answer.status_code in (200, 400)) == (turned, True)
        assert worlds.alien.word not in answer.content.decode().replace(turned, "")
