"""A row that every request asks for, as its object: the question is built once, for Django takes longer to build it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


def first(model: type[M], condition: str, values: Sequence[Any], **also: str) -> M | None:
    """Return the object of the first row for which the SQL of `condition` holds; None where there is none.

    `also` names further attributes and the SQL of each.
    """
    question, names, converters = _reading(model, tuple(also.values()))
    with connection.cursor() as cursor:
        cursor.execute(f"{question} WHERE {condition}", values)
        row = cursor.fetchone()
    if row is None:
        return None
    stored = list(row)
    for place, convert in converters:
        stored[place] = convert(stored[place], None, connection)
    found = model.from_db(connection.alias, names, stored[: len(names)])
    for name, value in zip(also, stored[len(names) :], strict=True):
        setattr(found, name, value)
    return found


@cache
def _reading(
    model: type[models.Model], also: tuple[str, ...]
) -> tuple[str, list[str], list[tuple[int, Callable[..., Any]]]]:
    """Return what reads a model's rows, column by column as a kept plan needs it, its fields and their converters."""
    fields = model._meta.concrete_fields
    columns = ", ".join([*(str(field.column) for field in fields), *also])
    converters = [
        (place, convert) for place, field in enumerate(fields) for convert in field.get_db_converters(connection)
    ]
    reads = f"SELECT {columns} FROM {model._meta.db_table}"  # nosec B608 # names of our own tables and columns
    return reads, [field.attname for field in fields], converters
