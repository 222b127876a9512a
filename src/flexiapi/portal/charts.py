"""Counts over time as bars, drawn on the server."""

from collections.abc import Iterable
from dataclasses import dataclass

from flexiapi.statistics.queries import Bars

HEIGHT = 100
_SLOT = 10
_STEPS = (2, 4, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bucket: its name, its count, and where its bar stands in the drawing."""

    name: str
    count: int
    left: int
    height: float

    @property
    def top(self) -> float:
        """Where the bar begins."""
        return round(HEIGHT - self.height, 2)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: its bars, and the highest number of its scale."""

    title: str
    bars: list[Bar]
    scale: int

    @property
    def width(self) -> int:
        """The width of the drawing, in its own units."""
        return len(self.bars) * _SLOT

    @property
    def half(self) -> int:
        """The number in the middle of the scale."""
        return self.scale // 2

    @property
    def total(self) -> int:
        """Everything together."""
        return sum(bar.count for bar in self.bars)

    @property
    def highest(self) -> Bar:
        """The first of the highest bars."""
        return max(self.bars, key=lambda bar: bar.count)

    @property
    def names(self) -> list[str]:
        """What stands below the bars: the first, the middle and the last bucket."""
        last = len(self.bars) - 1
        return [self.bars[at].name for at in sorted({0, last // 2, last})]


def drawing(title: str, bars: Bars) -> Drawing:
    """The chart of some counts."""
    scale = _scale(count for _, count in bars)
    drawn = [Bar(_shown(name), count, at * _SLOT, HEIGHT * count / scale) for at, (name, count) in enumerate(bars)]
    return Drawing(title, drawn, scale)


def _scale(counts: Iterable[int]) -> int:
    """The least even number that holds all counts and has one digit before its zeros, or is a power of ten."""
    highest = max(counts, default=0)
    power = 1
    while highest > 10 * power:
        power *= 10
    return next(step * power for step in _STEPS if step * power >= highest)


def _shown(bucket: str) -> str:
    """A bucket as people read it: an hour with its minutes."""
    return f"{bucket}:00" if " " in bucket else bucket
