#!/usr/bin/env python3
"""./dev golden: runs the release binary on small inputs and compares with what was expected.

A case is a folder tests/golden/<area>/<case>/ with
    purpose     one line: what the case is about
    command     arguments of tocsin, one a line; the case's folder is the working folder
    fields      optional: JSON members to keep, one a line; the rest of each output line is dropped
    expected    the exit code on the first line, then standard output
--update rewrites `expected`; then read the diff. Folders without `command` belong to unit tests
(run those with TOCSIN_GOLDEN_UPDATE=1 to rewrite theirs: --update does).
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SECONDS_MAX = 120


def lines_of(path: pathlib.Path) -> list[str]:
    if not path.exists():
        return []
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def keep_fields(text: str, fields: list[str]) -> str:
    """Each JSON line reduced to the members named; other lines stay."""
    kept = []
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            kept.append(line)
            continue
        if isinstance(row, dict):
            row = {name: row[name] for name in fields if name in row}
        kept.append(json.dumps(row, ensure_ascii=False))
    return "\n".join(kept) + ("\n" if kept else "")


def outcome(tocsin: pathlib.Path, case: pathlib.Path) -> str:
    done = subprocess.run([str(tocsin), *lines_of(case / "command")], cwd=case,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", timeout=SECONDS_MAX,
                          env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"})
    said = done.stdout
    if done.returncode >= 2:
        said += done.stderr
    fields = lines_of(case / "fields")
    return f"exit {done.returncode}\n{keep_fields(said, fields) if fields else said}"


def cases_below(folder: pathlib.Path, words: list[str]) -> list[pathlib.Path]:
    found = sorted(path.parent for path in folder.rglob("command"))
    return [case for case in found
            if not words or any(word in case.relative_to(folder).as_posix() for word in words)]


def check_case(tocsin: pathlib.Path, case: pathlib.Path, update: bool) -> str:
    """Empty when all is as expected; otherwise the difference."""
    if not lines_of(case / "purpose"):
        return "has no purpose line"
    got = outcome(tocsin, case)
    path = case / "expected"
    wanted = path.read_text() if path.exists() else ""
    if got == wanted:
        return ""
    if update:
        path.write_text(got)
        print(f"rewrote {path.relative_to(ROOT)}")
        return ""
    return "".join(difflib.unified_diff(wanted.splitlines(True), got.splitlines(True),
                                        "expected", "got"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("--tocsin", type=pathlib.Path, default=ROOT / "build/release/tocsin")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "tests/golden")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    results = []
    for case in cases_below(options.folder, options.words):
        name = f"golden: {case.relative_to(options.folder).as_posix()}"
        try:
            difference = check_case(options.tocsin, case, options.update)
        except (OSError, subprocess.TimeoutExpired) as error:
            difference = str(error)
        results.append({"name": name, "detail": difference,
                        "outcome": "failed" if difference else "passed"})
        if difference:
            print(f"{name}:\n{difference}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results))
    failed = sum(result["outcome"] == "failed" for result in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
