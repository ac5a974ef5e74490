"""CSV as it is sent: a row at a time, numbers as numbers, and no text that a spreadsheet would run as a formula."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.http import StreamingHttpResponse

from .quantity import format_quantity

Cell = str | int | Decimal | date | None

# How a cell begins that Excel, LibreOffice or Google Sheets take for a formula (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_download(name: str, header: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> StreamingHttpResponse:
    """Answer with the rows as a file of this name, UTF-8, sent while they are read."""
    answer = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def csv_lines(header: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """Give the header and the rows as encoded lines, one after the other."""
    writer = csv.writer(_Line())
    yield writer.writerow(map(csv_cell, header))
    for row in rows:
        yield writer.writerow(map(csv_cell, row))


def csv_cell(value: Cell) -> str | int:
    """Write one cell: a number in plain digits, a day or moment as ISO 8601, text as it is unless it could run."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return format_quantity(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"'{value}" if value.startswith(FORMULA) else value


class _Line:
    """A file that gives back what is written to it, for the writer returns what its file returns."""

    def write(self, line: str) -> bytes:
        return line.encode()
