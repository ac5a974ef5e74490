"""What the stock services raise.

StockError
├── Refused             the operation is understood and not possible; names every problem (422)
│   └── StillOpen       it cannot go out of use; says which goods, transfers and counts stand open
├── NotReversible       the operation cannot be undone; says why and what came later (422)
├── KeyReused           the key was used for something else (409)
├── StateMovedOn        somebody else changed the thing meanwhile (409)
└── Busy                others hold the rows for too long; try again with the same key (503)

Problem                 one thing wrong with one line, or with the whole operation
├── InsufficientStock
├── LevelTooHigh
├── BadQuantity
├── ProductArchived
├── BadLocation
├── BadLot
└── BadOperation
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from inventory_site.web.quantity import format_quantity

if TYPE_CHECKING:
    from stock.models import Operation
    from stock.queries.obstacles import Obstacles


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with line `line` (from 0; None: the whole operation), beside which field, and how to mend it."""

    line: int | None = None
    field: str = ""

    @property
    def message(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class InsufficientStock(Problem):
    """Fewer on hand than wanted, in the product's unit; `blocked` lie there too but may not leave this way.

    `expired` of the blocked ones are expired, and leave by a correction.
    `shared`: earlier lines of the same operation have taken from the same goods. `given`: nobody typed the quantity, it
    is that of an operation to be undone.
    """

    sku: str
    place: str
    wanted: Decimal
    on_hand: Decimal
    blocked: Decimal = Decimal(0)
    expired: Decimal = Decimal(0)
    shared: bool = False
    given: bool = False
    field: str = "quantity"

    @property
    def message(self) -> str:
        words = {"sku": self.sku, "place": self.place, "on_hand": format_quantity(self.on_hand)}
        if self.shared and self.on_hand:
            text = (
                _("Only %(on_hand)s left in %(place)s after the other lines of %(sku)s. Enter %(on_hand)s or less.")
                % words
            )
        elif self.shared:
            text = _("Nothing is left in %(place)s after the other lines of %(sku)s.") % words
        elif self.on_hand and self.given:
            text = _("Only %(on_hand)s on hand in %(place)s.") % words
        elif self.on_hand:
            text = _("Only %(on_hand)s on hand in %(place)s. Enter %(on_hand)s or less.") % words
        else:
            text = _("%(sku)s: 0 on hand in %(place)s.") % words
        if self.expired:
            expired = {"expired": format_quantity(self.expired)}
            text += " " + _("Another %(expired)s expired: they leave by Adjust, reason Expired.") % expired
        if self.blocked > self.expired:
            blocked = {"blocked": format_quantity(self.blocked - self.expired)}
            text += " " + _("Another %(blocked)s are in quarantine or not put away yet.") % blocked
        return text


@dataclass(frozen=True, kw_only=True)
class Sentence(Problem):
    """A problem whose sentence is all there is to know."""

    text: str

    @property
    def message(self) -> str:
        return self.text


class LevelTooHigh(Sentence):
    pass


class BadQuantity(Sentence):
    pass


class ProductArchived(Sentence):
    pass


class BadLocation(Sentence):
    pass


class BadLot(Sentence):
    pass


class BadOperation(Sentence):
    pass


class StockError(Exception):
    """Nothing was booked."""


class Refused(StockError):
    """The operation books whole or not at all, and `problems` says everything that keeps it from being booked."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class StillOpen(Refused):
    """A warehouse, bin or product cannot go out of use; `obstacles` are what stands open, for the page to link."""

    def __init__(self, problems: Sequence[Problem], obstacles: "Obstacles") -> None:
        super().__init__(problems)
        self.obstacles = obstacles


class NotReversible(StockError):
    """The operation cannot be undone. `later` took from the same bins since, newest first."""

    def __init__(self, message: str, later: Sequence["Operation"] = ()) -> None:
        super().__init__(message)
        self.later = tuple(later)


class KeyReused(StockError):
    """The key belongs to another operation, of which nothing is told."""

    def __str__(self) -> str:
        return _("This form was sent before with other contents. Open it again and enter what is left to do.")


class StateMovedOn(StockError):
    """Somebody else changed the thing since it was read."""


class Busy(StockError):
    """The rows stayed locked for longer than one wait; the same key may be sent again."""

    def __str__(self) -> str:
        return _("Somebody else is booking the same goods. Nothing was booked; send it again.")
