"""From medians and ratios to verdicts; the table and the JSON form."""

from cases import CASES, GOALS
from rounds import number, with_range, with_spread


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
