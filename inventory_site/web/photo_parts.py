"""The parts of a photo's file, counted before anything is decoded: their cost shows in neither size nor pixels."""

import re

# Programs write a progressive JPEG in about 10 scans; each costs a pass over all its pixels.
MOST_SCANS = 50
# 15 MB of profile and metadata are 240 segments. Pillow keeps each in Python: 3.5 million took 7 s and 460 MB.
MOST_SEGMENTS = 1_000
# Programs write a PNG in chunks of 8 kB or more. 930,000 of no content took 3 s.
MOST_CHUNKS = 20_000
# All that stand alone are left out: stuffed and fill bytes, restarts.
MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
START, END, SCAN = 0xD8, 0xD9, 0xDA
PNG = b"\x89PNG\r\n\x1a\n"


class TooManyPartsError(ValueError):
    """A file of more parts than any camera or program writes."""


def scans_of(data: bytes) -> list[int]:
    """Return how many colours each scan of a JPEG holds, [] for another file. Raises TooManyPartsError.

    Looks for markers as libjpeg does, which goes on from one to the next whatever lies between, and for chunks as
    Pillow does; so neither finds more parts than were counted here.
    """
    if data.startswith(PNG):
        _count_chunks(data)
    return _scans(data) if data.startswith(b"\xff\xd8\xff") else []


def _scans(data: bytes) -> list[int]:
    found: list[int] = []
    place = 2
    for _number in range(MOST_SEGMENTS):
        marker = MARKER.search(data, place)
        if marker is None or (kind := data[marker.end() - 1]) in (START, END):
            return found
        place = marker.end()
        if kind == SCAN:
            found.append(int.from_bytes(data[place + 2 : place + 3]))
        if len(found) > MOST_SCANS:
            break
        place += max(2, int.from_bytes(data[place : place + 2]))
    raise TooManyPartsError


def _count_chunks(data: bytes) -> None:
    place = len(PNG)
    for _number in range(MOST_CHUNKS):
        if place >= len(data):
            return
        # Its length, its kind and its checksum are four bytes each.
        place += 12 + int.from_bytes(data[place : place + 4])
    raise TooManyPartsError
