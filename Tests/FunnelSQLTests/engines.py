"""Carries a script of tables and queries out on an engine, and prints what came back.

    engines.py check ENGINE          is it there?
    engines.py run ENGINE SCRIPT     lines: table, row, load, query; cells as `value` reads them
"""

import datetime
import decimal
import os
import sys

EPOCH = datetime.date(1970, 1, 1)


def unescaped(text):
    out, at = [], 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
            out.append({"n": "\n", "t": "\t", "\\": "\\"}[text[at]])
        else:
            out.append(text[at])
        at += 1
    return "".join(out)


def escaped(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def value(cell, type):
    """A cell of a script as a Python value."""
    if cell == "-":
        return None
    kind, text = cell[0], unescaped(cell[1:])
    if kind == "i":
        return int(text)
    if kind == "d":
        return decimal.Decimal(text)
    if kind == "b":
        return text == "1"
    if kind == "D":
        return datetime.date.fromisoformat(text)
    if kind == "T":
        return datetime.datetime.fromisoformat(text)
    return text


def cell(value):
    """A Python value as a cell of the answer."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "b1" if value else "b0"
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, decimal.Decimal):
        return f"d{value:f}"
    if isinstance(value, float):
        return "-" if value != value else f"f{value!r}"
    if isinstance(value, datetime.datetime):
        return "T" + value.replace(tzinfo=None).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, datetime.date):
        return f"D{value.isoformat()}"
    return "t" + escaped(str(value))


class DuckDB:
    TYPES = {"text": "varchar", "integer": "bigint", "date": "date", "timestamp": "timestamp", "yesno": "boolean"}

    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()

    def type(self, type):
        return f"decimal(18, {type[7:]})" if type.startswith("decimal") else self.TYPES[type]

    def name(self, name):
        return '"' + name.replace('"', '""') + '"'

    def load(self, table, columns, rows):
        import pyarrow

        def arrow(type):
            if type.startswith("decimal"):
                return pyarrow.decimal128(18, int(type[7:]))
            return {
                "text": pyarrow.string(), "integer": pyarrow.int64(), "date": pyarrow.date32(),
                "timestamp": pyarrow.timestamp("us"), "yesno": pyarrow.bool_(),
            }[type]

        data = pyarrow.table(
            [pyarrow.array([row[at] for row in rows], arrow(type)) for at, (_, type) in enumerate(columns)],
            names=[name for name, _ in columns])
        self.connection.register("loading", data)
        self.connection.execute(f"create or replace table {self.name(table)} as select * from loading")
        self.connection.unregister("loading")

    def drop(self, table):
        self.connection.execute(f"drop table if exists {self.name(table)}")

    def query(self, sql):
        return self.connection.execute(sql).fetchall()


class Postgres(DuckDB):
    TYPES = DuckDB.TYPES | {"text": "text"}

    def __init__(self):
        import psycopg

        self.connection = psycopg.connect(os.environ["FUNNEL_POSTGRES"], autocommit=True)
        # Tables are of this connection alone; and no zone of a session may play a part.
        self.connection.execute("set search_path to pg_temp; set timezone to 'Asia/Tehran'")

    def load(self, table, columns, rows):
        self.drop(table)
        names = ", ".join(f"{self.name(name)} {self.type(type)}" for name, type in columns)
        self.connection.execute(f"create temporary table {self.name(table)} ({names})")
        with self.connection.cursor().copy(f"copy {self.name(table)} from stdin") as copy:
            for row in rows:
                copy.write_row(row)
        self.connection.execute(f"analyze {self.name(table)}")


class SQLite(DuckDB):
    TYPES = {"text": "text", "integer": "integer", "date": "text", "timestamp": "text", "yesno": "integer"}

    def __init__(self):
        import sqlite3

        self.connection = sqlite3.connect(":memory:")

    def type(self, type):
        return "real" if type.startswith("decimal") else self.TYPES[type]

    def load(self, table, columns, rows):
        def plain(value):
            if isinstance(value, decimal.Decimal):
                return float(value)
            if isinstance(value, datetime.datetime):
                return value.strftime("%Y-%m-%d %H:%M:%S.%f")
            if isinstance(value, datetime.date):
                return value.isoformat()
            return value

        self.drop(table)
        names = ", ".join(f"{self.name(name)} {self.type(type)}" for name, type in columns)
        self.connection.execute(f"create table {self.name(table)} ({names})")
        marks = ", ".join("?" for _ in columns)
        self.connection.executemany(f"insert into {self.name(table)} values ({marks})", [[plain(value) for value in row] for row in rows])


class Spark(DuckDB):
    TYPES = {"text": "string", "integer": "bigint", "date": "date", "timestamp": "timestamp_ntz", "yesno": "boolean"}

    def __init__(self):
        from pyspark.sql import SparkSession

        self.connection = SparkSession.builder.remote(os.environ["FUNNEL_SPARK"].replace("spark://", "sc://")).getOrCreate()
        self.connection.conf.set("spark.sql.session.timeZone", "UTC")

    def load(self, table, columns, rows):
        names = ", ".join("`" + name.replace("`", "``") + f"` {self.type(type)}" for name, type in columns)
        self.connection.createDataFrame([tuple(row) for row in rows], names).createOrReplaceTempView(table)

    def drop(self, table):
        self.connection.catalog.dropTempView(table)

    def query(self, sql):
        return [tuple(row) for row in self.connection.sql(sql).collect()]


class ClickHouse(DuckDB):
    TYPES = {"text": "String", "integer": "Int64", "date": "Date32", "timestamp": "DateTime64(6, 'UTC')", "yesno": "Bool"}

    def __init__(self):
        from chdb import session

        self.connection = session.Session()
        self.connection.query("create database if not exists funnel_tests engine = Atomic; use funnel_tests")

    def type(self, type):
        return f"Nullable(Decimal(18, {type[7:]}))" if type.startswith("decimal") else f"Nullable({self.TYPES[type]})"

    def name(self, name):
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def load(self, table, columns, rows):
        def literal(value):
            if value is None:
                return "NULL"
            if isinstance(value, bool):
                return str(value).lower()
            if isinstance(value, (int, decimal.Decimal)):
                return f"{value}"
            if isinstance(value, datetime.datetime):
                return f"'{value.strftime('%Y-%m-%d %H:%M:%S.%f')}'"
            return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"

        self.drop(table)
        names = ", ".join(f"{self.name(name)} {self.type(type)}" for name, type in columns)
        self.connection.query(f"create table {self.name(table)} ({names}) engine = Memory")
        for at in range(0, len(rows), 500):
            values = ", ".join("(" + ", ".join(literal(value) for value in row) + ")" for row in rows[at:at + 500])
            self.connection.query(f"insert into {self.name(table)} values {values}")

    def drop(self, table):
        self.connection.query(f"drop table if exists {self.name(table)}")

    def query(self, sql):
        import io
        import pyarrow

        data = self.connection.query(sql, "ArrowStream").bytes()
        table = pyarrow.ipc.open_stream(io.BytesIO(data)).read_all()
        columns = [
            [v.decode() if isinstance(v, bytes) else v for v in column.to_pylist()] for column in table.columns]
        return list(zip(*columns)) if columns else []


ENGINES = {"duckdb": DuckDB, "postgres": Postgres, "sqlite": SQLite, "spark": Spark, "clickhouse": ClickHouse}


def run(engine, path):
    engine = ENGINES[engine]()
    tables, loaded = [], []
    for line in open(path, encoding="utf-8", newline="\n"):
        word, *parts = line.rstrip("\n").split("\t")
        if word == "table":
            columns = [(unescaped(part.rsplit(":", 1)[0]), part.rsplit(":", 1)[1]) for part in parts[1:]]
            tables.append((parts[0], columns, []))
        elif word == "row":
            columns = tables[-1][1]
            tables[-1][2].append([value(part, columns[at][1]) for at, part in enumerate(parts)])
        elif word == "load":
            for table in loaded:
                engine.drop(table)
            loaded = [table for table, _, _ in tables]
            for table, columns, rows in tables:
                engine.load(table, columns, rows)
            tables = []
        elif word == "query":
            try:
                rows = engine.query(unescaped(parts[0]))
                print(f"rows\t{len(rows)}")
                for row in rows:
                    print("\t".join(cell(value) for value in row))
            except Exception as error:  # what the engine says is part of the answer
                print("error\t" + escaped(str(error)))


def check(name):
    engine = ENGINES[name]()
    assert [tuple(row) for row in engine.query("select 1")] == [(1,)]


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    if sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        run(sys.argv[2], sys.argv[3])
