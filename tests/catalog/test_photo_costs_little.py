"""A photo that would cost much to read is refused beside its field before anything of it is decoded."""

import io
import re
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile

from inventory_site.web.pictures import draw_anew

PARTS = "This photo's file has too many parts. Save it anew as a plain JPEG or PNG file, and choose that."
PIXELS = "This photo has too many pixels. Choose one of at most {} megapixels."
SCAN = re.compile(rb"\xff\xda.+?(?=\xff[^\x00\xd0-\xd7])", re.DOTALL)


def picture(kind="JPEG", size=(64, 64), mode="RGB", **more):
    into = io.BytesIO()
    Image.new(mode, size).save(into, kind, **more)
    return into.getvalue()


def drawn(data):
    return draw_anew(SimpleUploadedFile("photo.jpg", data))


def refused(monkeypatch, data):
    """Give the words of a refusal, which comes before a pixel is read."""

    def decoded(_image):
        raise AssertionError("It was decoded.")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)
    with pytest.raises(ValidationError) as refusal:
        drawn(data)
    return refusal.value.messages


def with_more_scans(count):
    whole = picture(mode="L", progressive=True)
    last = SCAN.findall(whole)[-1]
    return whole.removesuffix(b"\xff\xd9") + last * count + b"\xff\xd9"


def with_empty_segments(count, marker=b"\xff\xfe"):
    whole = picture()
    return whole[:2] + (marker + b"\0\x02") * count + whole[2:]


def with_chunks(count):
    whole, kind = picture("PNG"), b"tEXta\0b"
    chunk = struct.pack(">I", 3) + kind + struct.pack(">I", zlib.crc32(kind))
    return whole[:33] + chunk * count + whole[33:]


def in_a_scan_a_colour(size):
    """A baseline JPEG whose header says that its colours come one after the other: all are held until the last."""
    whole = picture(size=size)
    start = whole.index(b"\xff\xda")
    return whole[:start] + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + whole[start + 14 :]


@pytest.mark.parametrize(
    "data",
    [
        with_more_scans(60),
        with_more_scans(60).replace(b"\xff\xda", b"\xff\xff\xff\xda"),
        with_empty_segments(3000),
        with_empty_segments(3000, b"\xff\xed"),
        with_chunks(30_000),
    ],
)
def test_too_many_parts_are_counted_and_not_read(monkeypatch, data):
    assert refused(monkeypatch, data) == [PARTS]


@pytest.mark.parametrize(
    ("data", "most"),
    [
        (picture(size=(4100, 4100), progressive=True), 16),
        (picture(size=(4100, 4100), mode="CMYK", progressive=True), 16),
        (in_a_scan_a_colour((4100, 4100)), 16),
        (picture(size=(7100, 7100)), 50),
        (picture("WEBP", (3500, 3500)), 12),
    ],
    ids=["progressive", "progressive CMYK", "a scan a colour", "baseline", "WebP"],
)
def test_how_many_pixels_it_may_have_follows_from_what_they_cost(monkeypatch, data, most):
    assert refused(monkeypatch, data) == [PIXELS.format(most)]


@pytest.mark.parametrize(
    "data",
    [
        picture(size=(3900, 4000), progressive=True),
        picture(size=(64, 48), mode="CMYK", progressive=True),
        picture(size=(8000, 6000)),
        # What phones add behind the picture, a film among it, is not part of it.
        picture() + b"\xff\xda\0\x08" * 5000,
        picture(restart_marker_blocks=1, size=(2000, 2000)),
        picture(icc_profile=bytes(3_000_000), progressive=True),
        with_more_scans(20),
        with_chunks(200),
    ],
)
def test_what_cameras_and_programs_write_is_drawn(data):
    assert max(Image.open(io.BytesIO(drawn(data).sizes["small"])).size) <= 160


def test_a_narrow_photo_is_turned_after_it_was_made_small(monkeypatch):
    exif = Image.Exif()
    exif[0x0112] = 6
    large = drawn(picture(size=(20_000, 100), exif=exif)).sizes["large"]
    assert Image.open(io.BytesIO(large)).size == (8, 1600)
