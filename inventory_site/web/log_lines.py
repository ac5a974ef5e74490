"""Lines of the log: what somebody sent cannot begin a line of its own, nor move the cursor of who reads it.

Nor does a line name anybody or open anything: a log is read by many. Libraries quote addresses of pages, the database
quotes the row that it refuses; so this is held where lines are written, whoever writes them.

A phone number is known by how it begins: with + or 00, or with 0 and 8 to 11 digits. Spaces may part its groups, behind
a + brackets and hyphens too. Amounts, ids and days begin otherwise. What stands between slashes is kept: a product's
number may look like a phone's, whoever runs the site needs to know which page failed, and no address of ours holds a
phone.
"""

import logging
import re
import time
import unicodedata

# Not within a word, a path, a version, a time or an id.
ALONE, END = r"(?<![\w./+-])(?<![0-9]:)", r"(?![\w/:-]|\.\w)"
GROUPS = "0[1-9][0-9]{1,4} ?[0-9]{3,8}(?: [0-9]{2,4}){0,3}"
MAILBOX = r"(?:\"[^\"\s]{1,64}\"|[^\s\"'()<>=,:;/@%]{1,64})"
DOMAIN = r"[^\s\"'()<>=,:;/@%]{1,255}\.[^\W\d_][\w-]{1,62}"
# Bounded, so that a long line costs little.
LEFT_OUT = (
    # The part of an address that lets somebody in: all of ours are longer than any key of an operation or a photo.
    (re.compile(r"(?<=/)[A-Za-z0-9_-]{40,}"), "[secret]"),
    (re.compile(r"(?<=\S)\?[^\s\"'?=]{1,100}=[^\s\"']*"), "?[query]"),
    # An address of e-mail: its name may be quoted, its @ written as %40, its domain in any alphabet.
    (re.compile(rf"{MAILBOX}(?:@|%40){DOMAIN}"), "[e-mail]"),
    (re.compile(r"\+[0-9](?:[ -]?\(?[0-9]\)?){5,14}(?![0-9])"), "[phone]"),
    (re.compile(rf"{ALONE}00[1-9](?: ?[0-9]){{6,13}}{END}"), "[phone]"),
    (re.compile(rf"{ALONE}(?=0(?: ?[0-9]){{8,11}}{END}){GROUPS}{END}"), "[phone]"),
)


class OneLineFormatter(logging.Formatter):
    """Writes every hidden character of a message as its code; the lines of a traceback are set in. Times are UTC.

    Secrets in addresses, queries, e-mail addresses and phone numbers are left out.
    """

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
    shown = "".join(
        f"\\u{ord(character):04x}" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character
        for character in text
    )
    for pattern, word in LEFT_OUT:
        shown = pattern.sub(word, shown)
    return shown
