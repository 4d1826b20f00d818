#!/usr/bin/env python3
"""Holds the includes of src/ against the ranks of the modules (docs/architecture.md).

A file includes only modules of lower rank or its own. Modules of one rank never include each
other. Only tests, fuzz targets and testing/ itself include testing/. A module includes only what
its line in CMakeLists.txt reaches by DEPS. Prints file:line: reason, exits 1 if there is any.
"""

from __future__ import annotations

import pathlib
import re
import sys

RANKS = {
    "base": 0,
    "sys": 1, "model": 1,
    "obs": 2, "config": 2, "flow": 2, "http": 2, "state": 2,
    "intake": 3, "scrub": 3, "journal": 3, "decode": 3, "enrich": 3, "detect": 3, "index": 3,
    "alert": 3, "respond": 3, "console": 3, "incident": 3, "access": 3, "documents": 3,
    "query": 4, "enforce": 4,
    "backtest": 5,
    "api": 6,
    "server": 7, "demo": 7, "shipped": 7,
    "cli": 8,
}
# Rank-7 modules that another module of rank 7 may use: plain content without behaviour.
CONTENT = {"shipped"}
# Rank 1 and 2 are foundations: within them a module may use what CMakeLists.txt says.
FOUNDATION_RANKS = {1, 2}
TESTING = "testing"

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
MODULE_LINE = re.compile(r"^\s*tocsin_module\(\s*(\w+)([^)]*)\)", re.MULTILINE)


def parse_modules(cmake_text: str) -> dict[str, set[str]]:
    """module -> its direct DEPS, from the tocsin_module lines."""
    modules = {}
    text = re.sub(r"#[^\n]*", "", cmake_text)
    for match in MODULE_LINE.finditer(text):
        words = match.group(2).split()
        deps: set[str] = set()
        part = None
        for word in words:
            if word in ("DEPS", "LIBS"):
                part = word
            elif part == "DEPS":
                deps.add(word)
        modules[match.group(1)] = deps
    return modules


def reach(modules: dict[str, set[str]], module: str) -> set[str]:
    """All modules that `module` gets by its DEPS, directly or through others."""
    seen: set[str] = set()
    stack = list(modules.get(module, ()))
    while stack:
        dep = stack.pop()
        if dep not in seen:
            seen.add(dep)
            stack.extend(modules.get(dep, ()))
    return seen


def is_test_file(path: pathlib.PurePath) -> bool:
    return path.stem.endswith(("_test", "_fixture", "_fuzz"))


def refusal(module: str, target: str, test_file: bool) -> str | None:
    """Why a file of `module` may not include one of `target`; None when it may."""
    if target == module:
        return None
    if target == TESTING:
        return None if test_file else "only tests include testing/"
    if target not in RANKS:
        return f'no module named "{target}" has a rank'
    if module == TESTING:
        # Fakes and builders serve every module's tests; they must stay below rank 3.
        return None if RANKS[target] < 3 else f"testing/ stays below rank 3, {target}/ has {RANKS[target]}"
    if module not in RANKS:
        return f'module "{module}" has no rank'
    own, other = RANKS[module], RANKS[target]
    if other < own:
        return None
    if other == own and (target in CONTENT or own in FOUNDATION_RANKS):
        return None
    if other == own:
        return f"{module}/ and {target}/ have the same rank {own} and never include each other"
    return f"{module}/ has rank {own}, {target}/ has the higher rank {other}"


def check_file(path: pathlib.Path, src: pathlib.Path, modules: dict[str, set[str]]) -> list[str]:
    relative = path.relative_to(src)
    if len(relative.parts) < 2:
        return [f"{path}:1: a source belongs to a module's folder"]
    module = relative.parts[0]
    allowed = reach(modules, module) | {module}
    if is_test_file(relative):
        allowed |= reach(modules, TESTING)
    faults = []
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        included = pathlib.PurePosixPath(match.group(1))
        if included.parts[0] in (".", ".."):
            faults.append(f"{path}:{number}: include from the root of src/, not \"{included}\"")
            continue
        if not (src / included).exists():
            # Generated or third-party headers in quotes are named with their folder, too.
            if len(included.parts) > 1 and included.parts[0] in RANKS:
                faults.append(f'{path}:{number}: "{included}" does not exist')
            continue
        target = included.parts[0]
        reason = refusal(module, target, is_test_file(relative))
        if reason is None and modules and target not in allowed and target != TESTING:
            reason = f"CMakeLists.txt gives {module} no DEPS that reach {target}"
        if reason is not None:
            faults.append(f"{path}:{number}: {reason}")
    return faults


def check_modules(root: pathlib.Path, modules: dict[str, set[str]]) -> list[str]:
    faults = []
    cmake = root / "CMakeLists.txt"
    for module, deps in sorted(modules.items()):
        if module != TESTING and module not in RANKS:
            faults.append(f'{cmake}:1: module "{module}" has no rank in tools/check_deps.py')
        for dep in sorted(deps):
            if dep not in modules:
                faults.append(f'{cmake}:1: module "{module}" has the unknown DEPS "{dep}"')
            elif (reason := refusal(module, dep, False)) is not None:
                faults.append(f"{cmake}:1: DEPS of {module}: {reason}")
    src = root / "src"
    for folder in sorted(p for p in src.iterdir() if p.is_dir()):
        has_sources = any(folder.rglob("*.cc")) or any(folder.rglob("*.h"))
        if has_sources and modules and folder.name not in modules:
            faults.append(f"{folder}:1: has no tocsin_module line in CMakeLists.txt")
    return faults


RANK_ROW = re.compile(r"^\|\s*(\d)\s*\|(.*)\|\s*$")


def ranks_in_text(text: str) -> dict[str, int]:
    """The ranks that docs/architecture.md states: table rows `| 1 | `sys`, `model` |`."""
    ranks = {}
    for line in text.splitlines():
        if match := RANK_ROW.match(line):
            ranks.update({name: int(match.group(1)) for name in re.findall(r"`(\w+)/?`", match.group(2))
                          if name in RANKS})
    return ranks


def check_architecture(root: pathlib.Path, modules: dict[str, set[str]]) -> list[str]:
    page = root / "docs" / "architecture.md"
    if not page.exists():
        return []
    stated = ranks_in_text(page.read_text())
    if not stated:
        return [f"{page}:1: states no module's rank"]
    faults = [f"{page}:1: says rank {rank} for {module}, tools/check_deps.py has {RANKS[module]}"
              for module, rank in sorted(stated.items()) if RANKS[module] != rank]
    faults += [f"{page}:1: does not state the rank of {module}"
               for module in sorted(modules) if module != TESTING and module not in stated]
    return faults


def check(root: pathlib.Path) -> list[str]:
    cmake = root / "CMakeLists.txt"
    modules = parse_modules(cmake.read_text()) if cmake.exists() else {}
    src = root / "src"
    faults = check_modules(root, modules) + check_architecture(root, modules)
    for path in sorted([*src.rglob("*.cc"), *src.rglob("*.h")]):
        faults += check_file(path, src, modules)
    return faults


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    faults = check(root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
