"""Files that people are given."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


def json_parts(facts: Mapping[str, Any]) -> Iterator[str]:
    """Write one JSON object piece by piece; what is an iterator becomes a list, of which one row at a time is held."""
    for n, (name, value) in enumerate(facts.items()):
        yield f"{',' if n else '{'}\n{_json(name)}: "
        if isinstance(value, Iterator):
            yield from _rows(value)
        else:
            yield _json(value)
    yield "\n}\n"


def _rows(rows: Iterator[Any]) -> Iterator[str]:
    yield "["
    for n, row in enumerate(rows):
        yield f"{',' if n else ''}\n{_json(row)}"
    yield "]"


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
