"""Cells as the pixels of an image, for maps of more cells than a vector picture can hold."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np


def png_address(colours: np.ndarray) -> str:
    """The data address of a PNG image; ``colours``: (rows, columns, 4) red, green, blue, opacity as
    uint8."""
    rows, columns, _ = colours.shape
    lines = colours.reshape(rows, -1)
    unfiltered = np.concatenate([np.zeros((rows, 1), np.uint8), lines], 1).tobytes()
    head = struct.pack(">IIBBBBB", columns, rows, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(unfiltered)), (b"IEND", b""))
    file = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)
    return "data:image/png;base64," + base64.b64encode(file).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
