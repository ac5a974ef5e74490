"""A product's photo: only its pixels are kept, only a picture is sent, and what is no photo is refused in words."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from catalog.models import Product
from tests.factories import ProductFactory, WarehouseFactory, person

pytestmark = pytest.mark.django_db(transaction=True)

UNREADABLE = "This is no photo that can be read. Choose a JPEG, PNG or WebP file; drawings like SVG are not taken."
PIXELS = "This photo has too many pixels. Choose one of at most 25 megapixels."


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT / "photos"


@pytest.fixture
def bolt(manager):
    return ProductFactory(sku="A/BOLT-M8", name="Hex bolt")


def picture(kind="JPEG", size=(400, 200), colour="red", **more):
    into = io.BytesIO()
    Image.new("RGB", size, colour).save(into, kind, **more)
    return into.getvalue()


def upload(client, product, data, name="photo.jpg", kind="image/jpeg"):
    file = SimpleUploadedFile(name, data, kind)
    return client.post(reverse("catalog:product-photo", args=[product.sku]), {"photo": file})


def shown(client, product, size="large"):
    product.refresh_from_db()
    return client.get(reverse("catalog:photo", args=[size, product.photo, product.sku]))


def image_of(answer):
    return Image.open(io.BytesIO(b"".join(answer.streaming_content)))


def words_beside(answer):
    assert answer.status_code == 422
    return answer.context["form"].errors["photo"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_kept_in_two_sizes_and_shown(client, bolt, folder, kind):
    answer = upload(client, bolt, picture(kind, (2400, 1200)))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/products/A/BOLT-M8/")
    large, small = image_of(shown(client, bolt)), image_of(shown(client, bolt, "small"))
    assert [(each.format, each.size) for each in (large, small)] == [("WEBP", (1600, 800)), ("WEBP", (160, 80))]
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{bolt.photo}.large.webp",
        f"{bolt.photo}.small.webp",
    ]
    assert f"/catalog/photos/large/{bolt.photo}/A/BOLT-M8" in client.get("/products/A/BOLT-M8/").content.decode()
    assert f"/catalog/photos/small/{bolt.photo}/A/BOLT-M8" in client.get("/products/").content.decode()


def test_it_is_sent_as_a_picture_and_as_nothing_else(client, bolt):
    upload(client, bolt, picture(), "<script>.html", "text/html")
    answer = shown(client, bolt)
    assert {name: answer.headers[name] for name in HEADERS} == {
        **HEADERS,
        "Content-Disposition": f'inline; filename="{bolt.photo}.webp"',
    }


HEADERS = {
    "Content-Type": "image/webp",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Disposition": "",
}


def test_where_it_was_taken_is_forgotten_and_it_stands_upright(client, bolt):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "SECRET-PLACE"
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture(exif=exif, icc_profile=b"SECRET-PROFILE", comment=b"SECRET-COMMENT")
    assert sent.count(b"SECRET") == 3
    upload(client, bolt, sent)
    kept = b"".join(shown(client, bolt).streaming_content)
    assert b"SECRET" not in kept
    image = Image.open(io.BytesIO(kept))
    assert (image.size, dict(image.getexif()), image.info.get("icc_profile")) == ((200, 400), {}, None)


def test_what_hangs_behind_the_pixels_is_gone(client, bolt):
    upload(client, bolt, picture("PNG") + b"<script>alert(1)</script>PK\x03\x04")
    kept = b"".join(shown(client, bolt).streaming_content)
    assert (b"script" in kept, b"PK\x03\x04" in kept) == (False, False)


def test_what_is_transparent_becomes_white(client, bolt):
    into = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(into, "PNG")
    upload(client, bolt, into.getvalue())
    assert image_of(shown(client, bolt)).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def bomb(width, height):
    """A PNG of a few bytes that says it is so large."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_bomb():
    """A PNG with a compressed comment of 80 MB."""
    into, plain = io.BytesIO(), picture("PNG", (10, 10))
    data = b"comment\0\0" + zlib.compress(b"a" * 80_000_000, 9)
    into.write(plain[:33])
    into.write(struct.pack(">I", len(data)) + b"zTXt" + data + struct.pack(">I", zlib.crc32(b"zTXt" + data)))
    into.write(plain[33:])
    return into.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
HOSTILE = {
    "an SVG": (SVG, UNREADABLE),
    "an SVG that says it is a PNG": (b"\x89PNG\r\n\x1a\n" + SVG, UNREADABLE),
    "a page that begins like a GIF": (b"GIF89a/*<html><script>alert(1)</script>", UNREADABLE),
    "a GIF": (picture("GIF"), UNREADABLE),
    "a TIFF": (picture("TIFF"), UNREADABLE),
    "a PDF with a photo in it": (b"%PDF-1.4\n" + picture(), UNREADABLE),
    "half a photo": (picture(size=(800, 800))[:600], UNREADABLE),
    "a text": (b"hello", UNREADABLE),
    "50,000 x 50,000 pixels": (bomb(50_000, 50_000), PIXELS),
    "26 megapixels of PNG": (bomb(6500, 4000), PIXELS),
    "sides beyond an integer": (bomb(2**31 - 1, 2**31 - 1), PIXELS),
    "a comment that unpacks to 80 MB": (text_bomb(), UNREADABLE),
    "nothing": (b"", "This file is empty. Choose another."),
    "16 MB": (picture() + b"\0" * 16 * 1024 * 1024, "This file is too large. Choose a photo of at most 15 MB."),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_photo_is_refused_beside_its_field(client, bolt, folder, what):
    data, words = HOSTILE[what]
    assert words_beside(upload(client, bolt, data, "photo.png", "image/png")) == [words]
    bolt.refresh_from_db()
    assert (bolt.photo, folder.exists()) == ("", False)


def test_no_file_at_all(client, bolt):
    answer = client.post(reverse("catalog:product-photo", args=[bolt.sku]))
    assert words_beside(answer) == ["Choose a photo."]


def test_another_photo_takes_the_place_of_the_first_and_its_files_go(client, bolt, folder):
    upload(client, bolt, picture(colour="red"))
    bolt.refresh_from_db()
    first = bolt.photo
    upload(client, bolt, picture(colour="blue"))
    bolt.refresh_from_db()
    assert bolt.photo != first
    assert {path.name.split(".")[0] for path in folder.iterdir()} == {bolt.photo}
    assert client.get(reverse("catalog:photo", args=["large", first, bolt.sku])).status_code == 404


def test_removing_it_takes_the_files_away(client, bolt, folder):
    upload(client, bolt, picture())
    bolt.refresh_from_db()
    before = bolt.updated
    answer = client.post(reverse("catalog:product-photo-remove", args=[bolt.sku]))
    bolt.refresh_from_db()
    assert (answer.status_code, bolt.photo, list(folder.iterdir())) == (302, "", [])
    assert bolt.updated == before
    assert "catalog/photos" not in client.get("/products/A/BOLT-M8/").content.decode()


def test_deleting_the_product_takes_the_files_away(client, bolt, folder):
    upload(client, bolt, picture())
    client.post(reverse("stock:product-delete", args=[bolt.sku]))
    assert (Product.objects.exists(), list(folder.iterdir())) == (False, [])


def test_where_it_cannot_be_stored_no_file_stays(client, bolt, folder, monkeypatch):
    upload(client, bolt, picture(colour="red"))
    kept = sorted(folder.iterdir())

    def fails(*args, **kwargs):
        raise RuntimeError("planted")

    monkeypatch.setattr(Product, "save", fails)
    with pytest.raises(RuntimeError, match="planted"):
        upload(client, bolt, picture(colour="blue"))
    assert sorted(folder.iterdir()) == kept


def test_a_form_of_the_product_that_was_open_keeps_the_photo(client, bolt, typed):
    page = client.get("/catalog/products/A/BOLT-M8/edit")
    upload(client, bolt, picture())
    seen = page.context["form"]["seen"].value()
    answer = client.post("/catalog/products/A/BOLT-M8/edit", typed(sku="A/BOLT-M8", seen=seen))
    assert answer.status_code == 302
    assert shown(client, bolt).status_code == 200


@pytest.mark.parametrize("size", ["large", "small"])
def test_the_name_of_one_product_opens_no_photo_of_another(client, bolt, size):
    upload(client, bolt, picture())
    bolt.refresh_from_db()
    nut = ProductFactory(sku="NUT-M8")
    assert client.get(reverse("catalog:photo", args=[size, bolt.photo, nut.sku])).status_code == 404
    assert client.get(reverse("catalog:photo", args=["huge", bolt.photo, bolt.sku])).status_code == 404


def test_staff_see_it_and_do_not_change_it(client, bolt):
    upload(client, bolt, picture())
    client.force_login(person(rights={WarehouseFactory(): "operate"}))
    assert shown(client, bolt).status_code == 200
    assert upload(client, bolt, picture(colour="blue")).status_code == 403
    assert client.post(reverse("catalog:product-photo-remove", args=[bolt.sku])).status_code == 403
    client.logout()
    assert shown(client, bolt).status_code == 302


def test_the_list_asks_for_its_photos_with_no_query(client, manager, django_assert_num_queries):
    WarehouseFactory()
    for number in range(3):
        upload(client, ProductFactory(), picture(size=(20 + number, 20)))
    client.get("/products/")
    with CaptureQueriesContext(connection) as plain:
        page = client.get("/products/")
    assert page.content.decode().count('class="thumb"') == 3
    Product.objects.update(photo="")
    with django_assert_num_queries(len(plain)):
        client.get("/products/")
