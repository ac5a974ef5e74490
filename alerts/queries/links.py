"""The signed link of a message under which its alert is acknowledged: writing it and reading it.

The token names the alert, the person and which telling of the alert the message was (its `told_count`); it is signed,
not kept, and lasts a week. Whether it still works is `alerts.services.links`'s to say.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.errors import LinkSpent
from alerts.models import Alert, Delivery

SALT = "alerts.acknowledge"
LIFE = timedelta(days=7)


@dataclass(frozen=True)
class Invited:
    """What a link stands for: whom it was sent to, about which alert, with which telling of it."""

    alert: Alert
    person: User
    telling: int


def acknowledge_link(delivery: Delivery) -> str:
    """Return the address under which the person of this delivery acknowledges its alert, "" where there is none."""
    if delivery.alert is None:
        return ""
    what = [delivery.alert_id, delivery.person_id, telling_of(delivery)]
    path = reverse("alerts:alert-link", args=[signing.dumps(what, salt=SALT)])
    return f"{settings.BASE_URL}{path}"


def telling_of(delivery: Delivery) -> int:
    """Return which telling of its alert a delivery is, as `observing.WRITE` has put it into the key."""
    assert delivery.alert is not None
    parts = delivery.dedupe_key.split(":")
    known = parts[:2] == ["alert", str(delivery.alert_id)] and len(parts) > 2 and parts[2].isdecimal()
    return int(parts[2]) if known else delivery.alert.told_count


def read_link(token: str) -> Invited:
    """Return what a token stands for, whether or not it still works.

    Raises LinkSpent for one that is too old, signing.BadSignature for one that we have not written.
    """
    try:
        alert, person, telling = signing.loads(token, salt=SALT, max_age=LIFE)
    except signing.SignatureExpired as error:
        raise LinkSpent(_("This link is more than 7 days old. Sign in to see the alert.")) from error
    try:
        found = Alert.objects.with_names().get(pk=alert)
        return Invited(found, User.objects.get(pk=person), telling)
    except (Alert.DoesNotExist, User.DoesNotExist) as error:
        raise LinkSpent(_("This alert is no longer there.")) from error
