"""The engines in which both texts are asked, with the tables as an expert would keep them."""

import subprocess

from . import experts
from .duckdb_plain import LOAD


class DuckDB:
    """The tables in a file, which funnel and the client both open to read."""

    name, dialect, texts = "DuckDB", "duckdb", experts.DUCKDB
    # Where the engine's own memory is: in the process that asks it.
    is_library = True

    def __init__(self, folder, threads):
        import duckdb

        path = folder / "engines.duckdb"
        if not path.exists():
            with duckdb.connect(str(path)) as database:
                for statement in LOAD:
                    database.execute(statement.format(folder=folder))
        self.address, self.version = f"duckdb:{path}", duckdb.__version__
        self.database = duckdb.connect(str(path), read_only=True, config={"threads": threads})

    def ask(self, text):
        return self.database.execute(text).fetchall()

    def plan(self, text):
        return "\n".join(row[1] for row in self.database.execute("EXPLAIN ANALYZE " + text).fetchall())

    def close(self):
        self.database.close()


class Postgres:
    """A server that has the tables, with the indexes and statistics that an expert would make."""

    name, dialect, texts = "PostgreSQL", "postgres", experts.POSTGRES
    is_library = False

    SETUP = """
        create table leads (id bigint primary key, created timestamp not null, source text, owner text, qualified timestamp,
            country text, campaign text, landing_page text);
        create table deals (id bigint primary key, lead bigint, created timestamp, closed timestamp, status text,
            amount numeric(18,2), customer bigint, owner text, product text);
        create table stages (lead bigint, stage text, entered timestamp);
        create table costs (date date, source text, campaign text, kind text, amount numeric(18,2));
    """
    INDEXES = "create index on deals (lead); create index on stages (lead); vacuum analyze;"

    def __init__(self, folder, threads, leads, uri):
        import psycopg

        # The client and funnel speak to the server through one address, so its options hold for both.
        self.address = f"{uri}{'&' if '?' in uri else '?'}options=-c%20max_parallel_workers_per_gather%3D{threads}"
        self.connection = psycopg.connect(self.address, autocommit=True)
        if self.ask("select to_regclass('leads')::text") == [(None,)]:
            copies = "".join(f"\\copy {table} from '{folder}/{table}.csv' csv header\n" for table in ("leads", "deals", "stages", "costs"))
            subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", uri], input=self.SETUP + copies + self.INDEXES, text=True, check=True)
        found = self.ask("select count(*) from leads")[0][0]
        assert found == leads, f"the server has {found} leads of another run; name a database that has no tables yet"
        self.version = self.ask("show server_version")[0][0]

    def ask(self, text):
        with self.connection.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall() if cursor.description else []

    def plan(self, text):
        return "\n".join(row[0] for row in self.ask("explain (analyze, costs off) " + text))

    def close(self):
        self.connection.close()
