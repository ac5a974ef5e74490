"""What is looked at once a night."""

from datetime import datetime

from alerts.services import system
from stock.queries.verify import verify


def verify_books(*, at: datetime) -> int:
    """Check every law of the ledger and tell admins of differences, or that there are none any more; return how many.

    The check reads one snapshot and locks nothing; it takes up to a minute at ten million rows, and longer in
    proportion to them.
    """
    differences = sum(finding.total for finding in verify(limit=1))
    system.report_ledger(differences=differences, at=at)
    return differences
