from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports import services


class Command(BaseCommand):
    """Makes the daily sums anew: after a restore into another database cluster, or where they are in doubt."""

    help = "Make the daily sums of the reports anew from the whole ledger. Pages show the old ones until it is done."

    def handle(self, *args: Any, **options: Any) -> None:
        taken = services.rebuild(now=timezone.now())
        self.stdout.write(f"Counted {taken:,} rows of the ledger.")
