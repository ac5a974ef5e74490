"""Photos that people send: drawn anew from their pixels alone, so that nothing else of what was sent is kept.

A photo is kept under a random name in two sizes, as WebP, in the folder `photos` of the media storage.

What drawing costs at most, measured at the limits below: 240 MB of memory and 1.5 s of a processor. Without them a
progressive CMYK of 49 megapixels took 390 MB more than the process had, a WebP of 25 took 520, and a JPEG of 280 kB in
thousands of scans 100 s. Phones write baseline JPEG, which may be as large as their sensors are.
"""

import io
import logging
import re
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from inventory_site.web.photo_parts import TooManyPartsError, scans_of

logger = logging.getLogger(__name__)

MOST_BYTES = 15 * 1024 * 1024
# A baseline JPEG is decoded row by row at a fraction of its size, or whole where it is narrow, at four bytes a pixel as
# a PNG is. A WebP is held several times over while it is decoded.
MOST_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000, "WEBP": 12_000_000}
# A JPEG whose scans follow one another is held whole, at two bytes for each colour of a pixel, until the last has come.
MOST_IN_SCANS = 16_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
# The longer side of what is kept, in pixels.
SIZES = {"large": 1600, "small": 160}
NAME = re.compile(r"[0-9a-f]{32}")
ASIDE = "default-src 'none'; frame-ancestors 'none'; sandbox"


@dataclass(frozen=True)
class Photo:
    """A photo drawn anew: its bytes in each of SIZES."""

    sizes: dict[str, bytes]


def draw_anew(sent: "UploadedFile[Any]") -> Photo:
    """Return the photo in a file that somebody sent; raises ValidationError with the sentence for its field.

    Bytes, parts and pixels are looked at before anything is decoded.
    """
    if (sent.size or 0) > MOST_BYTES:
        raise ValidationError(_("This file is too large. Choose a photo of at most 15 MB."), code="too_large")
    try:
        scans = scans_of(sent.read())
        with Image.open(sent, formats=FORMATS) as image:
            if image.width * image.height > (most := _most_pixels(image, scans)):
                raise _too_many_pixels(most)
            image.draft("RGB", (SIZES["large"], SIZES["large"]))
            plain = _upright(image)
    except TooManyPartsError as error:
        raise ValidationError(
            _("This photo's file has too many parts. Save it anew as a plain JPEG or PNG file, and choose that."),
            code="parts",
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(MOST_PIXELS["PNG"]) from error
    except ValidationError:
        raise
    except Exception as error:
        logger.info("A photo could not be read: %s", type(error).__name__)
        raise ValidationError(
            _("This is no photo that can be read. Choose a JPEG, PNG or WebP file; drawings like SVG are not taken."),
            code="unreadable",
        ) from error
    return Photo({name: _encoded(plain, side) for name, side in SIZES.items()})


def keep(photo: Photo) -> str:
    """Store a photo and return its new name; who cannot refer to it in the end discards it."""
    name = uuid4().hex
    for size, data in photo.sizes.items():
        default_storage.save(_path(name, size), ContentFile(data))
    return name


def discard(name: str) -> None:
    """Take the files of a photo away, where there are any."""
    for size in SIZES if NAME.fullmatch(name) else ():
        default_storage.delete(_path(name, size))


def discard_after_commit(name: str) -> None:
    """Take the files of a photo away once nothing refers to them any more."""
    transaction.on_commit(partial(discard, name), robust=True)


def photo_answer(name: str, size: str) -> FileResponse:
    """Send one size of a photo so that a browser shows it as a picture and as nothing else. Raises Http404."""
    if not (NAME.fullmatch(name) and size in SIZES):
        raise Http404
    try:
        file = default_storage.open(_path(name, size))
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(file, content_type="image/webp", filename=f"{name}.webp")
    answer.headers["Content-Security-Policy"] = ASIDE
    # A changed photo has another name, which is part of its address.
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


class PhotoField(forms.FileField):
    """A file that is drawn anew; its cleaned value is a Photo."""

    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})
    default_error_messages = {
        "required": gettext_lazy("Choose a photo."),
        "empty": gettext_lazy("This file is empty. Choose another."),
    }

    def clean(self, data: "UploadedFile[Any]", initial: None = None) -> Photo:
        return draw_anew(super().clean(data, initial))


def _most_pixels(image: Image.Image, scans: list[int]) -> int:
    most = MOST_PIXELS[image.format or ""]
    in_one = not image.info.get("progressive") and scans == [len(image.getbands())]
    return min(most, MOST_IN_SCANS) if scans and not in_one else most


def _upright(image: Image.Image) -> Image.Image:
    """Return the pixels alone, turned as the camera was held, on white where they are transparent."""
    # First small, in place: to turn it takes a copy.
    image.thumbnail((SIZES["large"], SIZES["large"]))
    coloured = ImageOps.exif_transpose(image).convert("RGBA")
    plain = Image.new("RGB", coloured.size, "white")
    plain.paste(coloured, mask=coloured.getchannel("A"))
    return plain


def _encoded(image: Image.Image, side: int) -> bytes:
    drawn, into = image.copy(), io.BytesIO()
    drawn.thumbnail((side, side))
    drawn.save(into, "WEBP", quality=80)
    return into.getvalue()


def _too_many_pixels(most: int) -> ValidationError:
    words = _("This photo has too many pixels. Choose one of at most %(count)d megapixels.")
    return ValidationError(words % {"count": most // 1_000_000}, code="pixels")


def _path(name: str, size: str) -> str:
    return f"photos/{name}.{size}.webp"
