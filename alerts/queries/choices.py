"""What somebody has chosen to be told, beside what holds without a choice."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from alerts.models import Channel, Kind, Mode, Subscription
from alerts.queries.recipients import DEFAULT, people_to_tell, told_by_default
from warehouses.models import Warehouse, WarehouseQuerySet, where_held

# What holds where some of somebody's warehouses are told of and others not: the choice, and the sentence about it.
BY_ROLE: dict[str, tuple[str | Promise, str | Promise]] = {
    User.Role.MANAGER: (
        gettext_lazy("Default: where you manage"),
        gettext_lazy("By default you are told at once, in the app and by e-mail, of the warehouses that you manage."),
    ),
    User.Role.ADMIN: (
        gettext_lazy("Default: where nobody manages"),
        gettext_lazy("By default you are told at once, in the app and by e-mail, of warehouses that nobody manages."),
    ),
}


@dataclass(frozen=True)
class Cell:
    """One choice: a kind through a channel. `usual` is what holds without it, None where that depends on the place."""

    kind: Kind
    channel: Channel
    stored: Subscription | None
    usual: Mode | None
    usual_words: str

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.channel}"

    @property
    def chosen(self) -> str:
        """The mode that was chosen, "" for what holds without a choice."""
        return self.stored.mode if self.stored and self.stored.mode != self.usual else ""

    @property
    def modes(self) -> list[Mode]:
        """What can be chosen instead of what holds anyway; what stands in the app has no digest."""
        return [mode for mode in Mode if mode != self.usual and (self.channel, mode) != (Channel.APP, Mode.DIGEST)]


def kinds_for(person: User, warehouse: Warehouse | None) -> list[Kind]:
    """Return what the person can choose about; the system's alerts are of no warehouse and the admins' alone."""
    system = warehouse is None and person.role == User.Role.ADMIN
    return [kind for kind in Kind if kind != Kind.SYSTEM or system]


def choices_of(person: User, warehouse: Warehouse | None, channels: list[Channel]) -> list[Cell]:
    """Return the choices of somebody for a warehouse, or (None) for all of theirs. At most two queries.

    Without one of its own a warehouse follows what was chosen for all of them.
    """
    place = warehouse.pk if warehouse else None
    kept = {
        (each.warehouse_id, each.kind, each.channel): each
        for each in Subscription.objects.filter(person=person)
        if each.warehouse_id in (None, place)
    }
    told = _told_by_default(person, warehouse)
    cells = []
    for kind in kinds_for(person, warehouse):
        always = True if kind == Kind.SYSTEM else told
        for channel in channels:
            everywhere = kept.get((None, kind, channel)) if warehouse else None
            usual, words = _usual(person, channel, always, everywhere)
            stored = kept.get((place, kind, channel))
            cells.append(Cell(kind, channel, stored, usual, words))
    return cells


def _usual(
    person: User, channel: Channel, told: bool | None, everywhere: Subscription | None
) -> tuple[Mode | None, str]:
    """Return what holds without a choice, and its words."""
    if everywhere:
        mode = Mode(everywhere.mode)
        return mode, _("%(mode)s (as in all warehouses)") % {"mode": mode.label}
    if told is None and channel in DEFAULT:
        return None, str(BY_ROLE[person.role][0])
    mode = Mode.NOW if told and channel in DEFAULT else Mode.NEVER
    return mode, _("%(mode)s (default)") % {"mode": mode.label}


def _told_by_default(person: User, warehouse: Warehouse | None) -> bool | None:
    """Say whether somebody is told of a warehouse's alerts without a choice, None where not of all of theirs."""
    if warehouse:
        return person in told_by_default(people_to_tell({warehouse.pk}), warehouse.pk)
    if person.role == User.Role.ADMIN:
        return None
    manages, sees = set(where_held(person, "manage") or ()), set(where_held(person, "view") or ())
    return True if manages and manages == sees else None if manages else False


def partly(person: User, cells: list[Cell]) -> str:
    """Return the sentence about what holds in some warehouses alone, "" where these choices know nothing of that."""
    return str(BY_ROLE[person.role][1]) if any(cell.usual is None for cell in cells) else ""


def warehouses_of(person: User) -> WarehouseQuerySet:
    """Return those whose alerts the person may see and choose about."""
    return Warehouse.objects.for_user(person, "view").open().order_by("code")


def differing(person: User) -> WarehouseQuerySet:
    """Return the warehouses for which the person has chosen something of their own."""
    own = Subscription.objects.filter(person=person).exclude(warehouse=None)
    return warehouses_of(person).filter(pk__in=own.values("warehouse"))


def by_kind(cells: list[Cell]) -> Iterator[tuple[Kind, list[Cell]]]:
    """Give the choices row by row."""
    for kind in dict.fromkeys(cell.kind for cell in cells):
        yield kind, [cell for cell in cells if cell.kind == kind]
