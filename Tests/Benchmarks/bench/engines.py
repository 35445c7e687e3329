"""Holds the SQL that funnel writes against an expert's, in DuckDB and PostgreSQL, and the whole road through funnel beside both.

Usage: python -m bench.engines FUNNEL --leads N --folder FOLDER [--runs N] [--postgres URI] [--engine NAME] [--only QUERY,…]

The three are asked by turns, each turn in another order: both texts through one client, and the query through a funnel that is connected to the same
database all along. What the client adds is the median of the differences between the road and funnel's own text of the same turn, with their quartiles. All
answers must agree, and the counts of open leads in both texts. What was measured before stays in the report until it is measured again.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

from . import comparing, experts
from .databases import DuckDB, Postgres
from .funnel import Funnel
from .measuring import memory
from .peer import plain
from .queries import FUNNEL_STEPS, QUERIES
from .road import Road, opening

TEN = [query for query in QUERIES if query.name in experts.TEN]
WAYS = ("expert", "sql", "road")
# In six turns each way is twice the first, and stands behind each other one.
ORDERS = [(*WAYS[at:], *WAYS[:at]) for at in range(3)] + [(*WAYS[at::-1], *WAYS[:at:-1]) for at in range(3)]


def main():
    parser = argparse.ArgumentParser(prog="Tests/Benchmarks/run-engines")
    parser.add_argument("funnel")
    parser.add_argument("--leads", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=6, help="how often each query is asked in each way; the first does not count")
    parser.add_argument("--postgres", help="the URI of a server; without one only DuckDB is asked")
    parser.add_argument("--engine", choices=("duckdb", "postgres"), help="asks one engine alone")
    parser.add_argument("--only", type=lambda names: names.split(","), default=list(experts.TEN), help="names of queries, as in bench/experts.py")
    arguments = parser.parse_args()
    if unknown := set(arguments.only) - set(experts.TEN):
        parser.error(f"no query is named {', '.join(sorted(unknown))}; there are {', '.join(experts.TEN)}")
    if arguments.runs < 3:
        parser.error("the first run does not count, and a spread needs two more, so there must be three at least")
    threads = len(os.sched_getaffinity(0))
    folder = (arguments.folder / str(arguments.leads)).resolve()
    Funnel(arguments.funnel, folder).sample(arguments.leads)
    makers = {"duckdb": lambda: DuckDB(folder, threads)}
    if arguments.postgres:
        makers["postgres"] = lambda: Postgres(folder, threads, arguments.leads, arguments.postgres)
    kept = folder / "engines.json"
    found = json.loads(kept.read_text()) if kept.exists() else {}
    failures = []
    for dialect, make in makers.items():
        if arguments.engine in (None, dialect):
            engine = make()
            known = found.setdefault(engine.name, {"queries": {}})
            failures += measure(arguments.funnel, engine, [query for query in TEN if query.name in arguments.only], arguments.runs, known)
            engine.close()
            kept.write_text(json.dumps(found, indent=1))
    text = report(arguments.leads, found)
    (folder / "engines.md").write_text(text)
    (folder / "engines.sql").write_text(texts_and_plans(found))
    print(text)
    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


def measure(binary, engine, queries, runs, known):
    """Asks an engine all of some queries, and says which answers differ."""
    failures = []
    road = Road(binary, opening(engine.address))
    for query in queries:
        expert, own = first(engine.texts[query.name]), written(binary, query, engine.dialect, engine.address)
        asks = {"expert": lambda: engine.ask(expert), "sql": lambda: engine.ask(own), "road": lambda: road.ask(query.text)}
        times, answers = by_turns(asks, runs)
        failures += [f"{engine.name}, {query.text}: {difference}" for difference in differences(query, answers)]
        known["queries"][query.name] = {
            "ms": times, "expert": expert, "sql": own, "plans": {"expert": engine.plan(expert), "sql": engine.plan(own)},
            "held": road.peak(), "held by client": memory()[1] if engine.is_library else 0}
        print(line(query, times), file=sys.stderr)
    known["version"] = engine.version
    road.close()
    return failures


def by_turns(asks, runs):
    """The milliseconds of each way in each turn that counts, and its last answer."""
    times, answers = {way: [] for way in WAYS}, {}
    for turn in range(runs):
        for way in ORDERS[turn % len(ORDERS)]:
            start = time.perf_counter()
            answers[way] = asks[way]()
            times[way].append((time.perf_counter() - start) * 1000)
    return {way: taken[1:] for way, taken in times.items()}, answers


def written(binary, query, dialect, address):
    """The SQL that funnel sends for a query: one statement, with what the foot counts in it."""
    script = "\n".join([*opening(address), f"sql {query.text} for {dialect}"])
    run = subprocess.run([binary, "--quiet", "-c", script], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def first(text):
    return text if isinstance(text, str) else text[0]


# MARK: answers


def differences(query, answers):
    expert = [[plain(value) for value in row] for row in answers["expert"]]
    found = comparing.differences(query, comparing.funnel_rows(query, answers["road"]), narrowed(query, expert))
    if query.name in experts.COUNT_OPEN:
        counted = [{row[-1] for row in answers[way]} for way in ("expert", "sql")]
        found += [f"open leads {counted[0]} and {counted[1]}"] if counted[0] != counted[1] else []
    return found


def narrowed(query, rows):
    """An expert's funnel has a row for each source and step; compared are the leads that entered. Open leads are in funnel's foot."""
    if query.name in experts.COUNT_OPEN:
        return [row[:-1] for row in rows]
    if query.name != "funnel":
        return rows
    entered = {}
    for source, step, count, *_ in rows:
        entered.setdefault(source, [0] * len(FUNNEL_STEPS))[step - 1] = count
    return [[source, *counts] for source, counts in entered.items()]


# MARK: report


def line(query, times):
    """A line of the table: medians, and medians of what is compared turn by turn."""
    expert, sql, road = (times[way] for way in WAYS)
    ratios = [statistics.median(mine / theirs for mine, theirs in zip(own, expert)) for own in (sql, road)]
    low, added, high = statistics.quantiles([whole - part for whole, part in zip(road, sql)], method="inclusive")
    cells = [f"{statistics.median(taken):,.1f}" for taken in (expert, sql, road)] + [f"{ratio:.2f}" for ratio in ratios]
    cells.append(f"{added:,.1f} ({low:,.0f} to {high:,.0f})")
    return f"| `{query.text}` | {len(expert)} | {' | '.join(cells)} |"


def report(leads, found):
    lines = [f"### {leads:,} leads, by engines", ""]
    for name, known in found.items():
        lines += [
            f"{name} {known['version']}, milliseconds:", "",
            "| query | turns | an expert's SQL | funnel's SQL | through funnel | funnel's SQL ÷ expert's | through funnel ÷ expert's | funnel adds |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
        lines += [line(query, known["queries"][query.name]["ms"]) for query in TEN if query.name in known["queries"]]
        held, client = (max(one[name] for one in known["queries"].values()) / 2**20 for name in ("held", "held by client"))
        lines += ["", f"funnel held {held:,.0f} MiB at most" + (f", the client of the texts {client:,.0f}." if client else "."), ""]
    return "\n".join(lines) + "\n"


def texts_and_plans(found):
    texts = []
    for name, known in found.items():
        for query in TEN:
            if one := known["queries"].get(query.name):
                texts += [f"-- {name}: {query.text}\n-- an expert's", one["expert"], "-- funnel's", one["sql"]]
                texts += ["-- plan of the expert's", one["plans"]["expert"], "-- plan of funnel's", one["plans"]["sql"]]
    return "\n\n".join(texts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
