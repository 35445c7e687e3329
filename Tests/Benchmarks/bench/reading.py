"""Holds the load of a Parquet file through funnel against the drain alone: the same query, read to its end and thrown away.

Usage: python -m bench.reading FUNNEL --leads N --folder FOLDER [--runs N]

Both ask the same DuckDB through its ADBC driver, with as many threads, in the order of the file, and by turns. The drain keeps no batch and converts
none. funnel's time is that of the statement, from a process of its own each time, so the driver is loaded within it.
"""

import argparse
import os
import pathlib
import statistics
import sys
import time

from .funnel import Funnel
from .road import Road

# A key, a time stamp, two texts with few values, and a time stamp that some leads have.
COLUMNS = "id, created, source, owner, qualified"


def main():
    parser = argparse.ArgumentParser(prog="Tests/Benchmarks/run-reading")
    parser.add_argument("funnel")
    parser.add_argument("--leads", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=6, help="how often each is measured; the first does not count")
    arguments = parser.parse_args()
    if arguments.runs < 2:
        parser.error("the first run does not count, so there must be two at least")
    folder = (arguments.folder / str(arguments.leads)).resolve()
    Funnel(arguments.funnel, folder).sample(arguments.leads)
    file = folder / "reading.parquet"
    version = write(folder / "leads.csv", file)
    threads = len(os.sched_getaffinity(0))
    ways = {"drain": lambda: drain(file, threads), "funnel": lambda: load(arguments.funnel, file, threads)}
    times, peaks = {way: [] for way in ways}, []
    for turn in range(arguments.runs):
        for way in list(ways) if turn % 2 else reversed(ways):
            taken, rows, held = ways[way]()
            assert rows == arguments.leads, f"{way}: {rows} rows"
            times[way].append(taken)
            if way == "funnel":
                peaks.append(held)
    counted = {way: taken[1:] for way, taken in times.items()}
    ratio = statistics.median(mine / alone for mine, alone in zip(counted["funnel"], counted["drain"]))
    medians = {way: statistics.median(taken) for way, taken in counted.items()}
    print(f"### {arguments.leads:,} rows of 5 columns, from Parquet\n")
    print(f"DuckDB {version}, {file.stat().st_size / 2**20:,.0f} MiB, {arguments.runs - 1} turns, milliseconds:\n")
    print("| the drain alone | `load leads` | load ÷ drain | the load holds at most, MiB |\n| ---: | ---: | ---: | ---: |")
    print(f"| {medians['drain']:,.0f} | {medians['funnel']:,.0f} | {ratio:.2f} | {max(peaks) / 2**20:,.0f} |")
    print({way: [round(one) for one in taken] for way, taken in counted.items()}, file=sys.stderr)


def write(source, file):
    """Makes the file where it lacks, and says the version of DuckDB."""
    import duckdb

    if not file.exists():
        duckdb.sql(f"COPY (SELECT {COLUMNS} FROM read_csv('{source}')) TO '{file}' (FORMAT parquet)")
    return duckdb.__version__


def drain(file, threads):
    """Milliseconds that the driver needs to hand over all batches, and how many rows they have."""
    import adbc_driver_duckdb.dbapi as driver

    start = time.perf_counter()
    rows = 0
    with driver.connect() as connection, connection.cursor() as cursor:
        cursor.execute(f"SET threads = {threads}")
        # What funnel asks for a Parquet file.
        cursor.execute(f"SELECT * FROM read_parquet('{file}', union_by_name = true)")
        for batch in cursor.fetch_record_batch():
            rows += batch.num_rows
        taken = (time.perf_counter() - start) * 1000
    return taken, rows, None


def load(binary, file, threads):
    """Milliseconds of a load, how many rows are there after it, and the bytes that the process held at most."""
    road = Road(binary, [f"set threads {threads}"])
    start = time.perf_counter()
    road.ask(f'load leads from "{file}"')
    taken = (time.perf_counter() - start) * 1000
    held = road.peak()
    rows = int(road.ask("leads")[1][0])
    road.close()
    return taken, rows, held


if __name__ == "__main__":
    sys.exit(main())
