"""The road of the benchmark: data, funnel, the peers, the comparison, the report."""

import argparse
import json
import os
import pathlib
import subprocess
import sys

from . import bandwidth, comparing, report
from .funnel import Funnel
from .peer import FORMS, SYSTEMS
from .queries import QUERIES

STORE = "bench.store"


def main():
    parser = argparse.ArgumentParser(prog="Tests/Benchmarks/run")
    parser.add_argument("funnel")
    parser.add_argument("--leads", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--growth", type=int, help="so many leads are asked about from a saved store, too")
    arguments = parser.parse_args()
    threads = len(os.sched_getaffinity(0))
    folder = (arguments.folder / str(arguments.leads)).resolve()

    funnel = Funnel(arguments.funnel, folder)
    say(f"{arguments.leads:,} leads in {folder}")
    funnel.sample(arguments.leads)
    say("funnel")
    results = {"leads": arguments.leads, "threads": threads, "busy": os.getloadavg()[0], "funnel": ask_funnel(funnel, threads)}
    results["peers"] = []
    again = []
    for system in SYSTEMS:
        for form in FORMS:
            results["peers"].append(ask_peer(system, form, folder, threads))
            # The speed of a machine that is shared changes within minutes: funnel, which is done in seconds, is asked anew between its peers.
            again.append({"all": funnel.ask(threads), "one": funnel.ask(1)})
    for key in ("all", "one"):
        results["funnel"][key] = Funnel.together([results["funnel"][key], *(asked[key] for asked in again)])
    results["bandwidth"] = bandwidth.measure(sorted(set(results["funnel"]["bytes"].values())), folder, threads)
    if arguments.growth and results["funnel"]["store"]:
        results["growth"] = grow(Funnel(arguments.funnel, (arguments.folder / str(arguments.growth)).resolve()), arguments.growth, threads)
    elif arguments.growth:
        say("GROWTH: this funnel can't save a store")

    results["differences"] = disagreements(results)
    (folder / "results.json").write_text(json.dumps(results, indent=1))
    text = report.markdown(results)
    (folder / "results.md").write_text(text)
    print(text)
    for difference in results["differences"]:
        say(difference)
    return 1 if results["differences"] else 0


def ask_funnel(funnel, threads):
    """Everything that is measured of funnel itself."""
    can_save = funnel.saves()
    found = {"version": funnel.version(), "start_ms": funnel.start(), "bytes": funnel.bytes_read(threads)}
    found["all"] = funnel.ask(threads)
    found["one"] = funnel.ask(1)
    found["store"] = ask_store(funnel, threads) if can_save else None
    return found


def ask_store(funnel, threads, is_last=False):
    """What a saved store costs and gives: the queries are asked in a process that has opened it. `is_last`: no one reads the CSV files any more."""
    funnel.forget(STORE)
    saving = funnel.ask(threads, saving=STORE, queries=())
    if is_last:
        funnel.release_files()
    opened = funnel.ask(threads, store=STORE)
    return {
        "save_ms": saving["save_ms"], "load_ms": saving["load_ms"], "size": funnel.size(STORE),
        "open_to_answer_ms": funnel.open_to_answer(STORE, threads), "opened": opened, "loaded_after": saving["after"],
    }


def grow(funnel, leads, threads):
    """The queries at another size, from its saved store."""
    say(f"{leads:,} leads")
    funnel.sample(leads)
    return {"leads": leads, **ask_store(funnel, threads, is_last=True)}


def ask_peer(system, form, folder, threads):
    """What a peer's process measured."""
    say(f"{system} {form}")
    output = folder / f"{system}-{form}.json"
    subprocess.run([sys.executable, "-m", f"{__package__}.peer", system, form, folder, output, str(threads)], check=True)
    return json.loads(output.read_text())


def disagreements(results):
    """Every answer of a peer that is not funnel's, and every one of funnel's own that changes with threads or the store."""
    found = []
    funnel = results["funnel"]
    for query in QUERIES:
        ours = comparing.funnel_rows(query, funnel["all"]["answers"][query.name])
        others = [
            (f"{peer['system']} {peer['form']}", rows) for peer in results["peers"] for rows in peer["queries"][query.name]["answers"]]
        others.append(("funnel on one thread", comparing.funnel_rows(query, funnel["one"]["answers"][query.name])))
        if funnel["store"]:
            others.append(("funnel from a store", comparing.funnel_rows(query, funnel["store"]["opened"]["answers"][query.name])))
        for name, theirs in others:
            differing = comparing.differences(query, ours, theirs)
            found += [f"{query.text}: funnel and {name} disagree: {difference}" for difference in differing[:3]]
            if len(differing) > 3:
                found.append(f"{query.text}: funnel and {name}: {len(differing)} lines differ in all")
    return found


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
