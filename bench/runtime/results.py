"""From rounds to medians, ratios and verdicts; the table and the JSON form."""

import statistics
from dataclasses import dataclass

from cases import CASES, GOALS


@dataclass
class Spread:
    median: float
    low: float
    high: float

    @staticmethod
    def of(values):
        return Spread(statistics.median(values), min(values), max(values)) if values else None


class Results:
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


def header(programs, rivals):
    columns = [f"{name:>14}" for name in programs] + [f"{'x ' + name:>19}" for name in rivals]
    return f"{'':18}" + "".join(columns)


def rows(results, case, programs, ours, rivals):
    yield f"{case.name}: {case.what}"
    for figure in case.figures:
        line = f"  {(figure.key + ' ' + figure.unit).strip():16}"
        line += "".join(f"{with_spread(results.spread(case, name, figure)):>14}" for name in programs)
        if figure.compared:
            line += "".join(f"{with_range(results.ratio(case, ours, name, figure)):>19}" for name in rivals)
        yield line


def verdicts(results, ours):
    """One for each goal and build of ours: what was reached, and whether that meets the goal."""
    for goal in GOALS:
        case = next((c for c in CASES if c.name == goal.case), None)
        figure = case and next(f for f in case.figures if f.key == goal.figure)
        for name in ours:
            yield judge(results, goal, case, figure, name)


def judge(results, goal, case, figure, ours):
    verdict = {"case": goal.case, "figure": goal.figure, "program": ours, "result": "not measured",
               "at_most": goal.at_most, "times_go": goal.times_go, "value": None, "ratio": None}
    value = case and results.spread(case, ours, figure)
    if not value:
        return verdict
    verdict["value"] = vars(value)
    met = goal.at_most is None or value.median <= goal.at_most
    if goal.times_go is not None:
        ratio = results.ratio(case, ours, "go", figure)
        if not ratio:
            return verdict
        verdict["ratio"] = vars(ratio)
        met = met and ratio.median >= goal.times_go
    verdict["result"] = "met" if met else "missed"
    return verdict


def words(verdict, unit):
    parts = []
    if verdict["value"]:
        value = f"{number(verdict['value']['median'])} {unit}".strip()
        bound = verdict["at_most"]
        parts.append(value if bound is None else f"{value} (at most {bound:g})")
    if verdict["ratio"]:
        spread = {key: number(value) for key, value in verdict["ratio"].items()}
        parts.append(f"{spread['median']} x Go, {spread['low']} to {spread['high']} "
                     f"(at least {verdict['times_go']:g})")
    what = f"{verdict['case']}, {verdict['figure']}, {verdict['program']}"
    return f"{verdict['result']:13} {what:38} {', '.join(parts)}"


def summary(results, programs, ours, rivals):
    """The medians, ranges and ratios, for the JSON file."""
    for case in CASES:
        if case.name not in results.values:
            continue
        for figure in case.figures:
            spreads = {name: results.spread(case, name, figure) for name in programs}
            ratios = {mine: {name: results.ratio(case, mine, name, figure) for name in rivals}
                      for mine in ours if figure.compared}
            yield {
                "case": case.name, "figure": figure.key, "unit": figure.unit,
                "spread": {name: vars(s) for name, s in spreads.items() if s},
                "times_better": {mine: {name: vars(s) for name, s in of.items() if s}
                                 for mine, of in ratios.items()},
            }
