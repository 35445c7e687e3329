"""DuckDB: its tables and its queries, plain and tuned."""

import functools

import duckdb

from . import duckdb_plain, duckdb_tuned
from .queries import forms


class Peer:
    """An in-memory DuckDB database."""

    version = duckdb.__version__

    def __init__(self, form, folder, threads):
        self.form = {"plain": duckdb_plain, "tuned": duckdb_tuned}[form]
        self.folder = folder
        self.database = duckdb.connect(":memory:", config={"threads": threads})

    def load(self):
        for statement in self.form.LOAD:
            self.database.execute(statement.format(folder=self.folder))

    def check_data(self):
        """The queries read customers and leads without asking for missing ones; data with some would need other queries."""
        missing = self.database.execute("SELECT count(*) FROM deals WHERE customer IS NULL OR lead IS NULL").fetchall()[0][0]
        assert missing == 0, f"{missing} deals have no customer or no lead"

    def works(self, name):
        return [functools.partial(self.answer, query) for query in forms(self.form.QUERIES[name])]

    def answer(self, query):
        return self.database.sql(query).to_arrow_table()

    def rows(self, table):
        return [tuple(row.values()) for row in table.to_pylist()]
