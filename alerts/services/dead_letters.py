"""Trying again what has failed for good.

A delivery that is tried again keeps its id, so a provider that did take it knows it again, and the provider's own id,
so a late report of what failed is known as such; the worker asks anew whether its person may still be told. One that
fails again falls back no second time.
"""

import logging

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.errors import NotFailed
from alerts.models import Delivery
from alerts.queries.dead_letters import unheard
from inventory_site.web.nudge import nudge

logger = logging.getLogger(__name__)

# So many at once: a provider that has refused all of them is not asked ten thousand times in a row.
MOST = 500


@transaction.atomic(durable=True)
def retry(*, delivery: Delivery, by: User) -> None:
    """Let a delivery that has failed wait again as if it had never been tried. Raises NotFailed where it has not."""
    if not _wait_again([delivery.pk], by):
        raise NotFailed(_("This message has not failed, or is being tried again already."))


@transaction.atomic(durable=True)
def retry_all(*, channel: str, by: User) -> int:
    """Do so with the newest of this channel ("" for all) that their people heard of in no other way, at most MOST.

    Return how many there were.
    """
    return _wait_again(list(unheard(channel).values_list("pk", flat=True)[:MOST]), by)


def _wait_again(ids: list[int], by: User) -> int:
    """Let those of these wait that still have failed; return how many. Of two at once, one finds each."""
    failed = Delivery.objects.filter(pk__in=ids, status=Delivery.Status.FAILED)
    waiting = Delivery.Status.WAITING
    done = failed.update(status=waiting, attempts=0, next_attempt=Now(), provider_status="")
    if done:
        logger.info("%d deliveries are tried again by person %s: %s", done, by.pk, ids)
        nudge("alerts.tasks.relay")
    return done
