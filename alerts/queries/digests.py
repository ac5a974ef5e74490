"""What a digest tells its person: of the alerts that it gathered those that they may see at this moment."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.queries import people_around, with_rights
from alerts.models import Alert, AlertQuerySet, Delivery
from alerts.queries.recipients import may_be_told

# A mail lists no more; the page that it links to shows them all.
MOST = 100


@dataclass(frozen=True)
class Digest:
    """Incidents by warehouse ("" for the system's), the gravest first; `more` are not listed."""

    total: int
    resolved: int
    critical: int
    warehouses: list[tuple[str, list[Alert]]]

    @property
    def summary(self) -> str:
        """The numbers in a line, in the language in force."""
        values = {"total": self.total, "critical": self.critical, "resolved": self.resolved}
        return _("Alerts: %(total)s, critical: %(critical)s, resolved since: %(resolved)s.") % values

    @property
    def more(self) -> int:
        return self.total - sum(len(alerts) for _name, alerts in self.warehouses)


def digest_of(delivery: Delivery) -> Digest:
    """Return what a digest says. Four queries, however many alerts there are; MOST of them are held in memory."""
    gatherer = delivery
    while gatherer.fallback_of is not None:
        gatherer = gatherer.fallback_of
    told = Alert.objects.filter(pk__in=gatherer.gathered.values("alert"))
    told = _visible(delivery, told)
    resolved = Q(status=Alert.Status.RESOLVED)
    numbers = told.aggregate(
        total=Count("pk"),
        resolved=Count("pk", filter=resolved),
        critical=Count("pk", filter=~resolved & Q(severity=Alert.Severity.CRITICAL)),
    )
    gravest = list(told.with_names().order_by("-severity", "-id")[:MOST])
    # A stable sort by warehouse keeps the gravest first; the warehouse with the gravest comes first too.
    places = {place: n for n, place in reversed(list(enumerate(alert.warehouse_id for alert in gravest)))}
    gravest.sort(key=lambda alert: places[alert.warehouse_id])
    groups = [list(alerts) for _place, alerts in groupby(gravest, key=lambda alert: alert.warehouse_id)]
    return Digest(
        **numbers, warehouses=[(alerts[0].warehouse.name if alerts[0].warehouse else "", alerts) for alerts in groups]
    )


def _visible(delivery: Delivery, alerts: AlertQuerySet) -> AlertQuerySet:
    places = set(alerts.order_by().values_list("warehouse", flat=True).distinct())
    around = people_around([place for place in places if place]).filter(pk=delivery.person_id)
    [person] = with_rights(around) or [delivery.person]
    allowed = {place for place in places if may_be_told(person, place)}
    system = Q(warehouse=None) if None in allowed else Q(pk__in=[])
    return alerts.filter(system | Q(warehouse__in=[place for place in allowed if place]))
