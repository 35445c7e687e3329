"""Whether two systems gave one answer: the same lines, keys as text, values to a billionth."""

import math

from .queries import FUNNEL_STEPS

TOLERANCE = 1e-9


def differences(query, ours, theirs):
    """What differs between two answers, as sentences; nothing when they agree."""
    mine, other = lines(query, ours), lines(query, theirs)
    found = [f"{label(key)} is only in the first" for key in mine if key not in other]
    found += [f"{label(key)} is only in the second" for key in other if key not in mine]
    found += [
        f"{label(key)}: {mine[key]} and {other[key]}" for key in mine
        if key in other and not same(mine[key], other[key])]
    if query.is_ranked and not found and list(mine) != list(other):
        found.append(f"the lines stand in another order: {list(mine)} and {list(other)}")
    return found


def lines(query, rows):
    """The values of each line by its keys. Where funnel fills in periods, lines that hold nothing are left out."""
    found = {}
    for row in rows:
        key = tuple(key_text(kind, value) for kind, value in zip(query.keys, row))
        values = tuple(number(value) for value in row[len(query.keys):])
        if query.fills_gaps and not any(values):
            continue
        assert key not in found, f"{query.name}: two lines for {label(key)}"
        found[key] = values
    return found


def same(mine, other):
    return len(mine) == len(other) and all(
        a is b if a is None or b is None else math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) for a, b in zip(mine, other))


def number(value):
    return None if value is None or value == "" else float(value)


def key_text(kind, value):
    """A key as funnel writes it; a missing one is empty. Months and quarters may be dates, or counted from the year 0."""
    if value is None or value == "":
        return ""
    if kind == "month":
        return f"{value // 12:04}-{value % 12 + 1:02}" if isinstance(value, int) else value[:7]
    if kind == "quarter":
        if isinstance(value, int):
            return f"{value // 4:04}-Q{value % 4 + 1}"
        return value if "Q" in value else f"{value[:4]}-Q{(int(value[5:7]) + 2) // 3}"
    return value


def label(key):
    return " · ".join(part or "(none)" for part in key) or "the answer"


def funnel_rows(query, table):
    """funnel's CSV, brought into the form in which the peers answer."""
    header, *rows = table
    if query.name == "funnel":
        at = header.index("entered")
        entered = {}
        for row in rows:
            entered.setdefault(row[0], dict.fromkeys(FUNNEL_STEPS, "0"))[row[1]] = row[at]
        return [[source, *steps.values()] for source, steps in entered.items()]
    if query.name == "why":
        # The last line is the total, which has no key either.
        before, after = header.index("before"), header.index("after")
        return [[row[0], row[before], row[after]] for row in rows[:-1]]
    return rows
