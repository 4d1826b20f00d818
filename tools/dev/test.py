#!/usr/bin/env python3
"""./dev test [WORD…]: every check that the project has, in stages, and one closing line.

Without words: everything. A word names a stage (below), a module of src/, or a part of a test's
name; then only that runs. The last line is `N passed, N failed, N skipped`.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "test"
TOCSIN = ROOT / "build" / "release" / "tocsin"

# Modules whose tests start threads: they run under ThreadSanitizer as well.
THREADED = ("flow", "obs", "http", "state", "journal", "intake", "index", "alert", "access", "query",
            "respond", "api", "server", "demo")
# Each has its tests shared out to several processes: a server's locks are many, and ThreadSanitizer
# gives up at 64 that it believes one thread holds.
PROCESSES = {"server": 4}
TEST_SECONDS_MAX = 900
BUILD_SECONDS_MAX = 3600
TAIL_LINES = 60


@dataclasses.dataclass
class Case:
    name: str
    outcome: str  # passed, failed or skipped
    detail: str = ""


@dataclasses.dataclass
class Selection:
    words: list[str]

    def stage(self, name: str) -> bool:
        return not self.words or name in self.words

    def rest(self) -> list[str]:
        return [word for word in self.words if word not in STAGES]


def tail(text: str) -> str:
    lines = text.strip().splitlines()
    return "\n".join(lines[-TAIL_LINES:])


def run(command: list[str], seconds: int, env: dict[str, str] | None = None) -> tuple[int, str]:
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds,
                              env={**os.environ, **(env or {})})
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
        said = said.decode(errors="replace") if isinstance(said, bytes) else said
        return 124, f"{said}\nnot done after {seconds} s"
    except OSError as error:
        return 127, str(error)


def one_case(name: str, command: list[str], seconds: int = TEST_SECONDS_MAX,
             env: dict[str, str] | None = None) -> Case:
    code, said = run(command, seconds, env)
    return Case(name, "passed" if code == 0 else "failed", "" if code == 0 else tail(said))


def python_tests(files: list[pathlib.Path], words: list[str], jobs: int) -> list[Case]:
    if not files:
        return []
    out = OUT / f"python-{files[0].parent.name}.json"
    out.unlink(missing_ok=True)
    command = [sys.executable, "tools/dev/python_tests.py", "--jobs", str(jobs), "--json", str(out)]
    for word in words:
        command += ["--match", word]
    code, said = run(command + [str(path) for path in files], BUILD_SECONDS_MAX)
    if not out.exists():
        return [Case(str(files[0].parent), "failed", tail(said) or f"exit {code}")]
    return [Case(c["name"], c["outcome"], c["detail"]) for c in json.loads(out.read_text())]


# ---- building -------------------------------------------------------------------------------

def build(preset: str, targets: list[str]) -> list[Case]:
    """Empty when all was built; otherwise the failure, with what the compiler said."""
    folder = ROOT / "build" / preset
    if not (folder / "build.ninja").exists():
        code, said = run(["cmake", "--preset", preset], BUILD_SECONDS_MAX)
        if code != 0:
            return [Case(f"configure {preset}", "failed", tail(said))]
    code, said = run(["ninja", "-C", str(folder), "-k", "0", *targets], BUILD_SECONDS_MAX)
    if code == 0:
        return []
    errors = [line for line in said.splitlines() if re.search(r"error:|FAILED:|undefined", line)]
    return [Case(f"build {preset}", "failed", "\n".join(errors[:TAIL_LINES]) or tail(said))]


def modules_with_tests() -> list[str]:
    return sorted(folder.name for folder in (ROOT / "src").iterdir()
                  if folder.is_dir() and any(folder.rglob("*_test.cc")))


def choose_modules(modules: list[str], words: list[str]) -> list[tuple[str, str]]:
    """(module, gtest filter) pairs that the words select; all without words."""
    if not words:
        return [(module, "*") for module in modules]
    chosen = []
    parts = [word for word in words if not (ROOT / "src" / word).is_dir()]
    for module in modules:
        if module in words:
            chosen.append((module, "*"))
            continue
        texts = [path.read_text(errors="replace") for path in (ROOT / "src" / module).rglob("*_test.cc")]
        names = [".".join(match) for text in texts
                 for match in re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)", text)]
        hits = [word for word in parts if any(word in name for name in names)]
        if hits:
            chosen.append((module, ":".join(f"*{word}*" for word in hits)))
    return chosen


def gtest_cases(preset: str, module: str, gtest_filter: str, env: dict[str, str],
                before: list[str], shard: int) -> list[Case]:
    out = OUT / f"{preset}-{module}-{shard}.json"
    out.unlink(missing_ok=True)
    program = ROOT / "build" / preset / f"{module}_test"
    if not program.exists():
        return [Case(f"{preset}: {module}_test", "failed", "was not built")]
    code, said = run([*before, str(program), "--gtest_brief=1", f"--gtest_filter={gtest_filter}",
                      f"--gtest_output=json:{out}"], TEST_SECONDS_MAX,
                     {**env, "GTEST_TOTAL_SHARDS": str(PROCESSES.get(module, 1)),
                      "GTEST_SHARD_INDEX": str(shard)})
    cases = []
    try:
        report = json.loads(out.read_text(errors="replace"))
    except (OSError, ValueError):
        report = {"testsuites": []}
    for suite in report["testsuites"]:
        for test in suite["testsuite"]:
            name = f"{preset}: {module}: {suite['name']}.{test['name']}"
            if test.get("failures"):
                text = "\n".join(failure["failure"] for failure in test["failures"])
                cases.append(Case(name, "failed", tail(text)))
            elif test.get("result") == "SKIPPED":
                cases.append(Case(name, "skipped"))
            elif test.get("status") == "RUN":
                cases.append(Case(name, "passed"))
    if code != 0 and not any(case.outcome == "failed" for case in cases):
        cases.append(Case(f"{preset}: {module}_test", "failed", f"exit {code}\n{tail(said)}"))
    return cases


def unit_tests(preset: str, chosen: list[tuple[str, str]], env: dict[str, str],
               before: list[str]) -> list[Case]:
    if not chosen:
        return []
    cases = build(preset, [f"{module}_test" for module, _ in chosen])
    with concurrent.futures.ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        runs = [(*one, shard) for one in chosen for shard in range(PROCESSES.get(one[0], 1))]
        for found in pool.map(lambda r: gtest_cases(preset, r[0], r[1], env, before, r[2]), runs):
            cases += found
    return cases


# ---- the stages -----------------------------------------------------------------------------

def stage_tools(selection: Selection) -> list[Case]:
    words = selection.rest()
    cases = python_tests(sorted((ROOT / "tools" / "tests").glob("test_*.py")), words, 2)
    if words:
        return cases
    for name in ("check_deps", "tidy", "check_docs"):
        cases.append(one_case(f"tools/{name}.py", [sys.executable, f"tools/{name}.py"]))
    cases.append(one_case("./dev fmt --check", ["bash", "tools/dev/fmt.sh", "--check"]))
    return cases


def stage_unit(selection: Selection) -> list[Case]:
    """All unit tests under AddressSanitizer and UndefinedBehaviorSanitizer."""
    supp = ROOT / "tools" / "sanitizers"
    env = {
        "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
        "UBSAN_OPTIONS": f"halt_on_error=1:print_stacktrace=1:suppressions={supp}/ubsan.supp",
        "LSAN_OPTIONS": f"print_suppressions=0:suppressions={supp}/lsan.supp",
    }
    return unit_tests("asan", choose_modules(modules_with_tests(), selection.rest()), env, [])


def stage_tsan(selection: Selection) -> list[Case]:
    """The threaded modules' tests under ThreadSanitizer."""
    env = {"TSAN_OPTIONS": "halt_on_error=0:exitcode=66:second_deadlock_stack=1:"
                           f"suppressions={ROOT}/tools/sanitizers/tsan.supp"}
    modules = [module for module in modules_with_tests() if module in THREADED]
    # GCC 12's ThreadSanitizer cannot live with the wide address randomisation of newer kernels.
    before = ["setarch", platform.machine(), "-R"]
    if not shutil.which("setarch") or run([*before, "true"], 10)[0] != 0:
        before = []
    return unit_tests("tsan", choose_modules(modules, selection.rest()), env, before)


def wants_the_binary(words: list[str]) -> bool:
    """Whether the words are part of the name of a test that runs the release binary."""
    names = [path.parent.as_posix() for path in (ROOT / "tests" / "golden").rglob("command")]
    for folder in ("e2e", "fault"):
        for path in (ROOT / "tests" / folder).glob("test_*.py"):
            names += re.findall(r"^\s*(?:class|def) (\w+)", path.read_text(), re.MULTILINE)
            names.append(path.stem)
    return any(word in name for word in words for name in names)


def stage_release(selection: Selection) -> list[Case]:
    if selection.rest() and not wants_the_binary(selection.rest()):
        return []
    return build("release", ["tocsin", "load_generator"]) or [Case("release build", "passed")]


def stage_rules(selection: Selection) -> list[Case]:
    """Every shipped rule against the events that must and must not fire it."""
    if selection.rest():
        return []
    code, said = run([str(TOCSIN), "rules", "test", "--json", "rules/"], TEST_SECONDS_MAX)
    cases = []
    for line in said.splitlines():
        try:
            row = json.loads(line)
            cases.append(Case(f"rule: {row['folder']}", "passed" if row["passed"] else "failed",
                              "" if row["passed"] else json.dumps(row["failures"])))
        except (ValueError, KeyError, TypeError):
            continue
    if code != 0 and all(case.outcome == "passed" for case in cases) or not cases:
        cases.append(Case("tocsin rules test rules/", "failed", tail(said) or f"exit {code}"))
    return cases


def stage_golden(selection: Selection) -> list[Case]:
    out = OUT / "golden.json"
    out.unlink(missing_ok=True)
    code, said = run([sys.executable, "tools/golden.py", "--json", str(out), *selection.rest()],
                     TEST_SECONDS_MAX)
    if not out.exists():
        return [Case("tools/golden.py", "failed", tail(said) or f"exit {code}")]
    return [Case(c["name"], c["outcome"], c["detail"]) for c in json.loads(out.read_text())]


def stage_e2e(selection: Selection) -> list[Case]:
    """The release binary as a user meets it, over its public doors."""
    files = sorted((ROOT / "tests" / "e2e").glob("test_*.py"))
    return python_tests(files, selection.rest(), max(2, os.cpu_count() or 1))


def stage_fault(selection: Selection) -> list[Case]:
    """kill -9 in the middle of the work, and flipped bytes."""
    files = sorted((ROOT / "tests" / "fault").glob("test_*.py"))
    return python_tests(files, selection.rest(), 2)


def stage_web(selection: Selection) -> list[Case]:
    """The console's types, style, tests, and how much a browser loads for the first page."""
    if selection.rest():
        return []
    cases = [one_case("packages of web/", ["bash", "tools/setup/web.sh"])]
    for name in ("typecheck", "lint", "test"):
        cases.append(one_case(f"web: npm run {name}", ["npm", "--prefix", "web", "run", "--silent", name]))
    cases.append(one_case("web: the build", ["bash", "tools/dev/web.sh"]))
    cases.append(one_case("web: size of the first page", [sys.executable, "tools/console_size.py"]))
    return cases


def stage_console(selection: Selection) -> list[Case]:
    """The console in a real browser, against a server that was fed the demo's day."""
    files = sorted((ROOT / "tests" / "console").glob("*.test.mjs"))
    files = [f for f in files if not selection.rest() or any(w in f.stem for w in selection.rest())]
    if not shutil.which("chromium"):
        return [Case(f"console: {f.name}", "skipped", "there is no chromium") for f in files]
    return [one_case(f"console: {f.name}", ["node", "--test", str(f)], 600) for f in files]


STAGES = {
    "tools": stage_tools,
    "web": stage_web,
    "unit": stage_unit,
    "tsan": stage_tsan,
    "release": stage_release,
    "rules": stage_rules,
    "golden": stage_golden,
    "e2e": stage_e2e,
    "console": stage_console,
    "fault": stage_fault,
}
# Stages that run the release binary build it first.
NEED_RELEASE = {"rules", "golden", "e2e", "console", "fault"}


def stages_to_run(selection: Selection) -> list[str]:
    named = [word for word in selection.words if word in STAGES]
    chosen = [name for name in STAGES if not named or name in named]
    if NEED_RELEASE & set(chosen) and "release" not in chosen:
        chosen.insert(0, "release")
    return chosen


def run_stage(name: str, selection: Selection) -> list[Case]:
    if name == "release" and NEED_RELEASE & set(selection.words):
        selection = Selection([])
    try:
        return STAGES[name](selection)
    except Exception as error:  # a broken stage is a failure, not the end of the others
        return [Case(f"stage {name}", "failed", repr(error))]


def show(name: str, cases: list[Case], seconds: float) -> None:
    counts = [sum(case.outcome == kind for case in cases) for kind in ("passed", "failed", "skipped")]
    print(f"{name:8} {counts[0]:6} ok {counts[1]:4} failed {counts[2]:4} left out {seconds:8.1f} s")
    for case in cases:
        if case.outcome == "failed":
            print(f"  FAILED {case.name}\n      " + case.detail.replace("\n", "\n      "))
    sys.stdout.flush()


def main() -> int:
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(__doc__)
        print("Stages:", " ".join(STAGES))
        return 0
    selection = Selection(sys.argv[1:])
    OUT.mkdir(parents=True, exist_ok=True)
    everything: list[Case] = []
    started = time.monotonic()
    for name in stages_to_run(selection):
        at = time.monotonic()
        cases = run_stage(name, selection)
        if cases:
            show(name, cases, time.monotonic() - at)
        everything += cases
    (OUT / "cases.json").write_text(json.dumps([dataclasses.asdict(c) for c in everything], indent=1))
    if not everything:
        print(f"nothing is named like {' '.join(selection.words)}", file=sys.stderr)
        return 2
    print(f"{time.monotonic() - started:.0f} s; every case: build/test/cases.json")
    counts = {kind: sum(case.outcome == kind for case in everything)
              for kind in ("passed", "failed", "skipped")}
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
