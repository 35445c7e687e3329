"""The results as Markdown, to be put into README.md."""

import datetime
import os
import platform

from .queries import QUERIES

NAMES = {"duckdb": "DuckDB", "polars": "Polars", "clickhouse": "ClickHouse"}

# funnel says its times to a tenth of a millisecond; of less than that it is known to take at most half of it.
FINEST = 0.05


def markdown(results):
    sections = [heading(results), queries(results), agreement(results), loads(results), start(results)]
    if results["funnel"]["store"]:
        sections.append(store(results))
    if results.get("growth"):
        sections.append(growth(results))
    return "\n\n".join(sections) + "\n"


def heading(results):
    versions = {peer["system"]: peer["version"] for peer in results["peers"]}
    peers = ", ".join(f"{NAMES[system]} {version}" for system, version in versions.items())
    return f"""### {results["leads"]:,} leads

{datetime.date.today()}, {processor()}, {results["threads"]} threads, {memory_of_machine()} of memory, {platform.system()} {platform.release()},
load average before the run {results["busy"]:.1f}, Python {platform.python_version()}. {results["funnel"]["version"]}; {peers}."""


def processor():
    with open("/proc/cpuinfo") as lines:
        return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def memory_of_machine():
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


# MARK: queries


def queries(results):
    peers = results["peers"]
    head = ["query", "funnel", "1 thread", *(f"{NAMES[peer['system']]} {peer['form']}" for peer in peers)]
    head += ["fastest tuned ÷ funnel", "fastest plain ÷ funnel", "bytes read", "sum of as many bytes"]
    rows = []
    for query in QUERIES:
        ours = results["funnel"]["all"]["ms"][query.name]
        size = results["funnel"]["bytes"].get(query.name)
        row = [f"`{query.text}`", time(ours), time(results["funnel"]["one"]["ms"][query.name])]
        row += [time(peer["queries"][query.name]["ms"]) for peer in peers]
        row += [ratio(fastest(peers, form, query), ours) for form in ("tuned", "plain")]
        row += [f"{size:,}" if size is not None else "–", time(results["bandwidth"][size]) if size is not None else "–"]
        rows.append(row)
    return "Queries, in milliseconds:\n\n" + table(head, rows)


def fastest(peers, form, query):
    return min(peer["queries"][query.name]["ms"] for peer in peers if peer["form"] == form)


def ratio(theirs, ours):
    return f"{theirs / ours:.2f}" if ours >= FINEST else f"> {theirs / FINEST:.0f}"


def agreement(results):
    count = len(results["peers"])
    if not results["differences"]:
        return f"All {len(QUERIES)} answers agree, of {count} peers, of funnel on one thread and on all."
    return "**Answers disagree:**\n\n" + "\n".join(f"- {difference}" for difference in results["differences"])


# MARK: load, memory, start


def loads(results):
    rows = [load_row("funnel", results["funnel"]["all"], None), load_row("funnel, 1 thread", results["funnel"]["one"], None)]
    rows += [load_row(f"{NAMES[peer['system']]} {peer['form']}", peer, peer["before"]) for peer in results["peers"]]
    return "Load of the four files, and memory in MiB:\n\n" + table(
        ["system", "load, ms", "before the load", "after it", "at most"], rows)


def load_row(name, measured, before):
    return [name, time(measured["load_ms"]), mebibytes(before), mebibytes(measured["after"]), mebibytes(measured["peak"])]


def start(results):
    return f"Start of a process (`funnel -c help`): {time(results['funnel']['start_ms'])} ms."


# MARK: saved stores


def store(results):
    saved = results["funnel"]["store"]
    rows = [
        ["save, ms", time(saved["save_ms"])],
        ["open, ms", time(saved["opened"]["load_ms"])],
        ["a new process: start, open, first answer, end, ms", time(saved["open_to_answer_ms"])],
        ["the folder, MiB", mebibytes(saved["size"])],
        ["memory after the load of the files, MiB", mebibytes(saved["loaded_after"])],
        ["memory after opening, MiB", mebibytes(saved["opened"]["after"])],
    ]
    return "A saved store:\n\n" + table(["", ""], rows)


def growth(results):
    """Times a million leads, at both sizes: equal where time grows with the data and no faster."""
    small, large = results["funnel"]["store"]["opened"]["ms"], results["growth"]["opened"]["ms"]
    counts = results["leads"] / 1e6, results["growth"]["leads"] / 1e6
    rows = []
    for query in QUERIES:
        a, b = small[query.name], large[query.name]
        grown = f"{(b / counts[1]) / (a / counts[0]):.2f}" if a >= FINEST else "–"
        rows.append([f"`{query.text}`", time(a), time(b), per(a / counts[0]), per(b / counts[1]), grown])
    head = ["query", f"{results['leads']:,}", f"{results['growth']['leads']:,}", "a million of the first", "a million of the second", "second ÷ first"]
    saved = results["growth"]
    facts = f"""The larger store: loaded in {time(saved["load_ms"])} ms, saved in {time(saved["save_ms"])} ms, {mebibytes(saved["size"])} MiB as a folder,
{mebibytes(saved["loaded_after"])} MiB in memory; a new process answers after {time(saved["open_to_answer_ms"])} ms."""
    return "Growth, from saved stores, in milliseconds:\n\n" + table(head, rows) + "\n\n" + facts


# MARK: text


def table(head, rows):
    alignment = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, alignment, *rows])


def time(milliseconds):
    if milliseconds is None:
        return "–"
    return f"{milliseconds:,.0f}" if milliseconds >= 100 else f"{milliseconds:.1f}" if milliseconds >= 1 else f"{milliseconds:.2f}"


def per(milliseconds):
    return f"{milliseconds:.3f}"


def mebibytes(count):
    return f"{count / 2**20:,.0f}" if count is not None else "–"
