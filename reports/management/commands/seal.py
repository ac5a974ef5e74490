from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.services.seals import seal


class Command(BaseCommand):
    """Seals the finished day at once; the worker does it every night by itself."""

    help = "Seal the ledger and the audit log up to yesterday (UTC), unless that is done."

    def handle(self, *args: Any, **options: Any) -> None:
        made = seal(now=timezone.now())
        self.stdout.write(f"{made.number} {made.day} {made.root}" if made else _("Sealed already."))
