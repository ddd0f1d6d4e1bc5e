"""From rounds to medians and ratios, and how these are written."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number of a case. `source` is its name in what a round gave, times `scale`."""

    key: str
    unit: str
    source: str
    scale: float = 1.0
    more_is_better: bool = False
    compared: bool = True  # whether a ratio says something


@dataclass
class Spread:
    median: float
    low: float
    high: float

    @staticmethod
    def of(values):
        return Spread(statistics.median(values), min(values), max(values)) if values else None


class Rounds:
    """All rounds: values[case][program] is a list with one dictionary a round, None where it failed."""

    def __init__(self):
        self.values = {}
        self.failures = {}

    def add(self, case, program, values):
        self.values.setdefault(case.name, {}).setdefault(program.name, []).append(values)

    def fail(self, case, program, reason):
        self.add(case, program, None)
        self.failures.setdefault(case.name, {})[program.name] = reason

    def figures(self, case, program, figure):
        rounds = self.values.get(case.name, {}).get(program, [])
        return [None if r is None or figure.source not in r else r[figure.source] * figure.scale
                for r in rounds]

    def spread(self, case, program, figure):
        return Spread.of([v for v in self.figures(case, program, figure) if v is not None])

    def ratio(self, case, ours, rival, figure):
        """How many times better ours is, from the rounds that both did."""
        pairs = zip(self.figures(case, ours, figure), self.figures(case, rival, figure))
        ratios = []
        for mine, other in pairs:
            if mine is None or other is None:
                continue
            better, worse = (other, mine) if figure.more_is_better else (mine, other)
            if better > 0:
                ratios.append(worse / better)
        return Spread.of(ratios)


def number(value):
    if value is None:
        return "-"
    if 0 < abs(value) < 0.005:
        return f"{value:.4f}"  # next to nothing is not nothing
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def with_spread(spread):
    """A median and how far the rounds lie from it, as half of their range."""
    if spread is None:
        return "-"
    if spread.low == spread.high:
        return number(spread.median)
    around = (spread.high - spread.low) / 2 / spread.median * 100 if spread.median else 0
    return f"{number(spread.median)} ±{around:.0f}%"


def with_range(spread):
    if spread is None:
        return "-"
    if spread.low == spread.high:
        return number(spread.median)
    return f"{number(spread.median)} ({number(spread.low)}-{number(spread.high)})"
