"""Clocks and memory: how long something takes, and what a process holds."""

import statistics
import time

# One run to warm up, which is dropped, and those that count.
RUNS = 6


def timed(work):
    """The median time in milliseconds of a piece of work, and its last result."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        result = work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[1:]), result


def memory(process="self"):
    """Bytes that a process holds now, and at most held so far: VmRSS and VmHWM; None when it is gone."""
    fields = {}
    try:
        with open(f"/proc/{process}/status") as status:
            for line in status:
                name, _, value = line.partition(":")
                if name in ("VmRSS", "VmHWM"):
                    fields[name] = int(value.split()[0]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        return None
    return (fields["VmRSS"], fields["VmHWM"]) if len(fields) == 2 else None
