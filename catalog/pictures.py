"""Safe opening of untrusted pictures as clean RGB.

No picture is decoded before its header has been checked.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from errors import BadImageError

Image.init()
FORMATS = tuple(
    name
    for name in ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
    if name in Image.OPEN
)
"""The decoders that may run. MPO is the JPEG of some phones."""
MAX_PIXELS = 25_000_000
MAX_BYTES = 40_000_000
MIN_SIDE = 16
_ALLOWED = "allowed: JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF of at most 25 megapixels and 40 MB"


def picture_hash(data: bytes) -> str:
    """Return a stable name for a picture's bytes (hex, 32 characters)."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def open_picture(
    source: str | Path | bytes | Image.Image, longest: int | None = None
) -> Image.Image:
    """Return a picture as RGB: first frame, upright, without metadata, on white.

    longest: shrink so that the longer side is at most this, and at least half of it. JPEGs are then
    decoded at a reduced size, which is much faster.
    Raises BadImageError if the data is not a picture, is of an unsupported kind, is too large or
    too small, or is damaged.
    """
    if isinstance(source, Image.Image):
        _check_size(source.size, "the picture")
        return _clean(source, longest)
    name, data = _read(source)
    try:
        with warnings.catch_warnings():
            # Our own limit, which is lower, is checked below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_size(image.size, name)
                return _clean(image, longest)
    except Image.DecompressionBombError:
        raise BadImageError(f"{name}: more than 25 megapixels; {_ALLOWED}") from None
    except UnidentifiedImageError:
        raise BadImageError(f"{name}: not a picture that can be read; {_ALLOWED}") from None
    except BadImageError:
        raise
    except Exception as error:
        # Decoders raise errors of many kinds on damaged data.
        raise BadImageError(f"{name}: damaged ({error}); {_ALLOWED}") from None


def _read(source: str | Path | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        name, data = "the picture", source
    else:
        path = Path(source)
        name = path.name
        try:
            if path.stat().st_size > MAX_BYTES:
                raise BadImageError(f"{name}: {path.stat().st_size / 1e6:.0f} MB; {_ALLOWED}")
            data = path.read_bytes()
        except OSError as error:
            raise BadImageError(
                f"{name}: cannot be read ({error.strerror}); give the path of a picture"
            ) from None
    if not data:
        raise BadImageError(f"{name}: empty; {_ALLOWED}")
    if len(data) > MAX_BYTES:
        raise BadImageError(f"{name}: {len(data) / 1e6:.0f} MB; {_ALLOWED}")
    return name, data


def _check_size(size: tuple[int, int], name: str) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise BadImageError(
            f"{name}: {width} x {height} is {width * height / 1e6:.0f} megapixels; {_ALLOWED}"
        )
    if min(width, height) < MIN_SIDE:
        raise BadImageError(
            f"{name}: {width} x {height} pixels show no garment; "
            f"at least {MIN_SIDE} on each side, please"
        )


def _clean(image: Image.Image, longest: int | None) -> Image.Image:
    if longest is not None and image.format in ("JPEG", "MPO"):
        # Decoding at the format's own half or quarter size is eight times as fast.
        image.draft("RGB", (longest // 2, longest // 2))
    if getattr(image, "is_animated", False):
        image.seek(0)
    rgb = _on_white(ImageOps.exif_transpose(image))
    if longest is not None:
        rgb.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    # A new picture carries no EXIF, no colour profile, no comment.
    bare = Image.new("RGB", rgb.size)
    bare.paste(rgb)
    return bare


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = image.point(lambda level: level / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")
