"""From rounds to tables, verdicts and the JSON form."""

from cases import COUNTED, CPU, GOALS, LIMIT, MEMORY, P99, USER
from rounds import Spread, number, with_range, with_spread

WITHOUT_SPREAD = (USER, P99, MEMORY, *COUNTED)


def spread(rounds, case, server, figure):
    found = rounds.spread(case, server.name, figure)
    if found and figure == USER:
        # Its steps are too coarse for a median: all rounds together count.
        values = [v for v in rounds.figures(case, server.name, figure) if v is not None]
        found.median = sum(values) / len(values)
    return found


def times(rounds, case, server, rivals, figure):
    """The server's figure as a multiple of the best rival's, in the rounds that all of them did."""
    best = max if figure.more_is_better else min
    ratios = []
    for own, *others in zip(*(rounds.figures(case, each.name, figure) for each in (server, *rivals))):
        if own is not None and None not in others and best(others) > 0:
            ratios.append(own / best(others))
    return Spread.of(ratios)


# --- the table -----------------------------------------------------------------------------------

def table(rounds, case):
    """The lines of a case: a server each."""
    columns = [(f"{figure.key} {figure.unit}".strip(), lambda server, figure=figure: cell(rounds, case, server, figure))
               for figure in case.figures]
    if LIMIT in case.servers and CPU in case.figures:
        columns.insert(1, ("x limit", lambda server: with_range(times(rounds, case, server, (LIMIT,), CPU))))
    lines = [["", *(title for title, _ in columns)]]
    lines += [[server.name, *(text_of(server) for _, text_of in columns)] for server in case.servers]
    widths = [max(map(len, column)) for column in zip(*lines)]
    yield f"{case.name}: {case.what}"
    for name, *cells in lines:
        yield f"  {name:{widths[0]}}" + "".join(f"  {text:>{width}}" for text, width in zip(cells, widths[1:]))


def cell(rounds, case, server, figure):
    found = spread(rounds, case, server, figure)
    return number(found and found.median) if figure in WITHOUT_SPREAD else with_spread(found)


# --- goals ---------------------------------------------------------------------------------------

def verdicts(rounds, cases):
    """One for each goal of these cases: what was reached, and whether that meets it."""
    by_name = {case.name: case for case in cases}
    return [judge(rounds, by_name[goal.case], goal) for goal in GOALS if goal.case in by_name]


def judge(rounds, case, goal):
    if goal.beside:
        reached = times(rounds, case, goal.server, goal.beside, goal.figure)
        unit = "x " + (goal.beside[0].name if len(goal.beside) == 1 else "the best of one context")
    else:
        reached = spread(rounds, case, goal.server, goal.figure)
        unit = goal.figure.unit
    return {"case": case.name, "figure": goal.figure.key, "server": goal.server.name, "unit": unit,
            "at_most": goal.at_most, "at_least": goal.at_least, "reached": reached and vars(reached),
            "result": result_of(goal, reached)}


def result_of(goal, reached):
    if not reached:
        return "not measured"
    met = ((goal.at_most is None or reached.median <= goal.at_most)
           and (goal.at_least is None or reached.median >= goal.at_least))
    return "met" if met else "missed"


def words(verdict):
    bound = f"at least {verdict['at_least']:g}" if verdict["at_most"] is None else f"at most {verdict['at_most']:g}"
    reached = with_range(verdict["reached"] and Spread(**verdict["reached"]))
    return (f"{verdict['result']:13} {verdict['case']}, {verdict['figure']}, {verdict['server']}: "
            + f"{reached} {verdict['unit']}".rstrip() + f" ({bound})")


# --- JSON ----------------------------------------------------------------------------------------

def summary(rounds, cases):
    """The medians, ranges and ratios of each server in each case."""
    for case in cases:
        for server in case.servers:
            figures = {figure.key: spread(rounds, case, server, figure) for figure in case.figures}
            limit = times(rounds, case, server, (LIMIT,), CPU) if LIMIT in case.servers else None
            yield {"case": case.name, "server": server.name,
                   "figures": {key: vars(found) for key, found in figures.items() if found},
                   "cpu_times_limit": limit and vars(limit)}
