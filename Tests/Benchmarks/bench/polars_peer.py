"""Polars: its frames and its queries, plain and tuned."""

import os

# Read when the library is loaded.
THREADS = "POLARS_MAX_THREADS"


class Peer:
    """Frames in memory, asked through lazy queries on whichever of the two engines is faster for each."""

    def __init__(self, form, folder, threads):
        os.environ[THREADS] = str(threads)
        import polars

        self.version = polars.__version__
        assert polars.thread_pool_size() == threads
        from . import polars_plain, polars_tuned

        self.form = {"plain": polars_plain, "tuned": polars_tuned}[form]
        self.folder = folder

    def load(self):
        self.frames = self.form.load(self.folder)
        self.queries = self.form.queries({name: frame.lazy() for name, frame in self.frames.items()})

    def check_data(self):
        """The queries read customers and leads without asking for missing ones; data with some would need other queries."""
        missing = self.frames["deals"].select("customer", "lead").null_count().sum_horizontal().item()
        assert missing == 0, f"{missing} deals have no customer or no lead"

    def works(self, name):
        query = self.queries[name]
        return [lambda: query.collect(engine="in-memory"), lambda: query.collect(engine="streaming")]

    def rows(self, frame):
        return frame.rows()
