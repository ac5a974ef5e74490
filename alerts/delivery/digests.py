"""Digests: what waited for the hour of its person becomes one delivery a channel and day."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.queries import people_around, with_rights
from alerts.models import Delivery
from alerts.queries.recipients import may_be_told

# People at a time: their rows alone are held in memory, as numbers.
PEOPLE = 100
# One gatherer at a time: two would make two digests of one person's alerts. A number that nobody else locks.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('alerts.digests'))"
# The channel is part of the key: a digest tells what was left for this channel alone, also where another brings it.
# A day's digest that has not left yet takes more in. One that has left does not: the rest waits for the next day's.
GATHER = """
    WITH due AS (
        SELECT d.id, d.person_id, d.channel, d.alert_id,
               'digest:' || (now() AT TIME ZONE u.time_zone)::date || ':' || d.channel AS key
        FROM alerts_delivery d JOIN accounts_user u ON u.id = d.person_id
        WHERE d.id = ANY(%s)
    ), made AS (
        INSERT INTO alerts_delivery AS old (purpose, dedupe_key, person_id, channel, facts, status, attempts,
                                            next_attempt, provider_id, provider_status, error, created)
        SELECT 'digest', key, person_id, channel,
               jsonb_build_object('type', 'digest', 'count', count(DISTINCT alert_id)::text),
               'waiting', 0, now(), '', '', '', now()
        FROM due GROUP BY key, person_id, channel
        ON CONFLICT (dedupe_key, person_id, channel) DO UPDATE
        SET facts = jsonb_set(old.facts, '{count}', to_jsonb(
            ((old.facts ->> 'count')::int + (excluded.facts ->> 'count')::int)::text
        )) WHERE old.status = 'waiting' AND old.attempts = 0
        RETURNING id, person_id, channel
    )
    UPDATE alerts_delivery d
    SET status = CASE WHEN made.id IS NULL THEN 'digest' ELSE 'gathered' END, digest_id = made.id,
        next_attempt = CASE WHEN made.id IS NULL THEN d.next_attempt + interval '1 day' ELSE d.next_attempt END
    FROM due LEFT JOIN made USING (person_id, channel) WHERE d.id = due.id
"""


def gather() -> None:
    """Make the digests whose time has come. What a person may no longer see is withdrawn instead."""
    while _gather():
        pass


@transaction.atomic(durable=True)
def _gather() -> bool:
    """Make the digests of some people, in one transaction; return whether there may be more."""
    due = Delivery.objects.filter(status=Delivery.Status.DIGEST, next_attempt__lte=Now())
    if not due.exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        if cursor.fetchone() != (True,):
            return False
        people = list(due.values_list("person", flat=True).distinct()[:PEOPLE])
        rows = due.filter(person__in=people).select_for_update(no_key=True, of=("self",)).order_by("pk")
        found = list(rows.values_list("pk", "person_id", "alert__warehouse_id"))
        allowed = _allowed(found)
        gone = [pk for pk, _person, _place in found if pk not in allowed]
        why = "The person may no longer see the warehouse."
        Delivery.objects.filter(pk__in=gone).update(status=Delivery.Status.WITHDRAWN, error=why)
        cursor.execute(GATHER, [list(allowed)])
    return True


def _allowed(found: Sequence[tuple[int, int, int | None]]) -> set[int]:
    around = people_around({place for _pk, _person, place in found if place})
    people = {person.pk: person for person in with_rights(around.filter(pk__in={person for _pk, person, _ in found}))}
    return {pk for pk, person, place in found if person in people and may_be_told(people[person], place)}
