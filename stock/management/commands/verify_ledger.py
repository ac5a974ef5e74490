"""Check the laws of the ledger on live data."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stock.queries.verify import Finding, verify


class Command(BaseCommand):
    help = _(
        "Check every law of the ledger; name what breaks one by product and warehouse, and end with 1 if anything does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=20, help=_("how many differences of each law to print"))

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for finding in verify(limit=max(1, options["limit"])):
            total += finding.total
            self._print(finding)
            if options["verbosity"] > 1:
                self.stdout.write(_("%(seconds).1f s: %(law)s") % {"seconds": finding.seconds, "law": finding.law.name})
        words = ngettext("%(count)d difference", "%(count)d differences", total) % {"count": total}
        if total:
            raise CommandError(words, returncode=1)
        self.stdout.write(words)

    def _print(self, finding: Finding) -> None:
        if not finding.total:
            return
        self.stdout.write(f"{finding.law.name}: {finding.total}")
        for difference in finding.first:
            place = " @ ".join(filter(None, [difference.sku, difference.warehouse]))
            self.stdout.write(f"  {place or '–'}: {difference.words}")
        if hidden := finding.total - len(finding.first):
            self.stdout.write(_("  ... and %(hidden)d more") % {"hidden": hidden})
