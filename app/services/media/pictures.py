"""Reading, cleaning and resizing pictures. Pure work on bytes; widths and heights in pixels."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from app.kernel.errors import Invalid

TAKEN = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2400
WIDTHS = (320, 640, 960, 1440)
MIMES = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg", "png": "image/png"}
BUDGET = 120 * 1024  # bytes of what a 412 px wide screen of density 2 loads
BUDGET_WIDTH = 960  # the rendition it chooses
_QUALITIES = {"avif": (58, 50, 42, 34, 26), "webp": (78, 70, 60, 48, 36),
              "jpeg": (80, 72, 62, 52, 40)}
_PLAIN_SEGMENTS = {"APP0", "APP14"}  # JFIF and colour transform: nothing about the photographer


@dataclass(frozen=True, slots=True)
class Original:
    """A clean picture: upright, sRGB, without metadata, longest side at most LONGEST_SIDE."""

    content: bytes
    mime: str
    width: int
    height: int

    @property
    def extension(self) -> str:
        """"jpg" or "png"."""
        return "png" if self.mime == "image/png" else "jpg"


@dataclass(frozen=True, slots=True)
class Resized:
    """One rendition of a picture."""

    format: str
    width: int
    height: int
    content: bytes


def mime_of(content: bytes) -> str | None:
    """The type of a picture by its first bytes; None for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:12] in {b"ftypavif", b"ftypavis"}:
        return "image/avif"
    return "image/gif" if content[:6] in {b"GIF87a", b"GIF89a"} else None


def clean(content: bytes) -> Original:
    """The picture as the shop keeps it: JPEG, or PNG where it has transparent parts.

    A JPEG that is clean already keeps its bytes (encoding again would only cost quality).
    raises  Invalid  not_a_picture, picture_too_large (more than MOST_PIXELS)
    """
    picture = _open(content)
    if _is_clean(picture):
        return Original(content, "image/jpeg", *picture.size)
    upright = _srgb(ImageOps.exif_transpose(picture))
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    file = BytesIO()
    if upright.mode == "RGBA":
        upright.save(file, "PNG", optimize=True)
        return Original(file.getvalue(), "image/png", *upright.size)
    upright.save(file, "JPEG", quality=90, optimize=True, progressive=True)
    return Original(file.getvalue(), "image/jpeg", *upright.size)


def widths_of(width: int) -> tuple[int, ...]:
    """The widths renditions are made in: never wider than the original, always at least one.

    An original clearly wider than the last fitting step also comes in its own width.
    """
    fitting = [step for step in WIDTHS if step <= width]
    if not fitting or (width < WIDTHS[-1] and width * 5 >= fitting[-1] * 6):
        fitting.append(width)
    return tuple(fitting)


def renditions(content: bytes) -> Iterator[Resized]:
    """AVIF, WebP and JPEG in every width. Raises Invalid as clean() does."""
    picture = _srgb(_open(content))
    sizes = [
        (width, max(round(picture.height * width / picture.width), 1))
        for width in widths_of(picture.width)
    ]
    scaled = [picture.resize(size, Image.Resampling.LANCZOS) for size in sizes]
    decisive = max((p for p in scaled if p.width <= BUDGET_WIDTH), key=lambda p: p.width,
                   default=scaled[0])
    for format_ in ("avif", "webp", "jpeg"):
        quality, first = _within_budget(decisive, format_)
        for one in scaled:
            data = first if one is decisive else _encode(one, format_, quality)
            yield Resized(format_, *one.size, data)


def _within_budget(picture: Image.Image, format_: str) -> tuple[int, bytes]:
    """The best quality whose bytes keep the budget, and those bytes; else the smallest."""
    for quality in _QUALITIES[format_]:
        data = _encode(picture, format_, quality)
        if len(data) <= BUDGET:
            break
    return quality, data


def _encode(picture: Image.Image, format_: str, quality: int) -> bytes:
    file = BytesIO()
    if format_ == "jpeg":
        _on_white(picture).save(file, "JPEG", quality=quality, optimize=True, progressive=True)
    elif format_ == "webp":
        picture.save(file, "WEBP", quality=quality, method=4)
    else:
        picture.save(file, "AVIF", quality=quality, speed=8, max_threads=1)
    return file.getvalue()


def _open(content: bytes) -> Image.Image:
    """Decoded, first frame only. The size is checked before anything is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=TAKEN)
        if picture.width * picture.height > MOST_PIXELS:
            raise Invalid("picture_too_large", width=picture.width, height=picture.height)
        picture.load()
    except Image.DecompressionBombError as error:
        raise Invalid("picture_too_large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise Invalid("not_a_picture") from error
    return picture


def _is_clean(picture: Image.Image) -> bool:
    return (
        picture.format == "JPEG" and picture.mode in {"RGB", "L"}
        and max(picture.size) <= LONGEST_SIDE
        and {name for name, _ in getattr(picture, "applist", ())} <= _PLAIN_SEGMENTS
        and "comment" not in picture.info
    )


def _srgb(picture: Image.Image) -> Image.Image:
    """RGB, or RGBA where something shows through, in the colours of sRGB."""
    profile = picture.info.get("icc_profile")
    has_alpha = "transparency" in picture.info or picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"}
    if profile and picture.mode in {"RGB", "RGBA", "CMYK", "L"}:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):  # broken: colours as they are
            picture = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"),
                outputMode="RGBA" if picture.mode == "RGBA" else "RGB",
            ) or picture
    result = picture.convert("RGBA" if has_alpha else "RGB")
    if has_alpha and result.getchannel("A").getextrema()[0] == 255:
        result = result.convert("RGB")
    result.info = {}
    return result


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
