#!/usr/bin/env python3
"""kill -9 at random moments under load, again and again; then count.

    crash_loop.py [--rounds 50] [--seed N] [--connections 4] [--keep]

Every round starts the server on the same data directory, sends batches of records with unique ids
over several connections, appends to a tailed file, and kills the server after a random time. At
the end, in the index (query) and in the journal (evidence export):
    every acknowledged record is present exactly once,
    every record whose acknowledgement was lost is present at most once, in both or in neither,
    every line of the tailed file is present at least once (its position may trail what is durable),
and `tocsin verify` is clean. Exit 0 when so, 1 when not, with what is wrong.
"""

from __future__ import annotations

import argparse
import collections
import http.client
import json
import pathlib
import random
import re
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from tocsin import Server, run_cli, wait_until  # noqa: E402

ID = re.compile(rb"x\d{3}c\d{2}n\d{7}x")
TAIL_ID = re.compile(rb"t\d{9}t")
CATCH_UP_SECONDS_MAX = 180
BUNDLE_RECORDS = 250_000


class Sender(threading.Thread):
    """One connection: batches of random size until the server is gone."""

    def __init__(self, server: Server, name: str, seed: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.server, self.prefix, self.stop_event = server, name, stop
        self.rng = random.Random(seed)
        self.acknowledged: list[str] = []
        self.unknown: list[str] = []
        self.refusals = 0
        self.fault = ""
        self.next = 0

    def batch(self) -> list[str]:
        size = self.rng.choice((1, 1, 5, 50, 200, self.rng.randint(1, 1500)))
        ids = [f"{self.prefix}n{self.next + i:07d}x" for i in range(size)]
        self.next += size
        return ids

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.server.key}", "Content-Type": "application/x-ndjson"}
        while not self.stop_event.is_set():
            ids = self.batch()
            filler = "f" * self.rng.randint(0, 300)
            body = "".join(json.dumps({"message": "crash load", "labels.group": self.prefix,
                                       "labels.id": i, "labels.filler": filler}) + "\n" for i in ids)
            try:
                connection.request("POST", "/api/v1/events", body, headers)
                answer = connection.getresponse()
                said = answer.read()
            except (OSError, http.client.HTTPException):
                self.unknown += ids
                return
            if answer.status == 200 and json.loads(said)["accepted"] == len(ids):
                self.acknowledged += ids
            elif answer.status in (429, 503):
                self.refusals += 1
                self.unknown += ids  # must then be absent or whole, like any unacknowledged batch
                time.sleep(0.05)
            else:
                self.fault = f"answer {answer.status}: {said[:300]!r}"
                return


class TailWriter(threading.Thread):
    """Appends lines to the tailed file until told to stop; the file outlives the server."""

    def __init__(self, path: pathlib.Path, first: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.path, self.next, self.stop_event = path, first, stop

    def run(self) -> None:
        with open(self.path, "a") as out:
            while not self.stop_event.is_set():
                out.write(f'{{"message":"crash tail","labels.group":"t{self.next // 1000:06d}",'
                          f'"labels.id":"t{self.next:09d}t"}}\n')
                out.flush()
                self.next += 1
                time.sleep(0.002)


class Loop:
    def __init__(self, folder: pathlib.Path, options: argparse.Namespace) -> None:
        self.options = options
        self.rng = random.Random(options.seed)
        self.tailed = folder / "tailed.log"
        self.tailed.touch()
        self.server = Server(folder, f"""
journal: {{checkpoint_interval: 1s}}
index: {{hot_rows_max: 3000, hot_age_max: 2s}}
sources:
  - {{type: file, path: "{self.tailed}", name: tailed}}
""")
        self.acknowledged: list[str] = []
        self.unknown: list[str] = []
        self.tail_lines = 0
        self.start_seconds: list[float] = []
        self.faults: list[str] = []

    def round(self, number: int) -> None:
        at = time.monotonic()
        self.server.start()
        self.start_seconds.append(time.monotonic() - at)
        stop = threading.Event()
        senders = [Sender(self.server, f"x{number:03d}c{c:02d}", f"{self.options.seed}/{number}/{c}", stop)
                   for c in range(self.options.connections)]
        tail = TailWriter(self.tailed, self.tail_lines, stop)
        for thread in [*senders, tail]:
            thread.start()
        time.sleep(self.rng.uniform(0.05, self.options.seconds))
        self.server.kill()
        stop.set()
        for thread in [*senders, tail]:
            thread.join(60)
        self.tail_lines = tail.next
        for sender in senders:
            self.acknowledged += sender.acknowledged
            self.unknown += sender.unknown
            if sender.fault:
                self.faults.append(f"round {number}: {sender.fault}")

    def verify(self, when: str) -> None:
        done = self.server.cli("verify", seconds=600)
        if done.returncode != 0:
            said = (done.stdout + done.stderr).decode(errors="replace")[-3000:]
            self.faults.append(f"verify {when} gives {done.returncode}: {said}")

    def in_index(self) -> collections.Counter:
        counted: collections.Counter = collections.Counter()
        groups = [f"labels.group:x{number:03d}c{connection:02d}" for number in range(self.options.rounds)
                  for connection in range(self.options.connections)]
        groups += [f"labels.group:t{tens:06d}" for tens in range(self.tail_lines // 1000 + 1)]
        for group in groups:
            rows = self.server.query(f"{group} | stats count by labels.id")
            counted.update({row["labels.id"]: int(row["count"]) for row in rows})
        return counted

    def in_journal(self, folder: pathlib.Path) -> collections.Counter:
        """Ids in bundles of everything. Each record's bytes stand in them once."""
        last = int(self.server.query("* | stats max(_seq) as last")[0]["last"])
        found: collections.Counter = collections.Counter()
        for first in range(1, last + 1, BUNDLE_RECORDS):
            bundle = folder / "bundle"
            bundle.unlink(missing_ok=True)
            seqs = f"{first}-{min(last, first + BUNDLE_RECORDS - 1)}"
            done = self.server.cli("evidence", "export", "--seq", seqs, "--out", bundle, seconds=600)
            if done.returncode != 0:
                self.faults.append(f"evidence export gives {done.returncode}: {done.stderr[-500:]!r}")
                return found
            checked = run_cli("evidence", "verify", bundle, seconds=600)
            if checked.returncode != 0:
                self.faults.append(f"evidence verify gives {checked.returncode}: "
                                   f"{checked.stdout[-500:]!r}")
            data = bundle.read_bytes()
            found.update(match.decode() for match in ID.findall(data) + TAIL_ID.findall(data))
        return found

    def compare(self, where: str, counted: collections.Counter) -> None:
        lost = [i for i in self.acknowledged if counted[i] == 0]
        twice = [i for i in self.acknowledged + self.unknown if counted[i] > 1]
        tail = [f"t{n:09d}t" for n in range(self.tail_lines)]
        tail_lost = [i for i in tail if counted[i] == 0]
        tail_again = sum(counted[i] > 1 for i in tail)
        for what, ids in (("acknowledged but absent", lost), ("present more than once", twice),
                          ("lines of the tailed file absent", tail_lost)):
            if ids:
                self.faults.append(f"{where}: {len(ids)} {what}: {ids[:5]} …")
        print(f"{where}: {len(self.acknowledged)} acknowledged: {len(lost)} absent; {len(twice)} more than "
              f"once; {self.tail_lines} tailed lines: {len(tail_lost)} absent, {tail_again} again")

    def finish(self, folder: pathlib.Path) -> None:
        self.verify("after the last kill")
        self.server.start()
        print(f"started {len(self.start_seconds)} times: median "
              f"{sorted(self.start_seconds)[len(self.start_seconds) // 2]:.2f} s, "
              f"worst {max(self.start_seconds):.2f} s")
        steady = {"count": -1}

        def caught_up() -> bool:
            before, steady["count"] = steady["count"], self.server.count("*")
            return steady["count"] == before and before >= len(self.acknowledged)

        try:
            wait_until("the index caught up", caught_up, CATCH_UP_SECONDS_MAX)
        except AssertionError as error:
            self.faults.append(str(error))
        index = self.in_index()
        journal = self.in_journal(folder)
        self.compare("index  ", index)
        self.compare("journal", journal)
        differing = [i for i in self.unknown if (index[i] > 0) != (journal[i] > 0)]
        if differing:
            self.faults.append(f"{len(differing)} records in one of index and journal only: {differing[:5]}")
        if self.server.stop() != 0:
            self.faults.append(f"the last stop was not orderly:\n{self.server.log_tail()}")
        self.verify("after an orderly stop")


def run_loop(options: argparse.Namespace) -> list[str]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-crash-"))
    loop = Loop(folder, options)
    try:
        for number in range(options.rounds):
            loop.round(number)
            if options.verbose:
                print(f"round {number}: {len(loop.acknowledged)} acknowledged so far", flush=True)
        loop.finish(folder)
    except AssertionError as error:
        loop.faults.append(str(error))
    finally:
        loop.server.kill()
        if options.keep or loop.faults:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return loop.faults


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=1.5, help="longest life of a server")
    parser.add_argument("--keep", action="store_true", help="keep the data directory")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(arguments)


def main() -> int:
    options = parse(sys.argv[1:])
    faults = run_loop(options)
    for fault in faults:
        print(f"FAULT {fault}")
    print(f"{options.rounds} kills: {'clean' if not faults else f'{len(faults)} faults'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
