"""What every sheet shows of its lines, whatever is done with them."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from django import forms

F = TypeVar("F", bound=forms.Form)


class SheetLines(Generic[F]):
    """The lines of a sheet and what is wrong with it as a whole; looks to templates like a formset."""

    lines: list[F]
    wrong: list[str]

    def __iter__(self) -> Iterator[F]:
        return iter(self.lines)

    @property
    def total_error_count(self) -> int:
        return sum(len(line.errors) for line in self.lines if line.is_bound) + len(self.wrong)

    @property
    def non_form_errors(self) -> list[str]:
        return self.wrong
