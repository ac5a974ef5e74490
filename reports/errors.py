"""What can go wrong in reports.

ReportsError
└── RolledUpElsewhere
"""


class ReportsError(Exception):
    """Something that reports cannot do."""


class RolledUpElsewhere(ReportsError):
    """The mark lies ahead of this database's transactions: it was restored from another one, so rebuild the rollup."""
