"""Reads and writes Arrow files with pyarrow, Polars and DuckDB, for the tests.

tools.py read FILE    what each tool reads in the file
tools.py write FOLDER files with all types, and what stands in each

A line is a tool or a file, a column, and its values; dates are days since 1970-01-01, times and time stamps microseconds.
"""
import datetime
import decimal
import os
import sys

import duckdb
import numpy
import polars
import pyarrow
from pyarrow import ipc

EPOCH = datetime.date(1970, 1, 1)


def text(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return str((value.replace(tzinfo=None) - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1))
    if isinstance(value, datetime.date):
        return str((value - EPOCH).days)
    if isinstance(value, datetime.time):
        return str(((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond)
    return str(value)


def line(who, name, values):
    print(f"{who}\t{name}\t" + "|".join(text(value) for value in values))


def values(column):
    """A pyarrow column as plain values; nanoseconds are cut to microseconds, zones are UTC."""
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        column = pyarrow.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], kind.value_type)
        kind = column.type
    if pyarrow.types.is_timestamp(kind) or pyarrow.types.is_time(kind) or pyarrow.types.is_date64(kind):
        per = {"s": 1_000_000, "ms": 1_000, "us": 1, "ns": 0}["ms" if pyarrow.types.is_date64(kind) else kind.unit]
        plain = column.cast(pyarrow.int32() if kind.bit_width == 32 else pyarrow.int64()).to_pylist()
        micro = [None if value is None else value * per if per else value // 1000 for value in plain]
        return [None if value is None else value // 86_400_000_000 for value in micro] if pyarrow.types.is_date64(kind) else micro
    if pyarrow.types.is_float32(kind):
        return [None if value is None else float(str(numpy.float32(value))) for value in column.to_pylist()]
    if pyarrow.types.is_float16(kind):
        return [None if value is None else float(value) for value in column.to_pylist()]
    return column.to_pylist()


def read(path):
    with pyarrow.memory_map(path) as source:
        table = ipc.open_file(source).read_all()
        table.validate(full=True)
        for name in table.column_names:
            line("pyarrow", name, values(table[name]))
        whole = table
        result = duckdb.sql("select * from whole")
        rows = result.fetchall()
        for at, name in enumerate(result.columns):
            line("duckdb", name, [row[at] for row in rows])
    frame = polars.read_ipc(path)
    for name in frame.columns:
        line("polars", name, frame[name].to_list())


def columns():
    """A column of each type, with missing values."""
    days = [0, 19_000, None, -400, 20_000]
    moments = [0, 1_700_000_000, None, -86_401, 1_234_567_890]
    texts = ["a", "é", None, "", "a text that is longer than twelve bytes"]
    found = {}
    for bits in (8, 16, 32, 64):
        top = 2 ** (bits - 1)
        found[f"int{bits}"] = pyarrow.array([0, top - 1, None, -top, 7], f"int{bits}")
        found[f"uint{bits}"] = pyarrow.array([0, 2 * top - 1 if bits < 64 else top - 1, None, 1, 7], f"uint{bits}")
    found["half"] = pyarrow.array([numpy.float16(v) if v is not None else None for v in (0, 1.5, None, -0.25, 6e-5)], pyarrow.float16())
    found["float"] = pyarrow.array([0, 0.1, None, -2.5e10, 7], pyarrow.float32())
    found["double"] = pyarrow.array([0, 0.1, None, -1e300, 1 / 3], pyarrow.float64())
    numbers = [decimal.Decimal(value) if value else None for value in ("0.00", "12.34", None, "-0.01", "99999.99")]
    for bits, kind in ((32, pyarrow.decimal32), (64, pyarrow.decimal64), (128, pyarrow.decimal128)):
        found[f"decimal{bits}"] = pyarrow.array(numbers, kind(7, 2))
    found["thousands"] = pyarrow.array([None if v is None else decimal.Decimal(v) * 1000 for v in (1, -7, None, 0, 12)], pyarrow.decimal128(5, 0))
    found["text"] = pyarrow.array(texts, pyarrow.utf8())
    found["large text"] = pyarrow.array(texts, pyarrow.large_utf8())
    found["view text"] = pyarrow.array(texts, pyarrow.string_view())
    found["truth"] = pyarrow.array([True, False, None, True, True])
    found["day"] = pyarrow.array(days, pyarrow.int32()).cast(pyarrow.date32())
    found["day64"] = pyarrow.array(days, pyarrow.int32()).cast(pyarrow.date32()).cast(pyarrow.date64())
    found["time32 s"] = pyarrow.array([0, 86_399, None, 1, 2], pyarrow.time32("s"))
    found["time32 ms"] = pyarrow.array([0, 86_399_999, None, 1, 2], pyarrow.time32("ms"))
    found["time64 us"] = pyarrow.array([0, 86_399_999_999, None, 1, 2], pyarrow.time64("us"))
    found["time64 ns"] = pyarrow.array([0, 86_399_999_999_999, None, 1, 1_002_999], pyarrow.time64("ns"))
    for unit, per in (("s", 1), ("ms", 1_000), ("us", 1_000_000), ("ns", 1_000_000_000)):
        plain = pyarrow.array([None if v is None else v * per + (per > 1) * 7 for v in moments], pyarrow.int64())
        found[f"timestamp {unit}"] = plain.cast(pyarrow.timestamp(unit))
        found[f"timestamp {unit} UTC"] = plain.cast(pyarrow.timestamp(unit, "UTC"))
    found["nothing"] = pyarrow.nulls(5)
    for index in (pyarrow.int8(), pyarrow.uint8(), pyarrow.int16(), pyarrow.uint16(), pyarrow.int32(), pyarrow.uint32(), pyarrow.int64(), pyarrow.uint64()):
        found[f"dictionary {index}"] = pyarrow.DictionaryArray.from_arrays(pyarrow.array([1, 0, None, 2, 1], index), pyarrow.array(["x", None, "y"]))
    found["dictionary of days"] = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array([1, 0, None, 2, 1], pyarrow.int16()), pyarrow.array([5, None, 700], pyarrow.int32()).cast(pyarrow.date32()))
    found["dictionary of numbers"] = pyarrow.DictionaryArray.from_arrays(pyarrow.array([1, 0, None, 1, 1], pyarrow.int8()), pyarrow.array([5, -7]))
    found["dictionary of truths"] = pyarrow.DictionaryArray.from_arrays(pyarrow.array([1, 0, None, 1, 1], pyarrow.int8()), pyarrow.array([True, False]))
    return found


def write(folder):
    os.makedirs(folder, exist_ok=True)

    def done(name, table):
        for column in table.column_names:
            line(name, column, values(table[column]))

    table = pyarrow.table(columns()).replace_schema_metadata({"made by": "a test"})
    for name, batch in (("whole", 100), ("batches", 2)):
        with ipc.new_file(f"{folder}/{name}.arrow", table.schema) as writer:
            writer.write_table(table, max_chunksize=batch)
        done(f"{name}.arrow", table)
    with ipc.new_stream(f"{folder}/stream.arrows", table.schema) as writer:
        writer.write_table(table, max_chunksize=3)
    done("stream.arrows", table)
    sliced = table.slice(1, 3)
    with ipc.new_file(f"{folder}/sliced.arrow", sliced.schema) as writer:
        writer.write_table(sliced)
    done("sliced.arrow", sliced)
    empty = table.slice(0, 0)
    with ipc.new_file(f"{folder}/empty.arrow", empty.schema) as writer:
        writer.write_table(empty)
    done("empty.arrow", empty)

    # Compressed: small, and with many rows of which some are like those before and some are not.
    numbers = numpy.random.default_rng(7)
    large = pyarrow.table(
        {
            "steps": numpy.arange(60_000) // 100, "random": numbers.integers(-(2**60), 2**60, 60_000),
            "words": [f"the same words again {i % 700} and {'x' * (i % 40)}" for i in range(60_000)], "zeros": numpy.zeros(60_000, "int32"),
            "code": pyarrow.array([f"code {i % 9}" for i in range(60_000)]).dictionary_encode(),
        })
    for codec in ("lz4", "zstd"):
        for name, content in ((f"{codec}.arrow", table), (f"large {codec}.arrow", large)):
            with ipc.new_file(f"{folder}/{name}", content.schema, options=ipc.IpcWriteOptions(compression=codec)) as writer:
                writer.write_table(content, max_chunksize=25_000)
            done(name, content)

    # Dictionaries that grow, and in a stream dictionaries that change, from batch to batch.
    def coded(codes, texts):
        return pyarrow.record_batch({"code": pyarrow.DictionaryArray.from_arrays(pyarrow.array(codes, pyarrow.int8()), pyarrow.array(texts))})

    grown = [coded([0, 1], ["a", "b"]), coded([2, 0, None], ["a", "b", "c"]), coded([4, 3], ["a", "b", "c", "d", "e"])]
    for kind, make in (("arrow", ipc.new_file), ("arrows", ipc.new_stream)):
        name = f"deltas.{kind}"
        with make(f"{folder}/{name}", grown[0].schema, options=ipc.IpcWriteOptions(emit_dictionary_deltas=True)) as writer:
            for batch in grown:
                writer.write_batch(batch)
        done(name, pyarrow.Table.from_batches(grown))
    changed = [coded([0, 1], ["a", "b"]), coded([0, 1, None], ["x", "y"]), coded([0], ["a"])]
    with ipc.new_stream(f"{folder}/replaced.arrows", changed[0].schema) as writer:
        for batch in changed:
            writer.write_batch(batch)
    done("replaced.arrows", pyarrow.Table.from_batches(changed))

    frame = polars.DataFrame(
        {
            "id": [1, 2, None], "text": ["a", None, "a text that is longer than twelve bytes"], "truth": [True, None, False],
            "day": [datetime.date(2024, 1, 2), None, datetime.date(1969, 12, 31)],
            "moment": [datetime.datetime(2024, 1, 2, 3, 4, 5, 678901), None, datetime.datetime(1969, 12, 31, 23, 59, 59)],
            "time": [datetime.time(1, 2, 3, 4), None, datetime.time(23, 59, 59, 999999)],
            "money": [decimal.Decimal("12.34"), None, decimal.Decimal("-0.01")], "ratio": [0.1, None, -2.5],
            "category": polars.Series(["x", None, "y"], dtype=polars.Categorical), "enum": polars.Series(["x", None, "y"], dtype=polars.Enum(["y", "x"])),
            "nothing": [None, None, None],
        })
    for name, options in (("polars.arrow", {}), ("polars lz4.arrow", {"compression": "lz4"}), ("polars zstd.arrow", {"compression": "zstd"}), ("polars-old.arrow", {"compat_level": polars.CompatLevel.oldest()})):
        frame.write_ipc(f"{folder}/{name}", **({"compression": "uncompressed"} | options))
        for column in frame.columns:
            line(name, column, frame[column].to_list())

    # Files that are refused.
    for name, column in (
        ("binary", pyarrow.array([b"a"])), ("list", pyarrow.array([[1]])), ("struct", pyarrow.array([{"a": 1}])),
        ("decimal256", pyarrow.array([decimal.Decimal(1)], pyarrow.decimal256(50, 2))), ("duration", pyarrow.array([1], pyarrow.duration("s"))),
        ("run ends", pyarrow.RunEndEncodedArray.from_arrays([1], ["a"])),
    ):
        bad = pyarrow.table({"id": [1], "bad": column})
        with ipc.new_file(f"{folder}/refused {name}.arrow", bad.schema) as writer:
            writer.write_table(bad)


if sys.argv[1] == "read":
    read(sys.argv[2])
else:
    write(sys.argv[2])
