"""Reads about alerts, always through what the person may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from accounts.queries import people_with
from alerts.models import Alert, AlertEvent, AlertQuerySet, Delivery, Kind
from alerts.queries.links import telling_of
from warehouses.models import Warehouse


def needs_attention(user: User, warehouse: Warehouse | None = None, *, limit: int = 5) -> list[Alert]:
    """Return the incidents that nobody has acknowledged, the most severe first, then the newest. One query."""
    alerts = Alert.objects.visible_to(user).unclaimed()
    if warehouse is not None:
        alerts = alerts.at(warehouse)
    # Chosen from the alerts alone, and named afterwards: of thousands only a handful is joined.
    worst = alerts.order_by("-severity", "-id").values("pk")[:limit]
    return list(Alert.objects.filter(pk__in=worst).with_names().order_by("-severity", "-id"))


def deliveries_of(alert: Alert) -> QuerySet[Delivery]:
    """Return who was told of the alert, the newest first, and by name who was told at once."""
    return alert.deliveries.select_related("person").order_by("-created", "person__name", "person_id", "channel")


def operable(user: User, alerts: Iterable[Alert]) -> set[int | None]:
    """Return the ids of the warehouses of these alerts (None: of the system) in which the person may act on them."""
    return {each.warehouse_id for each in alerts if may_act(user, each)}


def may_act(user: User, alert: Alert) -> bool:
    """Say whether somebody may change this alert: operate in its warehouse; those of the system are the admins'."""
    if alert.warehouse_id is None:
        return user.is_active and user.role == User.Role.ADMIN
    return user.may("operate", alert.warehouse_id)


def people_who_may_act(alert: Alert) -> QuerySet[User]:
    """Return whom the alert can be given to."""
    if alert.warehouse is None:
        return User.objects.active().filter(role=User.Role.ADMIN)
    return people_with("operate", alert.warehouse)


def history_of(alert: Alert) -> QuerySet[AlertEvent]:
    """Return what has happened to the alert, from its beginning."""
    return alert.events.select_related("by").order_by("id")


def unread(person: User) -> int:
    """Return of how many open incidents, which the person still may see, they have not read in the app. One query."""
    seen = Alert.objects.visible_to(person).unclaimed()
    return Delivery.objects.unread_by(person).filter(alert__in=seen).values("alert").distinct().count()


def narrowed(alerts: AlertQuerySet, chosen: Mapping[str, str], person: User) -> AlertQuerySet:
    """Return those of this kind, of this severity, and given to this person (`mine`), as far as each is chosen."""
    if kind := chosen.get("kind"):
        alerts = alerts.filter(cause=Alert.Cause.SYSTEM) if kind == Kind.SYSTEM else alerts.filter(type=kind)
    if severity := chosen.get("severity"):
        alerts = alerts.filter(severity=severity)
    return alerts.filter(assignee=person) if chosen.get("mine") else alerts


@dataclass(frozen=True)
class Entry:
    """One line of an alert's history; `told` are the deliveries of a telling, for those who may know of them."""

    event: AlertEvent
    told: list[Delivery]

    @property
    def until(self) -> datetime | None:
        """The end of a rest, where this is one."""
        return datetime.fromisoformat(self.event.facts["until"]) if self.event.facts.get("until") else None

    @property
    def type_words(self) -> str:
        """What the alert was from here on, where that is what the line says."""
        says = self.event.kind in (AlertEvent.Kind.OPENED, AlertEvent.Kind.CHANGED, AlertEvent.Kind.REOPENED)
        return str(Alert.Type(self.event.facts["type"]).label) if says and "type" in self.event.facts else ""


def time_line(events: Iterable[AlertEvent], deliveries: Iterable[Delivery]) -> list[Entry]:
    """Return the history, the newest first, with who was told each time. No query but those of its arguments."""
    by_telling: dict[int, list[Delivery]] = {}
    for delivery in deliveries:
        by_telling.setdefault(telling_of(delivery), []).append(delivery)
    tellings, entries = 0, []
    for event in events:
        tellings += event.kind == AlertEvent.Kind.TOLD
        told = by_telling.pop(tellings, []) if event.kind == AlertEvent.Kind.TOLD else []
        entries.append(Entry(event, told))
    return entries[::-1]
