"""A made-up audit log, as long as one wishes, for a company that stands there already."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from inventory_site.demo.bare_tables import AUDIT, without_indexes
from inventory_site.demo.statements import Progress, be_patient, run

DAYS = 730


@transaction.atomic(durable=True)
def leave_trail(rows: int, *, seed: int, until: datetime, progress: Progress) -> None:
    """Write so many rows of the audit log, two years of them up to `until`, by set-based SQL.

    They are one transaction's, so the next seal takes them all. Locks the audit log until it is done.
    """
    be_patient()
    with without_indexes(AUDIT, progress, _("Indexes of the audit log")), progress.step(_("The audit log")):
        run("trail.sql", {"rows": rows, "seed": seed, "until": until, "days": DAYS})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE auditlog_logentry")
