"""The road through funnel: its shell, connected to an engine and asked text by text."""

import csv
import subprocess

from .funnel import TABLES
from .measuring import memory
from .queries import NOW


class Road:
    """A running funnel that has its statements from a pipe. One whose process ended, or that says an error, raises RuntimeError."""

    def __init__(self, binary, opening, folder=None):
        command = [binary, "-i", "--no-init", "--quiet", "--format", "csv"]
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)
        for statement in ["set timing on", *opening]:
            self.ask(statement)

    def ask(self, text):
        """The lines of an answer as rows of cells, the header first; the time, which funnel says behind every statement, ends it."""
        self.process.stdin.write(text + "\n")
        lines = []
        for line in self.process.stdout:
            if line.startswith("time: "):
                return [row for row in csv.reader(lines) if row]
            if line.startswith("error"):
                raise RuntimeError(f"{text}: {line}")
            lines.append(line)
        raise RuntimeError(f"{text}: funnel has ended\n{''.join(lines)}")

    def peak(self):
        """Bytes that the process held at most."""
        return memory(self.process.pid)[1]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def opening(address):
    """Connects to a database, and binds its four tables."""
    return [f"set now {NOW}", f'connect "{address}"', *(f"load {table} from table {table}" for table in TABLES)]
