from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.models import Seal
from reports.services.seals import verify


class Command(BaseCommand):
    """Compares the ledger and the audit log with their seals, and the seals with the roots kept outside."""

    help = "Find rows that were edited, deleted, inserted or reordered since they were sealed. Exits 1 on any."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = verify(now=timezone.now())
        for problem in problems:
            place = " ".join(filter(None, [str(problem.day or "–"), problem.table or _("seals")]))
            self.stdout.write(f"{place}: {problem.words}")
        if problems:
            text = ngettext("%(count)d problem", "%(count)d problems", len(problems))
            raise CommandError(text % {"count": len(problems)}, returncode=1)
        last = Seal.objects.order_by("-number").first()
        if last is None:
            self.stdout.write(_("Nothing is sealed yet."))
        else:
            words = {"count": last.number, "day": last.day}
            self.stdout.write(_("%(count)d seals hold, up to %(day)s.") % words)
