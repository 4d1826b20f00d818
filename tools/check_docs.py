#!/usr/bin/env python3
"""Holds what the documents name against what is there.

In every Markdown file: a path in backticks and the target of a link exist; an identifier in
backticks that is plainly code (`Type::member`, `name()`, `kConstant`, `TwoHumps`) occurs in the
sources. Every page in docs/ is named by another page. Every header of a module is named in the
module's README.md, by its name or by its folder's. Prints file:line: reason, exits 1 if any.
"""

from __future__ import annotations

import pathlib
import re
import sys

CODE_SUFFIXES = ("cc", "h", "py", "sh", "cmake", "md", "ts")
SKIPPED_FOLDERS = {"build", "node_modules", "var", ".git"}
# Pages about what was or will be: their words may name what is no longer or not yet there.
HISTORY = re.compile(r"^(?:CHANGELOG\.md|docs/adr/)")

SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"[\w.@-]+(?:/[\w.@-]+)*\.(?:" + "|".join(CODE_SUFFIXES) + r")")
FOLDER = re.compile(r"(?:[\w.-]+/)+")
QUALIFIED = re.compile(r"[A-Za-z_]\w*(?:::~?[A-Za-z_]\w*)+(?:\(\))?")
CALL = re.compile(r"[a-z_]\w*\(\)")
PLACEHOLDER = re.compile(r"(?:\w+/)*x(?:_\w+)?\.\w+")  # x.cc, x_test.cc: any file of that form
CONSTANT = re.compile(r"k[A-Z]\w+")
TWO_HUMPS = re.compile(r"(?:[A-Z][a-z0-9]+){2,}")
WORD = re.compile(r"[A-Za-z_]\w*")
ROOT_FOLDERS = ("src/", "tools/", "tests/", "docs/", "bench/", "cmake/", "rules/", "packaging/",
                ".ci/", "sdk/", "web/")


def files_of(root: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path for path in root.rglob("*") if path.is_file()
                  and not SKIPPED_FOLDERS & set(path.relative_to(root).parts))


def prose_lines(text: str) -> list[tuple[int, str]]:
    """Lines outside fenced blocks."""
    lines, fenced = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            lines.append((number, line))
    return lines


class Tree:
    """What is there: paths, names and words of the sources."""

    def __init__(self, root: pathlib.Path) -> None:
        self.root = root
        self.files = files_of(root)
        self.names = {path.name for path in self.files}
        self.words: set[str] = set()
        for path in self.files:
            if path.suffix in (".cc", ".h", ".py", ".sh", ".cmake", ".ts") or path.name in (
                    "dev", "CMakeLists.txt", "CMakePresets.json"):
                self.words.update(WORD.findall(path.read_text(errors="replace")))

    def has_path(self, name: str, page: pathlib.Path) -> bool:
        if "/" not in name:
            return name in self.names
        roots = (self.root, self.root / "src", page.parent, self.root / "docs")
        return any((base / name).exists() for base in roots)


def is_code_page(name: str) -> bool:
    return name == "docs/architecture.md" or (name.startswith("src/") and name.endswith("README.md"))


def span_fault(tree: Tree, page: pathlib.Path, name: str, span: str) -> str | None:
    path = span.split(":")[0] if re.search(r"\.\w+:\d+$", span) else span
    if PLACEHOLDER.fullmatch(path):
        return None
    if PATH.fullmatch(path):
        return None if tree.has_path(path, page) else f"`{span}` does not exist"
    if FOLDER.fullmatch(path) and path.startswith(ROOT_FOLDERS):
        return None if tree.has_path(path, page) else f"the folder `{span}` does not exist"
    symbol = (QUALIFIED.fullmatch(span) or CALL.fullmatch(span) or CONSTANT.fullmatch(span)
              or (is_code_page(name) and TWO_HUMPS.fullmatch(span)))
    if not symbol or span.startswith("std::"):
        return None
    unknown = [word for word in WORD.findall(span) if word not in tree.words]
    return f"`{span}`: no source has the word {unknown[0]}" if unknown else None


def check_page(tree: Tree, page: pathlib.Path) -> list[str]:
    name = page.relative_to(tree.root).as_posix()
    faults = []
    for number, line in prose_lines(page.read_text(errors="replace")):
        for target in LINK.findall(SPAN.sub("", line)):
            bare = target.split("#")[0]
            if bare and "://" not in bare and not bare.startswith("mailto:") \
                    and not (page.parent / bare).exists():
                faults.append(f"{name}:{number}: the link's target {bare} does not exist")
        if HISTORY.match(name):
            continue
        for span in SPAN.findall(line):
            reason = span_fault(tree, page, name, span)
            if reason is not None:
                faults.append(f"{name}:{number}: {reason}")
    return faults


def check_orphans(tree: Tree, pages: list[pathlib.Path]) -> list[str]:
    faults = []
    texts = {page: page.read_text(errors="replace") for page in pages}
    for page in pages:
        name = page.relative_to(tree.root).as_posix()
        if not name.startswith("docs/") or name.startswith("docs/adr/"):
            continue
        short = name.removeprefix("docs/")
        if not any(short in text for other, text in texts.items() if other != page):
            faults.append(f"{name}:1: no other page names it")
    return faults


def check_module_readme(tree: Tree) -> list[str]:
    faults = []
    src = tree.root / "src"
    for readme in sorted(src.glob("*/README.md")):
        text = readme.read_text(errors="replace")
        for header in sorted(readme.parent.rglob("*.h")):
            if header.stem.endswith("_test"):
                continue
            relative = header.relative_to(readme.parent)
            folders = [f"{parent.as_posix()}/" for parent in relative.parents if parent.name]
            if not re.search(rf"\b{re.escape(header.stem)}\b", text) \
                    and not any(folder in text for folder in folders):
                faults.append(f"src/{readme.parent.name}/README.md:1: does not name "
                              f"{relative.as_posix()}")
    return faults


def check(root: pathlib.Path) -> list[str]:
    tree = Tree(root)
    pages = [path for path in tree.files if path.suffix == ".md"]
    faults = []
    for page in pages:
        faults += check_page(tree, page)
    return faults + check_orphans(tree, pages) + check_module_readme(tree)


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    faults = check(root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
