#!/usr/bin/env python3
"""Holds the C++ sources against the house's style where a script can: sizes, banned calls, names,
characters, headers, module READMEs. Prints file:line: reason, exits 1 if there is any.
CONTRIBUTING.md says why; formatting is clang-format's work.
"""

from __future__ import annotations

import pathlib
import re
import sys

FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70
TEST_LINES_MAX = 100  # a test may hold its table
COLUMNS_MAX = 100
FOLDERS = ("src", "bench")

# name of the rule, what to find in code (comments and strings are blanked), what to do instead
BANNED = [
    (r"\b(?:std::)?s?rand\s*\(", "take an Rng&"),
    (r"\b(?:strcpy|strcat|sprintf|vsprintf|gets|strtok)\s*\(", "writes without a bound"),
    (r"\b(?:atoi|atol|atoll|atof)\s*\(", "cannot report an error: use the parsers of base/text.h"),
    (r"\bstd::(?:format|print|println)\b", "GCC 12 has it not: use fmt"),
    (r"\busing\s+namespace\s+std\s*;", "name what you use"),
    (r"\bstd::(?:cout|cerr|clog)\b", "print with fmt in cli/, log with obs/log.h elsewhere"),
    (r"\b(?:time|localtime|gmtime|ctime|asctime)\s*\(\s*(?:NULL|nullptr|0|&)", "take a Clock&"),
    (r"\bstd::chrono::(?:system|steady|high_resolution)_clock::now\b", "take a Clock&"),
    (r"\bstd::random_device\b", "take an Rng&; keys and salts come from libsodium"),
    (r"\bstd::this_thread::sleep_(?:for|until)\b", "tests never sleep: wait on a condition"),
    (r"\bstd::lock_guard\b", "MutexLock of base/mutex.h, or std::scoped_lock beside a condition"),
    (r"\bstd::atomic\s*<\s*std::shared_ptr", "TSan cannot see it on GCC 12: use Published<T>"),
    (r"\breinterpret_cast\s*<\s*const\s+char\s*\*\s*\*", "type-puns pointers to pointers"),
    (r"\bstd::regex\b", "backtracks without bound: use PCRE2 with limits, or plain parsing"),
    (r"\b(?:system|popen)\s*\(", "no shell"),
]
# Where a ban does not hold: rule pattern index is found by its advice.
ALLOWED = {
    "take a Clock&": ("src/base/clock.cc", "bench/"),
    "take an Rng&; keys and salts come from libsodium": ("src/testing/", "bench/"),
    "print with fmt in cli/, log with obs/log.h elsewhere": ("bench/",),
    "no shell": (),
}
# A test may ask the shell for what is not under test, e.g. to unpack an archive.
TEST_ALLOWED = {"no shell", "take a Clock&"}
# What only tests may not do.
TEST_ONLY = {"tests never sleep: wait on a condition"}

NO_NAMES = {"util", "utils", "common", "misc", "helper", "helpers", "manager", "managers"}

BLANK = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s"]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def blank(text: str) -> str:
    """Comments, strings and characters become spaces; lines stay where they are."""
    def spaces(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match.group(0))
    return BLANK.sub(spaces, text)


DIRECTIVE = re.compile(r"^[ ]*#(?:[^\n\\]|\\\n|\\)*", re.MULTILINE)
SCOPE = re.compile(r"^(?:inline\s+)?(?:namespace|struct|class|union|enum|template|extern)\b")
CONTROL = re.compile(r"^(?:if|for|while|switch|do|else|try|catch|case|default|return)\b")


def without_directives(code: str) -> str:
    return DIRECTIVE.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), code)


def kind_of_brace(statement: str) -> str:
    """What a brace outside any function opens, by the words before it: scope, function or list."""
    words = " ".join(statement.split())
    is_scope = SCOPE.match(words) and not re.search(r"\)\s*(?:const|noexcept|override|->.*)?$", words)
    if is_scope and not (words.startswith("template") and "(" in words):
        return "scope"
    if re.search(r"(?:=|\(|,|\[)$", words) or CONTROL.match(words):
        return "list"
    return "function" if "(" in words else "list"


def functions(code: str) -> list[tuple[int, int]]:
    """(first line, last line) of what looks like a function with a body at namespace or class
    level. A heuristic: it knows braces and the words before them, nothing else."""
    found = []
    stack: list[tuple[str, int]] = []
    statement = ""
    statement_line = 1
    line = 1
    for char in without_directives(code):
        line += char == "\n"
        if char == "{":
            nested = bool(stack) and stack[-1][0] != "scope"
            stack.append(("block" if nested else kind_of_brace(statement), statement_line))
        elif char == "}" and stack:
            kind, opened = stack.pop()
            if kind == "function":
                found.append((opened, line))
        if char in "{};":
            statement = ""
        elif statement or not char.isspace():
            if not statement:
                statement_line = line
            statement += char
            if statement in ("public:", "private:", "protected:"):
                statement = ""
    return found


def is_test_file(name: str) -> bool:
    return bool(re.search(r"_(?:test|fixture)\.(?:cc|h)$|_fuzz\.cc$|^src/testing/", name))


def check_code(name: str, text: str, code: str) -> list[str]:
    faults = []
    lines = code.split("\n")
    is_test = is_test_file(name)
    for pattern, advice in BANNED:
        if any(name.startswith(prefix) for prefix in ALLOWED.get(advice, ())):
            continue
        if advice in (TEST_ALLOWED if is_test else TEST_ONLY):
            continue
        for number, line in enumerate(lines, 1):
            match = re.search(pattern, line)
            if match:
                faults.append(f"{name}:{number}: banned: {match.group(0).strip()}: {advice}")
    lines_max = TEST_LINES_MAX if is_test else FUNCTION_LINES_MAX
    for first, last in functions(code):
        if last - first + 1 > lines_max:
            faults.append(f"{name}:{first}: a function of {last - first + 1} lines; "
                          f"{lines_max} fit a screen")
    return faults


def check_text(name: str, text: str) -> list[str]:
    faults = []
    lines = text.split("\n")
    # A sample log line in a test stays in one piece, however long.
    samples_free = is_test_file(name) or name.startswith("bench/")
    code_lines = blank(text).split("\n") if samples_free else lines
    if len(lines) - 1 > FILE_LINES_MAX:
        faults.append(f"{name}:1: {len(lines) - 1} lines; look for the second idea "
                      f"({FILE_LINES_MAX} at most)")
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            faults.append(f"{name}:{number}: a tab")
        counted = code_lines[number - 1].rstrip(" ;,)}") if samples_free else line
        if len(line) > COLUMNS_MAX and len(counted) > COLUMNS_MAX:
            faults.append(f"{name}:{number}: {len(line)} columns; {COLUMNS_MAX} at most")
        if any(ord(c) < 32 and c != "\t" or ord(c) == 127 or 0x202A <= ord(c) <= 0x202E
               or 0x2066 <= ord(c) <= 0x2069 for c in line):
            faults.append(f"{name}:{number}: a control character; write its escape")
        if re.search(r"\bFIXME\b|\bXXX\b", line):
            faults.append(f"{name}:{number}: FIXME: fix it, or write it into docs/limits.md")
        todo = re.search(r"\bTODO\b(.*)", line)
        if todo and len(todo.group(1).strip(" :")) < 20:
            faults.append(f"{name}:{number}: TODO without the reason and the limit it leaves")
    if not text.endswith("\n"):
        faults.append(f"{name}:{len(lines)}: no newline at the end")
    return faults


def check_name(name: str) -> list[str]:
    path = pathlib.PurePosixPath(name)
    faults = []
    for part in [*path.parts[:-1], path.stem]:
        words = set(part.split("_"))
        if words & NO_NAMES:
            faults.append(f'{name}:1: "{part}" says nothing; name the thing')
        if not re.fullmatch(r"[a-z0-9_]+", part):
            faults.append(f'{name}:1: "{part}" is not snake_case')
    return faults


def check_source(name: str, text: str) -> list[str]:
    faults = check_name(name) + check_text(name, text) + check_code(name, text, blank(text))
    if name.endswith(".h"):
        if "#pragma once" not in text:
            faults.append(f"{name}:1: no #pragma once")
        if not text.startswith("//"):
            faults.append(f"{name}:1: a header begins with what it is for")
    return faults


def check_modules(root: pathlib.Path) -> list[str]:
    faults = []
    for folder in sorted(p for p in (root / "src").iterdir() if p.is_dir()):
        sources = [*folder.rglob("*.cc"), *folder.rglob("*.h")]
        if sources and not (folder / "README.md").exists():
            faults.append(f"src/{folder.name}:1: no README.md (what for, door, files in order)")
    return faults


def check(root: pathlib.Path) -> list[str]:
    faults = check_modules(root)
    for folder in FOLDERS:
        for path in sorted([*(root / folder).rglob("*.cc"), *(root / folder).rglob("*.h")]):
            name = path.relative_to(root).as_posix()
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                faults.append(f"{name}:1: not UTF-8")
                continue
            faults += check_source(name, text)
    return faults


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    faults = check(root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
