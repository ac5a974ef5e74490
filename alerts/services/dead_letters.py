"""Trying again what has failed for good."""

import logging

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.errors import NotFailed
from alerts.models import Delivery
from inventory_site.web.nudge import nudge

logger = logging.getLogger(__name__)


@transaction.atomic(durable=True)
def retry(*, delivery: Delivery, by: User) -> None:
    """Let a delivery that has failed wait again as if it had never been tried. Raises NotFailed where it has not.

    It keeps its id, so a provider that did take it knows it again. One that has failed again falls back no second time.
    """
    failed = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.FAILED)
    waiting = Delivery.Status.WAITING
    if not failed.update(status=waiting, attempts=0, next_attempt=Now(), provider_id="", provider_status=""):
        raise NotFailed(_("This message has not failed, so there is nothing to try again."))
    logger.info("Delivery %s is tried again by person %s", delivery.pk, by.pk)
    nudge("alerts.tasks.relay")
