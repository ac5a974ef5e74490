"""Texts that a person types and others read: what you see is what is stored."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Control and format characters (bidi marks, zero width, byte order), line and paragraph separators, lone surrogates.
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
LINE_BREAKS = "\n\r\t"


def refuse_hidden_characters(text: str) -> None:
    """Refuse a line with a character that nobody sees; a model field's validator."""
    _refuse(text, "")


def refuse_hidden_characters_in_lines(text: str) -> None:
    """Refuse a text of several lines with a character that nobody sees; line breaks and tabs are fine."""
    _refuse(text, LINE_BREAKS)


def readable(text: str) -> str:
    """Return a text that is asked for without what can never be stored, so that any text may be looked up."""
    spaced = (" " if character.isspace() else character for character in text)
    return "".join(character for character in spaced if unicodedata.category(character) not in HIDDEN)


def _refuse(text: str, allowed: str) -> None:
    for character in text:
        if unicodedata.category(character) in HIDDEN and character not in allowed:
            raise ValidationError(
                _("This holds a hidden character (%(code)s). Delete the text and type it again."),
                code="hidden_character",
                params={"code": f"U+{ord(character):04X}"},
            )
