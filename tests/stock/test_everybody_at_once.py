"""Two to six people act at the same moment, again and again: every verb against every other, on few goods.

After each such moment the laws hold, and the books are what was there before and everything that was acknowledged,
each once; who was refused was refused for a reason that what the others did can explain.
"""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import hypothesis
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from stock.errors import Busy, NotReversible, Refused, StateMovedOn
from stock.ledger import counting, transit
from stock.models import Count, Transfer
from stock.queries.verify import verify
from tests.stock.crowd import Crowd

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, MOMENTS = 6, 10
MOST_DAYS = 200


@pytest.fixture
def phones():
    """Threads that keep their connections."""
    pool = ThreadPoolExecutor(PEOPLE)
    yield pool
    for _ in range(PEOPLE):
        pool.submit(lambda: (time.sleep(0.05), connection.close()))
    pool.shutdown()


def at_the_same_moment(phones, deeds):
    """Do these deeds at once; return what each gave or was refused with. Nothing else may be raised."""
    start = threading.Barrier(len(deeds))

    def do(deed):
        start.wait()
        try:
            return deed.do()
        except (Refused, NotReversible, StateMovedOn, Busy) as refused:
            return refused

    return list(phones.map(do, deeds))


def differences():
    """Return what breaks a law. Within a transaction all of them are asked over the one connection that is there."""
    with transaction.atomic():
        return [difference for finding in verify() for difference in finding.first]


def live_through(phones, examples):
    @settings(
        max_examples=examples,
        deadline=None,
        # What threads do is not the same twice: there is nothing to shrink.
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @given(st.integers(0, 2**32))
    def moments(seed):
        dice, crowd = random.Random(seed), Crowd()
        for _ in range(MOMENTS):
            deeds = crowd.choose(dice, dice.randint(2, PEOPLE))
            before = crowd.levels()
            outcomes = at_the_same_moment(phones, deeds)
            crowd.account(deeds, outcomes)
            crowd.refusals_are_explained(before, deeds, outcomes)
            assert differences() == []

    moments()


def test_whatever_people_do_at_once_each_of_it_is_booked_once_or_refused(phones):
    # The laws are asked of everything that was ever booked here, so many more would take ever longer.
    live_through(phones, min(settings.default.max_examples // 4, MOST_DAYS))


@pytest.fixture
def transfers_without_a_lock(monkeypatch):
    monkeypatch.setattr(transit, "lock_transfer", lambda pk: Transfer.objects.get(pk=pk))


@pytest.fixture
def counts_without_a_lock(monkeypatch):
    monkeypatch.setattr(counting, "hold", lambda count: Count.objects.select_related("warehouse").get(pk=count.pk))


@pytest.mark.parametrize("fault", ["levels_without_a_lock", "transfers_without_a_lock", "counts_without_a_lock"])
def test_the_same_people_catch(phones, request, fault):
    request.getfixturevalue(fault)
    # What happened once need not happen again when it is tried again: that is Flaky, and caught all the same.
    with pytest.raises((AssertionError, DatabaseError, Flaky)):
        live_through(phones, 200)
