"""What an answer of a provider over HTTP, or none, means for the message."""

import re
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from django.utils import timezone
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError

from alerts.errors import ChannelDown, ChannelError, Deferred, Refused

# Every call ends after so many seconds.
TIMEOUT = 10
# No provider keeps a channel shut for longer, whatever it says.
LONGEST_WAIT = timedelta(days=1)
UNREACHED = (ConnectTimeoutError, NewConnectionError, SSLError)


def judge(status: int, words: str, retry_after: str | None = None) -> ChannelError:
    """Return what an answer of this status means: 429 stops the channel for as long as it says, other 4xx are final."""
    said = f"{status} {_without_numbers(words)}".strip()
    if status == 429:
        return ChannelDown(said, _wait(retry_after))
    if 400 <= status < 500 and status != 408:
        return Refused(said)
    return Deferred(said)


def unanswered(error: BaseException) -> ChannelError:
    """Return what it means that no answer came: nobody is there, or nobody knows whether the message was taken."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None) or cause
    if isinstance(reason, UNREACHED):
        return ChannelDown(f"{type(error).__name__}: {type(reason).__name__}")
    return Deferred(f"{type(error).__name__}: {_without_numbers(str(error))}")


def _wait(retry_after: str | None) -> timedelta | None:
    """Read Retry-After, which counts seconds or names a moment; at most a day."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        wait = timedelta(seconds=int(text))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - timezone.now()
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


def _without_numbers(words: str) -> str:
    """Leave out phone numbers, which providers like to quote: reasons are shown to people who may not see them."""
    return re.sub(r"\+?[0-9]{7,}", "…", words)
