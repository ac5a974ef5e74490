"""Which passwords nobody may choose."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# 54,905 passwords of 12 characters or more, in small letters: what shorter ones there are, the length refuses. Where
# they come from and under which licences stands in leaked_passwords.licence.txt.
LEAKED = Path(__file__).with_name("leaked_passwords.txt.gz")
# What people who guess try first here; the name in BASE_URL counts too.
CONTEXT = ("holdfast", "inventory", "warehouse", "stock", "staff", "manager", "admin", "welcome")
LEAST_OF_ONES_OWN = 8


class LeakedPasswordValidator(CommonPasswordValidator):
    """Refuses passwords that are known from leaks, without asking anybody outside."""

    def __init__(self) -> None:
        super().__init__(LEAKED)

    def get_error_message(self) -> str:
        return _("This password is known from leaks, so it is tried first. Choose another.")

    def get_help_text(self) -> str:
        return _("No password that is known from leaks.")


class ContextWordsValidator:
    """Refuses passwords that are little but the words of this place: without them too few characters are left."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        host = re.split(r"[.\d-]+", urlsplit(settings.BASE_URL).hostname or "")
        words = sorted({*CONTEXT, *(part for part in host if len(part) > 3)}, key=len, reverse=True)
        left = re.sub("|".join(map(re.escape, words)), "", password.casefold())
        if len(left) < min(LEAST_OF_ONES_OWN, len(password)):
            raise ValidationError(
                _("This is little but words that everybody here would try. Add words of your own."), code="context"
            )

    def get_help_text(self) -> str:
        return _("Not only words like the product's name, the role or the address of this site.")
