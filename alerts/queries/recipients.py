"""Who is told of an incident, through which channel and when."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from accounts.models import User
from accounts.queries import people_around, with_rights
from alerts.models import Alert, Channel, Delivery, Mode, Preferences, Subscription

# How those are told who have chosen nothing: nobody has to subscribe to be told.
DEFAULT = (Channel.APP, Channel.EMAIL)


@dataclass(frozen=True)
class Telling:
    """One delivery to come: to whom, through what, as what it waits and until when (None: it leaves at once)."""

    person: User
    channel: Channel
    status: Delivery.Status
    due: datetime | None


def people_to_tell(warehouses: Collection[int]) -> list[User]:
    """Return the people who may have to be told of something in these warehouses, with their choices. One query."""
    choosing = Exists(_chosen(warehouses))
    return with_rights(_choosing(warehouses).filter(Q(role__in=[User.Role.ADMIN, User.Role.MANAGER]) | choosing))


def people_by_id(ids: Collection[int], warehouses: Collection[int]) -> dict[int, User]:
    """Return those of these people who have a right in one of the warehouses, and admins, with their choices."""
    return {person.pk: person for person in with_rights(_choosing(warehouses).filter(pk__in=ids))}


def admins_to_tell(warehouses: Collection[int]) -> list[User]:
    """Return the admins with their choices. One query."""
    return with_rights(_choosing(warehouses).filter(role=User.Role.ADMIN))


def in_person(alert: Alert, person: User, *, now: datetime) -> list[Telling]:
    """Return what leaves to somebody whom an incident waits for, as by default told at once; none if it is not theirs.

    In the app always; what they left for a digest leaves at once as well. Quiet hours hold. No query.
    """
    if not may_be_told(person, alert.warehouse_id):
        return []
    channels = [channel for channel, _mode in _modes(person, alert, True) if channel != Channel.APP]
    return [Telling(person, channel, *_when(person, channel, Mode.NOW, now)) for channel in (Channel.APP, *channels)]


def _chosen(warehouses: Collection[int]) -> QuerySet[Subscription]:
    return Subscription.objects.filter(Q(warehouse=None) | Q(warehouse__in=warehouses), person=OuterRef("pk"))


def _choosing(warehouses: Collection[int]) -> QuerySet[User]:
    fields = JSONObject(warehouse="warehouse_id", kind="kind", channel="channel", mode="mode")
    return (
        people_around(warehouses)
        .annotate(chosen=ArraySubquery(_chosen(warehouses).values(json=fields)))
        .select_related("preferences")
        .order_by("pk")
    )


def tellings(alert: Alert, people: Sequence[User], *, now: datetime) -> list[Telling]:
    """Return what leaves to whom about an incident. `people` are `people_to_tell` of its warehouse. No query."""
    default = told_by_default(people, alert.warehouse_id)
    return [
        Telling(person, channel, *_when(person, channel, mode, now))
        for person in people
        if may_be_told(person, alert.warehouse_id)
        for channel, mode in _modes(person, alert, person in default)
    ]


def told_by_default(people: Sequence[User], warehouse: int | None) -> list[User]:
    """Return who is told of a warehouse's alerts without a choice: its managers, where nobody manages it the admins.

    `people` are `people_to_tell` of the warehouse; of the system (None) the admins are told. No query.
    """
    seeing = [person for person in people if may_be_told(person, warehouse)]
    admins = [person for person in seeing if person.role == User.Role.ADMIN]
    others = [person for person in seeing if person.role != User.Role.ADMIN]
    return [person for person in others if warehouse and person.may("manage", warehouse)] or admins


def may_be_told(person: User, warehouse: int | None) -> bool:
    """Say whether somebody may know of an alert of this warehouse (None: of the system, which is the admins')."""
    if warehouse is None:
        return person.is_active and person.role == User.Role.ADMIN
    return person.is_active and person.may("view", warehouse)


def _modes(person: User, alert: Alert, default: bool) -> Iterator[tuple[Channel, Mode]]:
    chosen = {
        (each["warehouse"], each["channel"]): Mode(each["mode"])
        for each in person.chosen  # type: ignore[attr-defined]
        if each["kind"] == alert.kind
    }
    for channel in Channel:
        usual = Mode.NOW if default and channel in DEFAULT else Mode.NEVER
        mode = chosen.get((alert.warehouse_id, channel), chosen.get((None, channel), usual))
        stopped = channel == Channel.SMS and preferences_of(person).sms_stopped
        if mode != Mode.NEVER and not stopped:
            yield channel, mode


def preferences_of(person: User) -> Preferences:
    """Return what somebody has chosen, or the defaults."""
    return person.preferences if hasattr(person, "preferences") else Preferences(person=person)


def _when(person: User, channel: Channel, mode: Mode, now: datetime) -> tuple[Delivery.Status, datetime | None]:
    if channel == Channel.APP:
        return Delivery.Status.SENT, None
    if mode == Mode.DIGEST:
        return Delivery.Status.DIGEST, digest_due(person, now)
    return Delivery.Status.WAITING, quiet_end(person, now)


def digest_due(person: User, now: datetime) -> datetime:
    """Return when the next digest of this person leaves: at their hour, later where that is a quiet one."""
    at, zone = preferences_of(person).digest_at, ZoneInfo(person.time_zone)
    today = now.astimezone(zone).date()
    due = next(each for each in (_moment(today, at, zone), _moment(today + timedelta(days=1), at, zone)) if each > now)
    return quiet_end(person, due) or due


def quiet_end(person: User, now: datetime) -> datetime | None:
    """Return the end of the quiet hours in which this moment lies, None where it lies in none."""
    chosen, zone = preferences_of(person), ZoneInfo(person.time_zone)
    begins, ends = chosen.quiet_from, chosen.quiet_until
    if begins is None or ends is None:
        return None
    local = now.astimezone(zone)
    clock, day = local.time(), local.date()
    if begins < ends:
        quiet = begins <= clock < ends
    else:
        quiet = clock >= begins or clock < ends
        day += timedelta(days=1) if clock >= begins else timedelta(0)
    end = _moment(day, ends, zone)
    # In an hour that comes twice they end the first time.
    return end if quiet and end > now else None


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when the clocks of a zone show this; of an hour that comes twice the first, of one left out the next."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
