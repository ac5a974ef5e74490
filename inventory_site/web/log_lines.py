"""Lines of the log: what somebody sent cannot begin a line of its own, nor move the cursor of who reads it."""

import logging
import time
import unicodedata


class OneLineFormatter(logging.Formatter):
    """Writes every hidden character of a message as its code; the lines of a traceback are set in. Times are UTC."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    @staticmethod
    def converter(moment: float | None) -> time.struct_time:
        return time.gmtime(moment)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return _visible(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        first, *rest = super().format(record).split("\n")
        return "\n".join([first, *(f"    {_visible(line)}" for line in rest)])


def _visible(text: str) -> str:
    return "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character
        for character in text
    )
