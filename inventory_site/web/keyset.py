"""Keyset pages: "what comes after this one", at the same cost on page 1 and on page 10,000."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import BadRequest, ValidationError
from django.db import models

M = TypeVar("M", bound=models.Model)

PAGE_SIZE = 25


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """One page of rows; `after` is the mark that asks for the next one, "" on the last."""

    rows: list[M]
    after: str


def keyset_page(queryset: models.QuerySet[M], *, by: str, after: str, size: int = PAGE_SIZE) -> KeysetPage[M]:
    """Return the page behind the mark `after` ("" for the first), ordered by the unique field `by` ("-id": falling).

    One query. Raises BadRequest for a mark that is no value of the field.
    """
    name = by.removeprefix("-")
    if after:
        try:
            mark = cast("models.Field[Any, Any]", queryset.model._meta.get_field(name)).to_python(
                after.replace("\x00", "")
            )
        except ValidationError as error:
            raise BadRequest("bad mark") from error
        queryset = queryset.filter(**{f"{name}__{'lt' if by.startswith('-') else 'gt'}": mark})
    rows = list(queryset.order_by(by)[: size + 1])
    more = len(rows) > size
    return KeysetPage(rows[:size], str(getattr(rows[size - 1], name)) if more else "")
