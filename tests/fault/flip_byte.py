#!/usr/bin/env python3
"""Flips a byte in each kind of file of a stopped data directory and demands a clean report.

    flip_byte.py [--flips 3] [--seed N] [--keep]

For each kind of file (names with their numbers taken out), in a fresh copy: one byte is changed;
then `tocsin verify` must end with 1 and name the file, or, for files that are not evidence, the
server must name it in its log when it starts or when a search first needs it. The server must start
on the damaged copy and serve everything that the damaged file did not hold; without its private
key it must refuse to start instead, by name, and serve again when the key is restored. Exit 0 when
so, 1 when not.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import random
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import log_lines  # noqa: E402
from tocsin import EXIT_FOUND, Server, wait_until  # noqa: E402

CONFIG = """
journal: {checkpoint_interval: 1s}
index: {hot_rows_max: 1000, hot_age_max: 1s}
"""
RECORDS = 6000
# Nothing in these is kept from one run to the next: the start writes them anew.
REWRITTEN = re.compile(r"(?:^|/)(?:[^/]*\.lock|lock|local\.json|[^/]*\.pid)$")
# What can be made again from the rest is checked when it is read, and made again.
CACHES = re.compile(r"^cache/")

# The server cannot sign without it, and must not make itself another one.
REFUSES_WITHOUT = "keys/journal.key"


def kind_of(name: str) -> str:
    """journal/000000000012.segment and journal/000000004096.segment are one kind."""
    return re.sub(r"[0-9a-f]{8,}|\d+", "N", name)


def fill(server: Server) -> None:
    """Enough of everything that each kind of file comes to be, then an orderly stop."""
    server.start()
    server.create_key("read", "second")
    for start in range(0, RECORDS, 500):
        lines = [json.dumps({"message": "flip", "labels.id": f"f{n:06d}"})
                 for n in range(start, start + 500)]
        server.send_lines(lines)
    server.send_lines([log_lines.ssh_failure("203.0.113.9") for _ in range(40)], source="auth")
    server.wait_for_count("message:flip", RECORDS, 120)
    wait_until("there is an alert", server.alerts, 60)
    wait_until("there is a sealed segment", lambda: list(server.data.rglob("*.parquet")), 60)
    if server.stop() != 0:
        raise AssertionError(f"the stop was not orderly:\n{server.log_tail()}")


def kinds(data: pathlib.Path) -> dict[str, list[pathlib.Path]]:
    found: dict[str, list[pathlib.Path]] = {}
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data).as_posix()
        if path.is_file() and path.stat().st_size > 0 and not REWRITTEN.search(name):
            found.setdefault(kind_of(name), []).append(path)
    return found


def places(size: int, count: int, rng: random.Random) -> list[int]:
    fixed = [0, size // 2, size - 1][:count]
    return sorted({*fixed, *(rng.randrange(size) for _ in range(count - len(fixed)))})


class Trial:
    def __init__(self, work: pathlib.Path, original: pathlib.Path, name: str, offset: int, bit: int) -> None:
        self.name, self.offset = name, offset
        self.folder = work / "trial"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.server = Server(self.folder, CONFIG)
        shutil.copytree(original, self.server.data, copy_function=shutil.copy2)
        self.path = self.server.data / name
        self.intact = self.path.read_bytes()
        data = bytearray(self.intact)
        data[offset] ^= 1 << bit
        self.path.write_bytes(data)

    def serve(self, faults: list[str]) -> int:
        """How many of the records a server on the damaged copy finds; -1 when it does not serve."""
        try:
            self.server.start()
            served = self.server.count("message:flip")
            for number in range(0, RECORDS, RECORDS // 20):
                self.server.query(f"labels.id:f{number:06d}")
            self.server.query('event.outcome:failure and source.ip:203.0.113.9')
            wait_until("catching up", lambda: self.server.count("message:flip") >= served, 30)
            served = self.server.count("message:flip")
            if self.server.stop() != 0:
                faults.append("the stop was not orderly")
            return served
        except AssertionError as error:
            if self.name != REFUSES_WITHOUT or self.path.read_bytes() == self.intact:
                faults.append(f"does not serve the rest: {error}")
            return -1
        finally:
            self.server.kill()

    def run(self) -> tuple[str, list[str]]:
        """(who found it, faults)"""
        base = pathlib.PurePosixPath(self.name).name.encode()
        done = self.server.cli("verify", seconds=300)
        said = done.stdout + done.stderr
        by_verify = done.returncode == EXIT_FOUND and base in said
        faults = []
        if done.returncode < 0 or done.returncode > 3:
            faults.append(f"verify ended with {done.returncode}: {said[-500:]!r}")
        served = self.serve(faults)
        if served < 0 and not faults:
            self.path.write_bytes(self.intact)
            served = self.serve(faults)
        by_start = base in self.server.log_text().encode()
        if not by_verify and not by_start and not CACHES.search(self.name):
            faults.append(f"not found: verify gave {done.returncode} and neither it nor the server names it")
        if served == 0:
            faults.append("serves nothing of the rest")
        finder = "verify" if by_verify else "server" if by_start else "nobody"
        return f"{finder:7} {served:6} of {RECORDS} served", faults


def run_flips(options: argparse.Namespace) -> list[str]:
    work = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-flip-"))
    rng = random.Random(options.seed)
    faults: list[str] = []
    try:
        server = Server(work, CONFIG)
        fill(server)
        for kind, paths in kinds(server.data).items():
            path = paths[len(paths) // 2]
            name = path.relative_to(server.data).as_posix()
            for offset in places(path.stat().st_size, options.flips, rng):
                trial = Trial(work, server.data, name, offset, rng.randrange(8))
                outcome, found = trial.run()
                print(f"{kind:44} byte {offset:9}: {outcome}{'  FAULT' if found else ''}", flush=True)
                faults += [f"{name} byte {offset}: {text}" for text in found]
    except AssertionError as error:
        faults.append(str(error))
    finally:
        if options.keep:
            print(f"kept: {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    return faults


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=3, help="flips in each kind of file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args(arguments)


def main() -> int:
    faults = run_flips(parse(sys.argv[1:]))
    for fault in faults:
        print(f"FAULT {fault}")
    print("clean" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
