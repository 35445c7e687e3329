"""The bandwidth line: how long a plain sum over as many bytes as a query reads takes on as many threads."""

import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).parent.parent / "bandwidth.c"


def measure(sizes, folder, threads):
    """Milliseconds for each number of bytes."""
    program = folder / "bandwidth"
    subprocess.run(["cc", "-O3", "-march=native", "-pthread", "-o", program, SOURCE], check=True)
    run = subprocess.run([program, str(threads), *map(str, sizes)], check=True, capture_output=True, text=True)
    return dict(zip(sizes, map(float, run.stdout.split())))
