"""QR codes: a PNG for apps and mails, an SVG for pages, half blocks for a terminal."""

import functools
import io
import struct
import zlib
from html import escape

import segno

SIDE = 320
"""Width and height of the PNG, in pixels."""

SYMBOL = 300
"""The part of it that the modules may take: modules are whole pixels, what is left widens the margins."""

_QUIET_ZONE = 4
"""Light modules around an SVG symbol (ISO/IEC 18004)."""


def png(text: str) -> bytes:
    """A black on white PNG of 320 × 320 pixels, 8 bit grey scale, of the text in UTF-8 at level H.

    Raises:
        ValueError: the text does not fit into a symbol.
    """
    modules = _modules(text)
    size = SYMBOL // len(modules)
    before = (SIDE - size * len(modules)) // 2
    after = SIDE - size * len(modules) - before
    light = b"\xff" * SIDE
    rows = [light] * before
    for row in modules:
        pixels = b"".join((b"\x00" if dark else b"\xff") * size for dark in row)
        rows += [b"\xff" * before + pixels + b"\xff" * after] * size
    rows += [light] * after
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    # Each line begins with its filter, here none.
    lines = b"".join(b"\x00" + row for row in rows)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def svg(text: str, *, label: str = "QR code", keep: bool = False) -> str:
    """An `svg` element for pages, black on white, sized by its container; `label` is its accessible name.

    At level M: a screen is clean, so larger modules are worth more than redundancy, and it is made twice as fast.
    `keep` remembers the symbol in this process for pages that are seen again: making one takes milliseconds. It is
    not for texts that stay secret for long.

    Raises:
        ValueError: the text does not fit into a symbol.
    """
    side, path = (_kept if keep else _drawn)(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {side} {side}" role="img"'
        f' aria-label="{escape(label)}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def _drawn(text: str) -> tuple[int, str]:
    """The width of an SVG symbol with its quiet zone, in modules, and the path of its dark ones."""
    modules = _modules(text, level="m")
    runs = []
    for y, row in enumerate(modules, _QUIET_ZONE):
        start: int | None = None
        for x, dark in enumerate([*row, False], _QUIET_ZONE):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                runs.append(f"M{start} {y}h{x - start}v1H{start}z")
                start = None
    return len(modules) + 2 * _QUIET_ZONE, "".join(runs)


_kept = functools.lru_cache(maxsize=256)(_drawn)


def terminal(text: str) -> str:
    """Lines of half blocks, two modules high, that a phone reads from a terminal with a dark background.

    Raises:
        ValueError: the text does not fit into a symbol.
    """
    out = io.StringIO()
    _symbol(text).terminal(out, compact=True)
    return out.getvalue()


def _symbol(text: str, level: str = "h") -> segno.QRCode:
    return segno.make_qr(text, error=level, mode="byte", encoding="utf-8", boost_error=False)


def _modules(text: str, level: str = "h") -> list[list[bool]]:
    return [[bool(module & 1) for module in row] for row in _symbol(text, level).matrix]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
