"""A small real picture."""

from __future__ import annotations

import io

from PIL import Image


def picture(width: int = 64, height: int = 80, colour: str = "#1b3fd6") -> bytes:
    """PNG bytes of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()
