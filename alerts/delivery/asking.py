"""Whether the people of a batch are still to be told, asked at the moment of sending."""

import time
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from accounts.queries import people_around, with_rights
from alerts.models import Channel, Delivery
from alerts.queries.recipients import may_be_told, preferences_of, quiet_end

# Two queries answer for a whole batch; an answer older than this is asked for again.
FRESH_SECONDS = 1.0


class Recipients:
    """The people of a batch with their rights around its warehouses and their choices, as of less than a second ago."""

    def __init__(self, claimed: Sequence[Delivery]) -> None:
        self._ids = {delivery.person_id for delivery in claimed}
        self._places = {delivery.alert.warehouse_id for delivery in claimed if delivery.alert}
        self._asked = float("-inf")
        self._active: dict[int, User] = {}
        self._around: dict[int, User] = {}

    def meet(self, delivery: Delivery) -> str:
        """Give the delivery its person as they are now; say why they are not to be told, "" where they are."""
        if time.monotonic() - self._asked > FRESH_SECONDS:
            self._ask()
        person = self._active.get(delivery.person_id)
        if person is None:
            return "The person is no longer active."
        delivery.person = person
        if delivery.alert:
            around = self._around.get(delivery.person_id)
            if around is None or not may_be_told(around, delivery.alert.warehouse_id):
                return "The person may no longer see the warehouse."
        return ""

    def _ask(self) -> None:
        active = User.objects.active().select_related("preferences").in_bulk(self._ids)
        around = people_around([place for place in self._places if place]).filter(pk__in=self._ids)
        self._active, self._around = active, {person.pk: person for person in with_rights(around)}
        self._asked = time.monotonic()


def quiet_until(delivery: Delivery) -> datetime | None:
    """Return the end of the quiet hours in which the person is now; a test that they asked for knows none."""
    return None if delivery.purpose == Delivery.Purpose.TEST else quiet_end(delivery.person, timezone.now())


def stopped(delivery: Delivery) -> bool:
    """Say whether the person has answered STOP to an SMS."""
    return delivery.channel == Channel.SMS and preferences_of(delivery.person).sms_stopped is not None
