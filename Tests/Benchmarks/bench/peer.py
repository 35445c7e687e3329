"""One peer in a process of its own: loads the files, answers every query, and hands its measurements back as JSON.

Usage: python -m bench.peer SYSTEM FORM FOLDER OUTPUT THREADS
"""

import datetime
import decimal
import importlib
import json
import sys
import time

from .measuring import memory, timed
from .queries import QUERIES

SYSTEMS = ("duckdb", "polars", "clickhouse")
FORMS = ("plain", "tuned")


def main(system, form, folder, output, threads):
    peer = importlib.import_module(f".{system}_peer", __package__).Peer(form, folder, threads)
    before, _ = memory()
    start = time.perf_counter()
    peer.load()
    load = (time.perf_counter() - start) * 1000
    after, peak = memory()
    peer.check_data()
    answers = {}
    for query in QUERIES:
        # Of several forms of a query the fastest counts, and all must be right.
        measured = [timed(work) for work in peer.works(query.name)]
        answers[query.name] = {
            "ms": min(milliseconds for milliseconds, _ in measured), "each_ms": [milliseconds for milliseconds, _ in measured],
            "answers": [[[plain(value) for value in row] for row in peer.rows(result)] for _, result in measured],
        }
    report = {
        "system": system, "form": form, "version": peer.version, "load_ms": load, "before": before, "after": after,
        "peak": peak, "queries": answers,
    }
    with open(output, "w") as file:
        json.dump(report, file)


def plain(value):
    """A value as JSON can hold it: dates as text, decimals as numbers."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()[:10]
    return float(value) if isinstance(value, decimal.Decimal) else value


if __name__ == "__main__":
    main(*sys.argv[1:5], threads=int(sys.argv[5]))
