#!/usr/bin/env python3
"""Write the files of a folder into one C++ source file.

    embed.py FOLDER OUTPUT.cc [--suffix .yml] [--also FOLDER]

The output defines tocsin::embedded_files() of src/shipped/embedded.h: (path, text) pairs sorted by
path; those of --also are below the name of their folder. The same input gives the same output.
"""

import argparse
import pathlib
import sys

CHUNK_BYTES = 4000  # compilers limit the length of one literal; the pieces are joined again

HEAD = """// Written by tools/embed.py; do not edit.
#include "shipped/embedded.h"

#include <array>

namespace tocsin {
namespace {

using namespace std::string_view_literals;

"""


def escape(data: bytes) -> str:
    """C++ string literal text of any bytes; three-digit octal never runs into the next character."""
    plain = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\t"): "\\t"}
    out = []
    for byte in data:
        if byte in plain:
            out.append(plain[byte])
        elif byte == ord("?"):  # no trigraphs
            out.append("\\?")
        elif 32 <= byte < 127:
            out.append(chr(byte))
        else:
            out.append(f"\\{byte:03o}")
    return "".join(out)


def literal(data: bytes) -> str:
    chunks = [data[i : i + CHUNK_BYTES] for i in range(0, len(data), CHUNK_BYTES)] or [b""]
    return "\n    ".join(f'"{escape(chunk)}"' for chunk in chunks) + "sv"


def collect(folder: pathlib.Path, suffixes: list[str]) -> list[tuple[str, bytes]]:
    files = []
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in suffixes:
            files.append((path.relative_to(folder).as_posix(), path.read_bytes()))
    return sorted(files, key=lambda file: file[0].encode())


def render(files: list[tuple[str, bytes]]) -> str:
    rows = []
    for path, data in files:
        rows.append(f"  {{{literal(path.encode())},\n    {literal(data)}}},\n")
    return (
        HEAD
        + f"constexpr std::array<ShippedFile, {len(files)}> kFiles{{{{\n"
        + "".join(rows)
        + "}};\n\n}  // namespace\n\n"
        + "std::span<const ShippedFile> embedded_files() { return kFiles; }\n\n"
        + "}  // namespace tocsin\n"
    )


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--suffix", action="append", default=[])
    parser.add_argument("--also", type=pathlib.Path, action="append", default=[])
    options = parser.parse_args(argv)
    if not options.folder.is_dir():
        print(f"embed.py: no such folder: {options.folder}", file=sys.stderr)
        return 2
    suffixes = options.suffix or [".yml"]
    files = collect(options.folder, suffixes)
    for folder in options.also:
        files += [(f"{folder.name}/{path}", data) for path, data in collect(folder, suffixes)]
    text = render(sorted(files, key=lambda file: file[0].encode()))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
