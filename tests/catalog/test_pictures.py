"""Pictures: what is let in, how it is cleaned, what is refused before decoding."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from shopfront import encoded, swatch

from catalog.pictures import open_picture, picture_hash
from errors import BadImageError


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_usual_kinds_open_as_rgb(kind):
    image = open_picture(encoded(swatch((200, 30, 30)), kind))
    assert image.mode == "RGB" and image.size == (48, 64)
    assert np.abs(np.array(image.getpixel((10, 10))) - (200, 30, 30)).max() < 8


def test_transparency_is_laid_on_white():
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert open_picture(encoded(clear, "PNG")).getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bits_keep_their_brightness():
    deep = Image.fromarray(np.full((20, 20), 32768, dtype=np.uint16))
    assert open_picture(encoded(deep, "PNG")).getpixel((5, 5)) == (128, 128, 128)


def test_exif_turns_the_picture_and_is_dropped():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "camera"
    image = open_picture(encoded(swatch(size=(60, 30)), "JPEG", exif=exif))
    assert image.size == (30, 60)
    assert not image.getexif() and "exif" not in image.info


def test_an_animation_is_its_first_frame():
    frames = [swatch((255, 255, 255)), swatch((0, 0, 0))]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert open_picture(data).getpixel((5, 5)) == (255, 255, 255)


def test_longest_shrinks_and_keeps_the_shape():
    image = open_picture(encoded(swatch(size=(1200, 600))), longest=300)
    assert image.size == (300, 150)


def test_a_decoded_picture_is_judged_too():
    assert open_picture(swatch().convert("L")).mode == "RGB"
    with pytest.raises(BadImageError, match="no garment"):
        open_picture(swatch(size=(3, 3)))


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "empty"),
        (b"hello, I am text", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'/>", "not a picture"),
        (encoded(swatch(size=(400, 400)), "PNG")[:-40], "damaged"),
        (encoded(swatch(size=(400, 400)))[:200], "damaged"),
        (encoded(Image.new("1", (10_000, 10_000)), "PNG"), "100 megapixels"),
        (encoded(Image.new("1", (16_000, 16_000)), "PNG"), "25 megapixels"),
    ],
)
def test_unusable_bytes_are_refused_with_the_reason(data, reason):
    with pytest.raises(BadImageError, match=reason):
        open_picture(data)


def test_a_huge_picture_is_refused_by_its_header_alone(monkeypatch):
    data = encoded(Image.new("1", (10_000, 10_000)), "PNG")

    def never(*args, **options):
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", never)
    with pytest.raises(BadImageError, match="megapixels"):
        open_picture(data)


def test_missing_file_names_it(tmp_path):
    with pytest.raises(BadImageError, match=r"nothing\.jpg: cannot be read"):
        open_picture(tmp_path / "nothing.jpg")
    with pytest.raises(BadImageError, match="cannot be read"):
        open_picture(tmp_path)


def test_hash_tells_bytes_apart():
    assert picture_hash(b"a") == picture_hash(b"a") != picture_hash(b"b")
    assert len(picture_hash(b"a")) == 32
