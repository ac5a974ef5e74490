"""The same key books once and answers every time; with other contents it is refused and tells nothing."""

import uuid
from datetime import UTC, datetime

import pytest

from stock.errors import KeyReused, Refused
from stock.models import Operation
from tests.desk import Desk, level
from tests.factories import LocationFactory, ProductFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_second_send_answers_with_the_first_booking(desk, north, bolt):
    key = uuid.uuid4()
    first = desk.receive(north, bolt, 5, key=key, reference="PO-1")
    again = desk.receive(north, bolt, "5.000", key=key, reference="PO-1", at=datetime(2026, 1, 1, tzinfo=UTC))
    assert (again.key, again.at, again.replayed) == (first.key, first.at, True)
    assert level(bolt, north) == 5


def test_anything_else_under_the_key_is_refused(desk, north, south, bolt):
    key, other = uuid.uuid4(), Desk(UserFactory(role="admin"))
    desk.receive(north, bolt, 5, key=key)
    for change in (
        lambda: desk.receive(north, bolt, 6, key=key),
        lambda: desk.receive(south, bolt, 5, key=key),
        lambda: desk.receive(north, ProductFactory(), 5, key=key),
        lambda: desk.receive(north, bolt, 5, LocationFactory(warehouse=north), key=key),
        lambda: desk.receive(north, bolt, 5, key=key, reference="PO-2"),
        lambda: desk.ship(north, bolt, 5, key=key),
        lambda: other.receive(north, bolt, 5, key=key),
    ):
        with pytest.raises(KeyReused):
            change()
    assert (level(bolt, north), Operation.objects.count()) == (5, 1)


def test_a_refusal_stores_nothing_so_the_mended_operation_may_use_its_key(desk, north, bolt):
    key = uuid.uuid4()
    desk.receive(north, bolt, 5)
    with pytest.raises(Refused):
        desk.ship(north, bolt, 6, key=key)
    desk.ship(north, bolt, 5, key=key)
    assert level(bolt, north) == 0


def test_a_replay_answers_even_when_the_operation_would_be_refused_by_now(desk, north, bolt):
    key = uuid.uuid4()
    desk.receive(north, bolt, 5)
    desk.ship(north, bolt, 5, key=key)
    assert desk.ship(north, bolt, 5, key=key).replayed
    north.status = "closed"
    north.save()
    assert desk.ship(north, bolt, 5, key=key).replayed
