"""Rows that are history: added, never changed."""

from typing import Any, NoReturn

from django.db import models


class LedgerIsAppendOnly(RuntimeError):
    """Code tried to change history; book a reversal instead."""


class AppendOnly(models.Model):
    """A row that raises where code tries to change or delete it; the database's trigger refuses raw SQL too."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise LedgerIsAppendOnly(type(self).__name__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnly(type(self).__name__)
