"""Images from citizens: checked, and drawn anew before they are kept. Pure.

A drawn-anew image carries no position, camera or owner in its metadata, and nothing that some
other program might take for a page or a script.
"""

from __future__ import annotations

import io
import struct
import warnings
from typing import BinaryIO, Literal

from PIL import Image, ImageOps

ImageKind = Literal["jpg", "png", "gif"]

FORMATS: dict[str, tuple[str, ...]] = {"jpg": ("JPEG", "MPO"), "png": ("PNG",), "gif": ("GIF",)}
MAX_PIXELS = 40_000_000
"""Forty megapixels: what a telephone takes; about 160 MB while it is drawn."""

JPEG_QUALITY = 88


class ImageRefused(ValueError):
    """Why an image is not taken: `code` is damaged or image_too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_image(kind: str, file: BinaryIO) -> None:
    """Raise ImageRefused unless the file is one whole image of this kind and a sane size."""
    _load(kind, file)


def redraw(kind: str, file: BinaryIO) -> bytes:
    """The same picture, upright and without metadata; of an animation the first frame."""
    image = _load(kind, file)
    image = ImageOps.exif_transpose(image)
    if kind == "jpg" and image.mode not in {"L", "RGB"}:
        image = image.convert("RGB")
    # Savers copy comments, colour profiles and the like from `info`.
    kept = {"transparency"} if kind != "jpg" else set()
    image.info = {name: value for name, value in image.info.items() if name in kept}
    drawn = io.BytesIO()
    if kind == "jpg":
        image.save(drawn, "JPEG", quality=JPEG_QUALITY, optimize=True)
    else:
        image.save(drawn, kind.upper())
    return drawn.getvalue()


def _load(kind: str, file: BinaryIO) -> Image.Image:
    formats = FORMATS[kind]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            file.seek(0)
            # The header alone tells the size, before anything is unpacked.
            image = Image.open(file, formats=[name for name in formats if name != "MPO"])
            if image.width * image.height > MAX_PIXELS:
                raise ImageRefused("image_too_large")
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageRefused("image_too_large") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError) as error:
        if isinstance(error, ImageRefused):
            raise
        raise ImageRefused("damaged") from error
    return image
