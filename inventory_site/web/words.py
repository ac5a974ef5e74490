"""Words that a person types into a search field."""

import string

PUNCTUATION = string.punctuation
SPACED = str.maketrans(PUNCTUATION, " " * len(PUNCTUATION))
MOST = 10


def prefix_query(text: str) -> str:
    """Return a raw PostgreSQL text query that asks for every word as a prefix, or "" where there is no word.

    Without punctuation nothing is left that could end a quoted word.
    """
    return " & ".join(f"'{word}':*" for word in text.translate(SPACED).split()[:MOST])
