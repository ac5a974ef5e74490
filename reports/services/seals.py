"""Sealing what is final, and finding what was changed since.

A seal takes the rows of all transactions below the horizon (see `reports.services`) that no seal has taken yet, so a
row that commits late is in the next one. Its root is an HMAC-SHA-256 over its parts and the root before, with SEAL_KEY,
which the database never holds; and each root is also written outside the database, to `seals/roots.txt` in DATA_DIR and
to the log, so that the newest seals cannot be taken away unseen.

What a seal holds was written after the seal before it was made, so a row of a much earlier day was backdated: both
sealing and verifying name it. Rows may be ALLOWANCE older than the day of the seal before, which is itself the day
before that was made: a transaction lives for minutes (for hours, where somebody repairs by hand), an audit row's moment
is the application's clock, and that may be off. What is backdated by less, seals cannot tell from a late row.
"""

import hmac
import logging
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from reports.errors import NoSealKey
from reports.models import Seal, SealCheck, SealPart
from reports.queries.sealed import LEAST, MOST, TABLES, Part, Span, ahead, parts

log = logging.getLogger(__name__)

NOTHING_BEFORE = "0" * 64
ALLOWANCE = timedelta(days=1)
NUMBER, ROOT = re.compile("[0-9]{1,19}"), re.compile("[0-9a-f]{64}")
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
RESTORED = (
    "SELECT coalesce(max(id), 0) FROM {table} WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
)
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('reports.seals'))"


@dataclass(frozen=True)
class Problem:
    """What does not agree with the seals: on which day, in which table ("" for the seals themselves)."""

    day: date | None
    table: str
    words: str


@transaction.atomic(durable=True)
def seal(*, now: datetime) -> Seal | None:
    """Seal what is final and not sealed yet, up to the day before `now` (UTC); None where that is done already.

    Rows of the minutes between midnight and the sealing are sealed with it. Locks nothing that a booking waits for.
    """
    _execute(ONE_AT_A_TIME)
    last = Seal.objects.order_by("-number").first()
    day = now.astimezone(UTC).date() - timedelta(days=1)
    if last is not None and last.day >= day:
        _keep_outside([last])
        return None
    horizon = _execute(HORIZON)
    if last is not None and horizon < last.until and last.until != MOST:
        last = _close(last, day, now)
    after = _after(last) if last else dict.fromkeys(TABLES, LEAST)
    since = last.until if last else LEAST
    if last is not None and last.until == MOST:
        after, since = {table: _restored(table) for table in TABLES}, LEAST
    above = {f"{table}_after": number for table, number in after.items()}
    made = _make(Seal(day=day, made=now, since=since, until=horizon, **above), last)
    transaction.on_commit(lambda: _keep_outside(Seal.objects.order_by("number")))
    return made


def _close(last: Seal, day: date, now: datetime) -> Seal:
    """Seal what another cluster wrote after its last seal, before it was restored into this one."""
    above = {f"{table}_after": number for table, number in _after(last).items()}
    closing = Seal(day=day, made=now, since=last.until, until=MOST, **above)
    return _make(closing, last, {table: _restored(table) for table in TABLES})


def _make(new: Seal, last: Seal | None, up_to: dict[str, int] | None = None) -> Seal:
    after = _after(new)
    found = [
        part
        for table in TABLES
        for part in parts(Span(table, [new.since, new.until], after[table], (up_to or {}).get(table, MOST)))
    ]
    new.number = last.number + 1 if last else 1
    new.previous = last.root if last else NOTHING_BEFORE
    new.key = fingerprint(settings.SEAL_KEY)
    lines = [SealPart(seal=new, table=p.table, day=p.day, rows=p.rows, digest=p.digest) for p in found]
    new.root = root_of(new, lines)
    new.save(force_insert=True)
    SealPart.objects.bulk_create(lines)
    seals = list(Seal.objects.prefetch_related("parts").order_by("number"))
    floors = {table: _floors(seals, table) for table in TABLES}
    for part in found:
        if part.oldest < floors[part.table][new.number]:
            log.error("sealed rows of %s (%s) that came after that day was sealed", part.oldest, part.table)
    return new


def _floors(seals: Iterable[Seal], table: str) -> dict[int, date]:
    """Return for each seal the first day that its rows of a table can have, by number.

    History is loaded into an empty table, so what was never sealed before may be of any day. A seal that took no
    transaction, for one was open all the time, leaves what is behind it to a later one; and the seal that closes a
    restored cluster's time is made after rows of the new one: neither moves the floor.
    """
    floors, floor, begun = {}, date.min, False
    for each in seals:
        floors[each.number] = floor
        begun = begun or any(part.table == table for part in each.parts.all())
        if begun and each.since < each.until != MOST:
            floor = each.day - ALLOWANCE
    return floors


def _after(seal: Seal) -> dict[str, int]:
    """Return above which id of each table the seal holds."""
    return {"ledger": seal.ledger_after, "transit": seal.transit_after, "audit": seal.audit_after}


def fingerprint(key: str) -> str:
    """Return what tells a key from others without telling anything about it."""
    return sign(key, "holdfast seal key")[:16]


def key_of(sealed_with: str) -> str:
    """Return the key of this fingerprint. Raises NoSealKey."""
    for key in (settings.SEAL_KEY, *settings.SEAL_KEY_FALLBACKS):
        if fingerprint(key) == sealed_with:
            return str(key)
    raise NoSealKey(sealed_with)


def sign(key: str, text: str) -> str:
    """Return the HMAC-SHA-256 of a text, in hexadecimal digits."""
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()


def text_of(seal: Seal, lines: Iterable[SealPart]) -> str:
    """Return what a root signs: the same text in an export, where a script without this project reads it."""
    made = seal.made.astimezone(UTC).isoformat(timespec="microseconds")
    bounds = f"{seal.since} {seal.until} {seal.ledger_after} {seal.transit_after} {seal.audit_after}"
    said = sorted(f"{line.table} {line.day} {line.rows} {line.digest}" for line in lines)
    return "\n".join([f"holdfast seal {seal.number} {seal.day} {made} {bounds} {seal.key}", seal.previous, *said])


def root_of(seal: Seal, lines: Iterable[SealPart]) -> str:
    """Return the root of a seal over these parts. Raises NoSealKey."""
    return sign(key_of(seal.key), text_of(seal, lines))


def roots_file() -> Path:
    return Path(settings.DATA_DIR) / "seals" / "roots.txt"


def _keep_outside(seals: Iterable[Seal]) -> None:
    """Write the roots that the file does not hold yet to it and to the log, whatever else stands in it."""
    path, wanted = roots_file(), list(seals)
    path.parent.mkdir(parents=True, exist_ok=True)
    last = max((each.number for each in wanted), default=0)
    newest = max((number for number, _day, _root in _kept()[0] if number <= last), default=0)
    with path.open("a+b") as file:
        # A line that was cut off stays a line of its own.
        if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) and file.read() != b"\n":
            file.write(b"\n")
        for each in wanted:
            if each.number > newest:
                file.write(f"{each.number} {each.day} {each.root}\n".encode())
                log.info("sealed %s: seal %s, root %s", each.day, each.number, each.root)


def _kept() -> tuple[list[tuple[int, date, str]], list[int]]:
    """Return what the file holds, number, day and root; and which of its lines, from 1, cannot be read."""
    path = roots_file()
    kept, unreadable = [], []
    for place, line in enumerate(path.read_bytes().splitlines() if path.exists() else [], 1):
        try:
            number, day, root = line.decode().split(" ")
            if not (NUMBER.fullmatch(number) and ROOT.fullmatch(root)):
                raise ValueError(line)
            kept.append((int(number), date.fromisoformat(day), root))
        except ValueError:
            unreadable.append(place)
    return kept, unreadable


def verify(*, now: datetime, sessions: int = 2) -> list[Problem]:
    """Compare everything that was sealed with its seals; return what does not agree, by day, and note the outcome.

    Nothing is locked. `sessions` connections digest at the same time; within a transaction of the caller's, whose rows
    no other connection sees, it is one.
    """
    if connection.in_atomic_block:
        sessions = 1
    seals = list(Seal.objects.prefetch_related("parts").order_by("number"))
    problems = [*_in_chain(seals), *_outside(seals), *_ahead(seals)]
    floors = {table: _floors(seals, table) for table in TABLES}
    eras = [list(era) for _after, era in groupby(seals, _after)]
    for era, following in zip(eras, [*eras[1:], None], strict=True):
        for table in TABLES:
            problems += _in_rows(table, era, following[0] if following else None, floors[table], sessions)
    problems.sort(key=lambda problem: (problem.day or date.min, problem.table))
    SealCheck.objects.update_or_create(id=1, defaults={"at": now, "seals": len(seals), "problems": len(problems)})
    return problems


def _execute(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0] or 0


def _restored(table: str) -> int:
    return _execute(RESTORED.format(table=TABLES[table]))


def _in_chain(seals: Sequence[Seal]) -> Iterator[Problem]:
    before: Seal | None = None
    for each in seals:
        if each.number != (before.number + 1 if before else 1):
            yield Problem(each.day, "", _("Seals before number %d are missing.") % each.number)
        elif each.previous != (before.root if before else NOTHING_BEFORE):
            yield Problem(each.day, "", _("Seal %d does not continue the one before.") % each.number)
        try:
            if not hmac.compare_digest(each.root, root_of(each, each.parts.all())):
                yield Problem(each.day, "", _("Seal %d was changed.") % each.number)
        except NoSealKey:
            words = {"number": each.number, "key": each.key}
            yield Problem(each.day, "", _("The key %(key)s of seal %(number)d is not among the keys.") % words)
        before = each


def _outside(seals: Sequence[Seal]) -> Iterator[Problem]:
    """Compare the seals with the roots that are kept outside the database."""
    kept, unreadable = _kept()
    held = {each.number: each for each in seals}
    for place in unreadable:
        yield Problem(None, "", _("Line %d of the file of roots cannot be read.") % place)
    for number, day, root in kept:
        if number not in held:
            yield Problem(day, "", _("Seal %d is gone from the database.") % number)
        elif held[number].root != root:
            yield Problem(held[number].day, "", _("Seal %d has another root than the file of roots.") % number)
    for number in sorted(held.keys() - {number for number, _day, _root in kept}):
        yield Problem(held[number].day, "", _("Seal %d is missing in the file of roots.") % number)


def _ahead(seals: Sequence[Seal]) -> Iterator[Problem]:
    for table in TABLES:
        if rows := ahead(table, getattr(seals[-1], f"{table}_after") if seals else LEAST):
            text = _("%d rows bear transaction numbers that this database has not reached: forged, or restored.")
            yield Problem(None, table, text % rows)


def _in_rows(
    table: str, era: Sequence[Seal], following: Seal | None, floors: dict[int, date], sessions: int
) -> Iterator[Problem]:
    """Compare one table with the seals of one cluster's time."""
    after, up_to = f"{table}_after", MOST
    if following is not None:
        up_to = getattr(following, after)
    bounds = [era[0].since, *(each.until for each in era)]
    span = Span(table, bounds, getattr(era[0], after), up_to)
    found = {(part.place, part.day): part for part in parts(span, sessions=sessions)}
    for place, each in enumerate(era):
        sealed = {part.day: part for part in each.parts.all() if part.table == table}
        standing = {day: part for (where, day), part in found.items() if where == place}
        for day in sorted(sealed.keys() | standing.keys()):
            if words := _differs(sealed.get(day), standing.get(day)):
                yield Problem(day, table, words)
            elif standing[day].oldest < floors[each.number]:
                yield Problem(standing[day].oldest, table, _("Rows of this day came after it was sealed."))


def _differs(sealed: SealPart | None, standing: Part | None) -> str:
    was, is_now = sealed.rows if sealed else 0, standing.rows if standing else 0
    if was != is_now:
        text = _("%(was)d rows were sealed, %(is)d stand there: rows are missing, or were put in.")
        return text % {"was": was, "is": is_now}
    if sealed and standing and sealed.digest != standing.digest:
        return _("The rows are not what was sealed: one was edited, or its place was changed.")
    return ""
