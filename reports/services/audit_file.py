"""The time line as a file that proves itself: whoever has the key can tell whether a line was changed, on which day.

The rows are CSV, one record a line, the moment first. Behind them stands the proof, in records that begin with `#`:

    #export,1,KEY,MOMENT            the format, which key signed it, when it was made
    #day,DAY,ROWS,DIGEST,SIGN       for each day: its lines, their SHA-256, the signature over these and the one before
    #seal,ROOT,TEXT...              the seals that hold rows of those days, and those between: root, what it signs
    #end,ROWS,SIGN                  all rows, and the signature over everything above

Signatures are HMAC-SHA-256 with SEAL_KEY. They prove what left the database; that the database was not changed before,
`verify_seals` says. A manager's file names the roots without the lines, which count the rows of every warehouse.
`static/verify_export.py` checks it without this project.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from django.conf import settings
from django.db.models import Max, Min

from inventory_site.web.csv_rows import Cell, csv_lines
from reports.models import Seal, SealPart
from reports.queries.timeline import Asked, Line, lines_of
from reports.services.seals import NOTHING_BEFORE, fingerprint, sign, text_of

CHUNK = 500


def signed_file(
    header: Iterable[str], rows: Iterable[tuple[datetime, tuple[Cell, ...]]], *, now: datetime, whole: bool
) -> Iterator[bytes]:
    """Give the lines of the file, and the proof behind them; nothing piles up. `whole`: tell all that the seals say."""
    everything, count, days = hashlib.sha256(), 0, _Days()
    [first] = csv_lines(header, ())
    everything.update(first)
    yield first
    for moment, cells in rows:
        at = moment.astimezone(UTC)
        line = _line(at.isoformat(timespec="microseconds"), *cells)
        everything.update(line)
        days.add(at.date(), line)
        count += 1
        yield line
    proof = [["#export", "1", fingerprint(settings.SEAL_KEY), now.astimezone(UTC).isoformat()], *days.proof()]
    proof += _seals(days.spoken, whole)
    for record in proof:
        line = _record(record)
        everything.update(line)
        yield line
    end = sign(settings.SEAL_KEY, f"holdfast export end\n{count}\n{everything.hexdigest()}")
    yield _record(["#end", str(count), end])


def all_lines(asked: Asked) -> Iterator[Line]:
    """Give the whole time line, a chunk at a time: four queries a chunk, each when its lines are wanted."""
    mark = ""
    while True:
        lines, mark = lines_of(asked, after=mark, size=CHUNK)
        yield from lines
        if not mark:
            return


class _Days:
    """The digests of the lines of each day, in the order in which the days come."""

    def __init__(self) -> None:
        self.done: list[list[str]] = []
        self.day: date | None = None
        self.rows = 0
        self.before = NOTHING_BEFORE

    @property
    def spoken(self) -> list[date]:
        return [date.fromisoformat(record[1]) for record in self.done]

    def add(self, day: date, line: bytes) -> None:
        if day != self.day:
            self._finish()
            self.day, self.rows, self.digest = day, 0, hashlib.sha256()
        self.rows += 1
        self.digest.update(line)

    def proof(self) -> list[list[str]]:
        self._finish()
        return self.done

    def _finish(self) -> None:
        if self.day is not None:
            said = f"{self.day}\n{self.rows}\n{self.digest.hexdigest()}"
            self.before = sign(settings.SEAL_KEY, f"holdfast export day\n{self.before}\n{said}")
            self.done.append(["#day", *said.split("\n"), self.before])
        self.day = None


def _seals(days: list[date], whole: bool) -> list[list[str]]:
    """Give the seals that hold rows of these days, whenever they were made; between them none is left out."""
    ends = SealPart.objects.filter(day__in=days).aggregate(Min("seal"), Max("seal")).values()
    seals = Seal.objects.filter(number__range=tuple(ends)).prefetch_related("parts").order_by("number")
    return [["#seal", each.root, *(text_of(each, each.parts.all()).split("\n") if whole else ())] for each in seals]


def _line(moment: str, *cells: Cell) -> bytes:
    """Write one row as one line: a line break within a cell becomes a space."""
    plain = [cell.replace("\r", " ").replace("\n", " ") if isinstance(cell, str) else cell for cell in cells]
    [line] = csv_lines([moment, *plain], ())
    return line


def _record(fields: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(fields)
    return line.getvalue().encode()


def said(changes: list[tuple[str, str, str]]) -> str:
    """Write what was changed as one cell."""
    return json.dumps([list(each) for each in changes], ensure_ascii=False) if changes else ""
