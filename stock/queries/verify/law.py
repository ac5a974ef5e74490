"""What a law is: something that must be true, and the query that finds where it is not."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Law:
    """What must be true, and a query of the rows that break it.

    The query returns product_id and warehouse_id (either may be null) and the figures that `words` is written from.
    """

    name: Promise
    words: Promise
    sql: str
