"""Holds the SQL that funnel writes against an expert's, in DuckDB and PostgreSQL, and the whole road through funnel.

Usage: python -m bench.engines FUNNEL --leads N --folder FOLDER [--runs N] [--postgres URI]

Both texts are asked through the same client, by turns. What funnel itself takes is what it says of its own statement, connected to the same
database. All three answers must agree, and the counts of open leads in both texts.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

from . import comparing, experts, funnel as own, measuring
from .peer import plain
from .queries import FUNNEL_STEPS, NOW, QUERIES

TEN = [query for query in QUERIES if query.name in experts.TEN]


class DuckDB:
    """The tables in a file, so that funnel and the client can both read them."""

    name, dialect, texts = "DuckDB", "duckdb", experts.DUCKDB

    def __init__(self, folder, threads):
        import duckdb

        from .duckdb_plain import LOAD
        path = folder / "engines.duckdb"
        if not path.exists():
            with duckdb.connect(str(path)) as database:
                for statement in LOAD:
                    database.execute(statement.format(folder=folder))
        self.address, self.version = f"duckdb:{path}", duckdb.__version__
        self.open = lambda: duckdb.connect(str(path), read_only=True, config={"threads": threads})

    def start(self):
        """Opens the file, which another process must not have open by then."""
        self.database = self.open()

    def ask(self, text):
        return self.database.execute(text).fetchall()

    def plan(self, text):
        return "\n".join(row[1] for row in self.database.execute("EXPLAIN ANALYZE " + text).fetchall())

    def close(self):
        self.database.close()


class Postgres:
    """A server that has the tables, with the indexes and statistics that an expert would make."""

    name, dialect, texts = "PostgreSQL", "postgres", experts.POSTGRES

    SETUP = """
        create table leads (id bigint primary key, created timestamp not null, source text, owner text, qualified timestamp,
            country text, campaign text, landing_page text);
        create table deals (id bigint primary key, lead bigint, created timestamp, closed timestamp, status text,
            amount numeric(18,2), customer bigint, owner text, product text);
        create table stages (lead bigint, stage text, entered timestamp);
        create table costs (date date, source text, campaign text, kind text, amount numeric(18,2));
    """
    INDEXES = "create index on deals (lead); create index on stages (lead); analyze;"

    def __init__(self, folder, threads, uri):
        import psycopg

        self.address = uri
        self.connection = psycopg.connect(uri, autocommit=True)
        if self.ask("select to_regclass('leads')::text") == [(None,)]:
            columns = {"leads": "", "deals": "", "stages": "", "costs": ""}
            script = self.SETUP + "".join(f"\\copy {table} from '{folder}/{table}.csv' csv header\n" for table in columns) + self.INDEXES
            subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", uri], input=script, text=True, check=True)
        self.version = self.ask("show server_version")[0][0]
        self.ask(f"set max_parallel_workers_per_gather = {threads}")

    def start(self):
        pass

    def ask(self, text):
        with self.connection.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall() if cursor.description else []

    def plan(self, text):
        return "\n".join(row[0] for row in self.ask("explain (analyze, costs off) " + text))

    def close(self):
        self.connection.close()


def main():
    parser = argparse.ArgumentParser(prog="Tests/Benchmarks/run-engines")
    parser.add_argument("funnel")
    parser.add_argument("--leads", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=measuring.RUNS, help="how often each query is asked; the first does not count")
    parser.add_argument("--postgres", help="the URI of a server; without one only DuckDB is asked")
    arguments = parser.parse_args()
    threads = len(os.sched_getaffinity(0))
    own.RUNS = arguments.runs
    folder = (arguments.folder / str(arguments.leads)).resolve()
    own.Funnel(arguments.funnel, folder).sample(arguments.leads)
    failures = 0
    report = [f"### {arguments.leads:,} leads, by engines", ""]
    texts = []
    makers = [lambda: DuckDB(folder, threads)] + ([lambda: Postgres(folder, threads, arguments.postgres)] if arguments.postgres else [])
    for make in makers:
        engine = make()
        written = sql_of(arguments.funnel, engine)
        engine.start()
        report += [
            f"{engine.name} {engine.version}, milliseconds:", "",
            "| query | an expert's SQL | funnel's SQL | funnel's ÷ expert's | through funnel | funnel less its SQL |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
        measured = {}
        for query in TEN:
            times = {"expert": [], "funnel": []}
            answers = {}
            for _ in range(arguments.runs):
                for who, text in (("expert", engine.texts[query.name]), ("funnel", written[query.name])):
                    start = time.perf_counter()
                    answers[who] = engine.ask(forms(text))
                    times[who].append((time.perf_counter() - start) * 1000)
            measured[query.name] = {who: statistics.median(found[1:]) for who, found in times.items()}, answers["expert"]
            if query.name in experts.COUNT_OPEN and answers["expert"][0][-1] != answers["funnel"][0][-1]:
                failures += 1
                print(f"{engine.name}, {query.text}: open leads {answers['expert'][0][-1]} and {answers['funnel'][0][-1]}", file=sys.stderr)
            texts += [f"-- {engine.name}: {query.text}\n-- an expert's", forms(engine.texts[query.name]), "-- funnel's", written[query.name]]
            texts += ["-- plan of the expert's", engine.plan(forms(engine.texts[query.name])), "-- plan of funnel's", engine.plan(written[query.name])]
        engine.close()
        through, answers = through_funnel(arguments.funnel, engine.address, folder)
        for query in TEN:
            found, rows = measured[query.name]
            ratio = found["funnel"] / found["expert"]
            report.append(
                f"| `{query.text}` | {found['expert']:,.1f} | {found['funnel']:,.1f} | {ratio:.2f} | {through[query.name]:,.1f} | {through[query.name] - found['funnel']:,.1f} |")
            theirs = [[plain(value) for value in row] for row in rows]
            differences = comparing.differences(query, comparing.funnel_rows(query, answers[query.name]), narrowed(query, theirs))
            failures += len(differences)
            for difference in differences:
                print(f"{engine.name}, {query.text}: {difference}", file=sys.stderr)
        report.append("")
    (folder / "engines.md").write_text("\n".join(report) + "\n")
    (folder / "engines.sql").write_text("\n\n".join(texts) + "\n")
    print("\n".join(report))
    return 1 if failures else 0


def forms(text):
    return text if isinstance(text, str) else text[0]


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


def opening(address):
    return [f"set now {NOW}", f'connect "{address}"', *(f"load {table} from table {table}" for table in own.TABLES)]


def sql_of(binary, engine):
    """The SQL that funnel writes for each query."""
    found = {}
    for query in TEN:
        script = "\n".join([*opening(engine.address), f"sql {query.text} for {engine.dialect}"])
        run = subprocess.run([binary, "--quiet", "-c", script], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        found[query.name] = run.stdout
    return found


def through_funnel(binary, address, folder):
    """The median time that funnel says each statement took, and its answers."""
    script = folder / "engines.funnel"
    script.write_text("\n".join(["set timing on", *opening(address), *(query.text for query in TEN for _ in range(own.RUNS))]) + "\n")
    run = subprocess.run([binary, "--quiet", "--format", "csv", str(script)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    times = [own.milliseconds(found) for found in re.findall(r"^time: (.*)$", run.stderr, re.M)][-own.RUNS * len(TEN):]
    medians = {query.name: statistics.median(times[at * own.RUNS + 1:(at + 1) * own.RUNS]) for at, query in enumerate(TEN)}
    return medians, own.Funnel(binary, folder).answers(run.stdout, TEN)


if __name__ == "__main__":
    sys.exit(main())
