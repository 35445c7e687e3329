"""ClickHouse in this process: its tables and its queries, plain and tuned."""

import functools

import chdb
import pyarrow

from . import clickhouse_plain, clickhouse_tuned
from .queries import forms


class Peer:
    """A ClickHouse without a server, whose tables are of the engine Memory; MergeTree, which writes files, was slower."""

    version = f"{chdb.engine_version} (chdb {chdb.__version__})"

    def __init__(self, form, folder, threads):
        self.form = {"plain": clickhouse_plain, "tuned": clickhouse_tuned}[form]
        self.folder = folder
        self.connection = chdb.connect(":memory:")
        for setting in (f"max_threads = {threads}", f"max_insert_threads = {threads}", "use_query_cache = 0", "use_query_condition_cache = 0"):
            self.connection.query(f"SET {setting}")

    def load(self):
        self.form.load(self.text, self.folder)

    def text(self, statement):
        """Runs a statement; what it answers, as text."""
        return self.connection.query(statement, "TabSeparatedRaw").data()

    def check_data(self):
        """The queries read customers and leads without asking for missing ones; data with some would need other queries."""
        missing = int(self.text("SELECT countIf(customer = 0 OR lead = 0) FROM deals"))
        assert missing == 0, f"{missing} deals have no customer or no lead"

    def works(self, name):
        return [functools.partial(self.connection.query, query, "Arrow") for query in forms(self.form.QUERIES[name])]

    def rows(self, result):
        table = pyarrow.ipc.open_file(pyarrow.BufferReader(result.bytes())).read_all()
        return [tuple(row.values()) for row in table.to_pylist()]
