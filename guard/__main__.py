"""Command line of the guard: `python -m guard look PHOTO...` prints what photos show."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from catalog.files import read_manifest
from catalog.pictures import open_picture
from encoders import load_encoder
from errors import BadImageError, InputError, StylistError
from guard.fitted import fitted_to
from guard.picture import look
from settings import load_settings

BATCH_SIZE = 32
MAX_PHOTO_SIDE = 640
"""Longer side in pixels: more than any encoder takes."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m guard", description="What attributes pictures show."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    look_parser = commands.add_parser(
        "look",
        help="attributes of photos with their probabilities",
        description='One JSON line a photo, in the order given: {"photo": ..., "attributes": '
        "{facet: {value: probability}}}. The values of a facet sum to 1; those of details are "
        "independent. Photos that cannot be read are reported on stderr; the others are still "
        "answered, and the exit status is 2.",
    )
    look_parser.add_argument(
        "photos", nargs="+", metavar="PHOTO", help="a JPEG, PNG, WebP or other photo"
    )
    look_parser.add_argument(
        "--catalog",
        type=Path,
        metavar="DIR",
        help="use the encoder that this catalogue was made with",
    )
    look_parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), help="where the encoder runs (default: auto)"
    )
    return parser


def _encoder_name(catalog: Path | None, default: str) -> str:
    return default if catalog is None else read_manifest(catalog)["encoder"]["name"]


def _pictures(photos: Sequence[str]) -> Iterator[tuple[str, Image.Image | BadImageError]]:
    """Yield each photo with its picture, or with the error that reading it gave."""
    for photo in tqdm(
        photos, desc="looking", unit="photo", leave=False, disable=len(photos) < BATCH_SIZE
    ):
        try:
            yield photo, open_picture(Path(photo), longest=MAX_PHOTO_SIDE)
        except BadImageError as error:
            yield photo, error


def _batches(photos: Sequence[str]) -> Iterator[list[tuple[str, Image.Image | BadImageError]]]:
    pictures = _pictures(photos)
    while batch := list(islice(pictures, BATCH_SIZE)):
        yield batch


def _look(photos: Sequence[str], catalog: Path | None, device: str | None) -> bool:
    """Print a line a photo; return whether all of them could be read."""
    settings = load_settings(device=device)
    encoder = load_encoder(_encoder_name(catalog, settings.encoder), settings.device)
    if catalog is not None:
        encoder = fitted_to(catalog, encoder)
    all_read = True
    for batch in _batches(photos):
        readable = [
            (photo, picture) for photo, picture in batch if not isinstance(picture, BadImageError)
        ]
        errors = [error for _, error in batch if isinstance(error, BadImageError)]
        for error in errors:
            print(error, file=sys.stderr)
        all_read = all_read and not errors
        if readable:
            seen = look(encoder, encoder.encode_images([picture for _, picture in readable]))
            for row, (photo, _) in enumerate(readable):
                rounded = {
                    facet: {value: round(p, 6) for value, p in values.items()}
                    for facet, values in seen.attributes(row).items()
                }
                print(json.dumps({"photo": photo, "attributes": rounded}), flush=True)
    return all_read


def main(argv: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 done, 1 the work failed, 2 wrong usage or an unusable photo."""
    arguments = _parser().parse_args(argv)
    try:
        all_read = _look(arguments.photos, arguments.catalog, arguments.device)
    except StylistError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0 if all_read else InputError.exit_code


if __name__ == "__main__":
    sys.exit(main())
