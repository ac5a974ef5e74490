"""What can go wrong in reports.

ReportsError
├── RolledUpElsewhere
└── NoSealKey
"""


class ReportsError(Exception):
    """Something that reports cannot do."""


class RolledUpElsewhere(ReportsError):
    """The mark lies ahead of this database's transactions: it was restored from another one, so rebuild the rollup."""


class NoSealKey(ReportsError):
    """A seal was made with a key that is neither SEAL_KEY nor among SEAL_KEY_FALLBACKS."""
