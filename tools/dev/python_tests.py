#!/usr/bin/env python3
"""Runs Python unittest files, each in a process of its own, a few at a time, and counts.

    python_tests.py [--jobs N] [--json OUT] [--match WORD]… FILE…

A file's tests run one after another; files run side by side, so a file takes free ports and
temporary folders only. With --json every test's outcome is written for ./dev test.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

FILE_SECONDS_MAX = 900


class Recorder(unittest.TestResult):
    """Keeps each test's name, outcome, seconds and what it said."""

    def __init__(self) -> None:
        super().__init__()
        self.cases: list[dict] = []
        self.started = 0.0
        self.subtest_failed = False

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()
        self.subtest_failed = False

    def note(self, test, outcome, detail=""):
        self.cases.append({"name": test.id(), "outcome": outcome, "detail": detail,
                           "seconds": round(time.monotonic() - self.started, 2)})

    def addSuccess(self, test):
        self.note(test, "passed")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped", reason)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "failed", self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, "failed", self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            text = "".join(self._exc_info_to_string(err, test))
            self.note(subtest, "failed", text)


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def run_file(path: str, words: list[str]) -> list[dict]:
    """In this process: the tests of one file."""
    folder = str(pathlib.Path(path).resolve().parent)
    sys.path.insert(0, folder)
    suite = unittest.defaultTestLoader.loadTestsFromName(pathlib.Path(path).stem)
    chosen = unittest.TestSuite(test for test in tests_of(suite)
                                if not words or any(word in f"{path} {test.id()}" for word in words))
    recorder = Recorder()
    chosen.run(recorder)
    return recorder.cases


def run_in_process(path: str, words: list[str]) -> list[dict]:
    """In a process of its own, with a limit on its time."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [sys.executable, __file__, "--one", path, "--json", out.name]
        for word in words:
            command += ["--match", word]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=FILE_SECONDS_MAX,
                                  text=True, errors="replace", start_new_session=True)
            said = done.stdout
        except subprocess.TimeoutExpired as late:
            said = f"not done after {FILE_SECONDS_MAX} s\n{late.stdout or ''}"
        try:
            return json.loads(pathlib.Path(out.name).read_text())
        except ValueError:
            return [{"name": path, "outcome": "failed", "seconds": 0, "detail": said[-4000:]}]


def report(cases: list[dict]) -> None:
    for case in cases:
        if case["outcome"] == "passed":
            continue
        print(f"{case['outcome']}: {case['name']}")
        if case["detail"]:
            print("    " + case["detail"].strip().replace("\n", "\n    "))
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=max(2, (os.cpu_count() or 1)))
    parser.add_argument("--json")
    parser.add_argument("--match", action="append", default=[])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    if options.one:
        cases = run_file(options.one, options.match)
        pathlib.Path(options.json).write_text(json.dumps(cases))
        return 0
    cases = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for outcome in pool.map(lambda path: run_in_process(path, options.match), options.files):
            report(outcome)
            cases += outcome
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(cases))
    counts = {kind: sum(case["outcome"] == kind for case in cases)
              for kind in ("passed", "failed", "skipped")}
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
