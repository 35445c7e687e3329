"""Drives funnel: its load, its queries, its start, and the store that it saves."""

import csv
import io
import os
import re
import shutil
import statistics
import subprocess
import time

from .measuring import RUNS, memory
from .queries import NOW, QUERIES

TABLES = ("leads", "deals", "stages", "costs")
UNITS = {"ms": 1, "s": 1000, "min": 60_000}
READ = re.compile(r"read ([\d,]+) bytes? in ")


class Funnel:
    """One funnel binary, and the folder whose data it is asked about."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder

    def sample(self, leads):
        if not (self.folder / "costs.csv").exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            subprocess.run([self.binary, "sample", "--leads", str(leads), "--seed", "1", "-o", self.folder], check=True, stdout=subprocess.DEVNULL)

    def release_files(self):
        """Gives back the memory in which the system holds the CSV files: a store ten times as large would have to share what there is with them."""
        os.sync()
        for table in TABLES:
            with open(self.folder / f"{table}.csv", "rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def version(self):
        return subprocess.run([self.binary, "--version"], check=True, capture_output=True, text=True).stdout.strip()

    def start(self):
        """Milliseconds that a process takes which has nothing to do but help; the median of 20."""
        return self.wall(["-c", "help"], 20)

    def wall(self, arguments, times):
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            subprocess.run([self.binary, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
            taken.append((time.perf_counter() - start) * 1000)
        return statistics.median(taken)

    # MARK: queries

    def ask(self, threads, store=None, saving=None, queries=QUERIES):
        """Gets the data, asks every query so many times, and says how long each took and what it answered."""
        opening = [f'open "{store}"'] if store else [f'load {table} from "{table}.csv"' for table in TABLES]
        saves = [f'save "{saving}"'] if saving else []
        script = [f"set now {NOW}", "set timing on", *opening, *saves]
        first = 1 + len(opening) + len(saves)
        script += [query.text for query in queries for _ in range(RUNS)]
        (self.folder / "bench.funnel").write_text("\n".join(script) + "\n")
        times, held, answers = self.run(threads, 1 + len(opening))
        assert len(times) == first + len(queries) * RUNS, f"{len(times)} times of {len(script) - 1} statements"
        medians = {}
        for query in queries:
            medians[query.name] = statistics.median(times[first + 1:first + RUNS])
            first += RUNS
        return {
            "load_ms": sum(times[1:1 + len(opening)]), "save_ms": sum(times[1 + len(opening):1 + len(opening) + len(saves)]),
            "after": held and held[0], "peak": held and held[1], "ms": medians, "answers": self.answers(answers, queries),
        }

    @staticmethod
    def together(asked):
        """What several processes measured, as one: the median of their times, and the most memory that one of them held at most."""
        first = asked[0]
        assert all(one["answers"] == first["answers"] for one in asked), "two processes gave different answers"
        medians = {name: statistics.median(one["ms"][name] for one in asked) for name in first["ms"]}
        found = {**first, "ms": medians, "load_ms": statistics.median(one["load_ms"] for one in asked)}
        for name, choose in (("after", statistics.median), ("peak", max)):
            held = [one[name] for one in asked if one[name]]
            found[name] = choose(held) if held else None
        return found

    def run(self, threads, loaded):
        """Runs the script; memory is read when so many statements are done, which is right behind the load."""
        answers = self.folder / "answers.csv"
        command = [self.binary, "--threads", str(threads), "--format", "csv", "bench.funnel"]
        times, held, messages = [], None, []
        with open(answers, "w") as output:
            process = subprocess.Popen(command, cwd=self.folder, stdout=output, stderr=subprocess.PIPE, text=True)
            for line in process.stderr:
                messages.append(line)
                if line.startswith("time: "):
                    times.append(milliseconds(line[6:]))
                    if len(times) == loaded:
                        held = memory(process.pid)
        assert process.wait() == 0, "".join(messages)
        return times, held, answers.read_text()

    def answers(self, text, queries):
        """Each query's answer as rows of cells, its header first; every run must have answered the same."""
        blocks = text.rstrip("\n").split("\n\n") if queries else []
        assert len(blocks) == len(queries) * RUNS, f"{len(blocks)} answers"
        found = {}
        for index, query in enumerate(queries):
            runs = blocks[index * RUNS:(index + 1) * RUNS]
            assert len(set(runs)) == 1, f"{query.text}: not every run gave the same answer"
            found[query.name] = list(csv.reader(io.StringIO(runs[0])))
        return found

    # MARK: bytes

    def bytes_read(self, threads):
        """How many bytes each query reads, as `plan QUERY run` says; none where it does not say."""
        loads = [f'load {table} from "{table}.csv"' for table in TABLES]
        texts = [f"plan {query.text} run" for query in QUERIES]
        if self.accepts(loads + texts[:1]) is None:
            return {}
        together = self.accepts(loads + texts, threads)
        outputs = {}
        if together is not None and len(found := READ.findall(together)) == len(QUERIES):
            return {query.name: number(count) for query, count in zip(QUERIES, found)}
        for query, text in zip(QUERIES, texts):
            output = self.accepts(loads + [text], threads)
            if output is not None and (found := READ.findall(output)):
                outputs[query.name] = number(found[-1])
        return outputs

    def accepts(self, statements, threads=1):
        """What a script prints; None where funnel does not take it."""
        (self.folder / "probe.funnel").write_text("\n".join([f"set now {NOW}", *statements]) + "\n")
        run = subprocess.run(
            [self.binary, "--quiet", "--threads", str(threads), "probe.funnel"], cwd=self.folder, capture_output=True, text=True)
        return run.stdout + run.stderr if run.returncode == 0 else None

    # MARK: saved stores

    def saves(self):
        """Whether this funnel can save a store and open it."""
        worked = self.accepts(['load costs from "costs.csv"', 'save "probe.store"']) is not None
        worked = worked and self.accepts(['open "probe.store"']) is not None
        shutil.rmtree(self.folder / "probe.store", ignore_errors=True)
        return worked

    def forget(self, store):
        shutil.rmtree(self.folder / store, ignore_errors=True)

    def size(self, store):
        return sum(os.lstat(os.path.join(root, name)).st_size for root, _, names in os.walk(self.folder / store) for name in names)

    def open_to_answer(self, store, threads):
        """Milliseconds from the start of a process that opens a store to the end of its first answer; the median of 5."""
        return self.wall(["--quiet", "--threads", str(threads), "-c", f'open "{store}"', "-c", "leads by source"], 5)


def milliseconds(text):
    """A time as funnel writes it: `0.4 ms`, `12 ms`, `3.2 s`, `2:05 min`."""
    value, unit = text.split()
    whole, _, seconds = value.partition(":")
    return float(whole) * UNITS[unit] + float(seconds or 0) * 1000


def number(text):
    return int(text.replace(",", ""))
