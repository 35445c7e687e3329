"""ClickHouse in this process: its tables and its queries, plain and tuned."""

import chdb
import pyarrow

from . import clickhouse_plain, clickhouse_tuned


class Peer:
    """A ClickHouse without a server, whose tables are of the engine Memory: MergeTree was slower on all of these queries."""

    version = f"{chdb.engine_version} (chdb {chdb.__version__})"

    def __init__(self, form, folder, threads):
        self.form = {"plain": clickhouse_plain, "tuned": clickhouse_tuned}[form]
        self.folder = folder
        self.connection = chdb.connect(":memory:")
        for setting in (f"max_threads = {threads}", f"max_insert_threads = {threads}", "use_query_cache = 0", "use_query_condition_cache = 0"):
            self.connection.query(f"SET {setting}")

    def load(self):
        for statement in self.form.LOAD:
            self.connection.query(statement.format(folder=self.folder))

    def check_data(self):
        """The queries read customers and leads without asking for missing ones; data with some would need other queries."""
        missing = int(self.connection.query("SELECT countIf(customer = 0 OR lead = 0) FROM deals", "TSV").data())
        assert missing == 0, f"{missing} deals have no customer or no lead"

    def works(self, name):
        query = self.form.QUERIES[name]
        return [lambda: self.connection.query(query, "Arrow")]

    def rows(self, result):
        table = pyarrow.ipc.open_file(pyarrow.BufferReader(result.bytes())).read_all()
        return [tuple(row.values()) for row in table.to_pylist()]
