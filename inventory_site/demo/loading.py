"""The loads, each one transaction: the whole of it or nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from inventory_site.demo import company, journey
from inventory_site.demo.bare_tables import LEDGER, without_indexes
from inventory_site.demo.people import add_people
from inventory_site.demo.statements import Progress, be_patient, drop_staging, run

BINS = (25, 1300)
NOTE = "Found while putting away; the shelf label was wrong."


@dataclass(frozen=True)
class Plan:
    """How much to make up: products, lines of the ledger, days of history that end at `until`."""

    products: int
    movements: int
    days: int
    seed: int
    until: datetime

    def values(self) -> dict[str, Any]:
        """Give what the SQL needs to know; an operation has about five lines."""
        pairs = min(self.products * 10, self.movements // 4)
        batches = pairs + self.movements // 14
        warehouse_days = 10 * self.days
        fewest, most = BINS
        return {
            "movements": self.movements,
            "days": self.days,
            "seed": self.seed,
            "until": self.until,
            "pairs": pairs,
            "bins": min(max(self.products // 10, fewest), most),
            "put_away": 0.5 if self.movements >= 6 * pairs else 0.15,
            "receipts_a_day": max(1, batches // warehouse_days // 5),
            "shipments_a_day": max(1, self.movements * 6 // 10 // warehouse_days // 5),
            "transfers_a_day": max(1, batches // 20 // warehouse_days // 9 // 5),
        }


@transaction.atomic(durable=True)
def load_made_up(plan: Plan, progress: Progress) -> None:
    """Make up a company with its history."""
    be_patient()
    values = plan.values()
    with progress.step(_("Warehouses, people, products")):
        run("staging.sql", {"seed": plan.seed})
        add_people(company.add_warehouses())
        company.add_products(plan.products, plan.seed)
        run("bins.sql", values)
        run("days.sql", values)
    with progress.step(_("What was asked for and received")):
        run("history.sql", values)
    with progress.step(_("The lines of the ledger")):
        run("lines.sql", values)
    _book(plan.seed, progress)


@transaction.atomic(durable=True)
def load_real(seed: int, progress: Progress) -> journey.Report:
    """Load a year of a real grocer's sales."""
    be_patient()
    run("staging.sql", {"seed": seed})
    report = journey.stage(progress)
    _book(seed, progress)
    return report


def _book(seed: int, progress: Progress) -> None:
    """Turn `demo_line` into operations, ledger rows, levels and incidents."""
    with without_indexes(LEDGER, progress, _("Indexes, foreign keys and the triggers' checks")):
        with progress.step(_("The ledger")):
            run("ledger.sql", {"seed": seed, "note": NOTE})
        with progress.step(_("Levels and holdings")):
            run("levels.sql")
    with progress.step(_("Alerts")):
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE stock_stocktransaction, stock_inventory")
        run("incidents.sql")
    drop_staging()
