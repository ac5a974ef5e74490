"""What the catalogue's services raise.

CatalogError
├── FieldRefused        understood and not possible; the sentence stands beside the field (422)
├── InUse               it cannot be deleted while something refers to it (422)
└── EditedMeanwhile     somebody else saved the same thing in the meantime (409)
"""

from django.utils.translation import gettext as _


class CatalogError(Exception):
    """Something that the catalogue refuses; its words are for the person."""


class FieldRefused(CatalogError):
    """What stands in one field is not possible."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class InUse(CatalogError):
    """Something refers to what was to be deleted."""


class EditedMeanwhile(CatalogError):
    """Somebody else saved while the form was open; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else saved this product while you had it open, so your changes are not saved. Open it again.")
        )
