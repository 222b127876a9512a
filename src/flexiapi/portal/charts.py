"""Bar charts as SVG, drawn on the server, each with its figures as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 160
_GAP = 0.2


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place and size in the picture, and what it stands for."""

    x: str
    y: str
    width: str
    height: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart; `total` counts everything in it, `most` is its highest bar."""

    title: str
    bars: Sequence[Bar]
    total: int
    most: int
    width: int = WIDTH
    height: int = HEIGHT


def chart(title: str, counts: Sequence[tuple[str, int]]) -> Chart:
    """The chart of counts by label."""
    most = max((count for _, count in counts), default=0)
    step = WIDTH / max(1, len(counts))
    bars = [_bar(place * step, step, label, count, most) for place, (label, count) in enumerate(counts)]
    return Chart(title, bars, sum(count for _, count in counts), most)


def _bar(left: float, step: float, label: str, count: int, most: int) -> Bar:
    tall = HEIGHT * count / most if most else 0.0
    width = step * (1 - _GAP)
    return Bar(f"{left:.2f}", f"{HEIGHT - tall:.2f}", f"{width:.2f}", f"{tall:.2f}", label, count)
