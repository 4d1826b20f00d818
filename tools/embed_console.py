#!/usr/bin/env python3
"""Put the built web console into the program.

    embed_console.py DIST OUTPUT_FOLDER

Writes into OUTPUT_FOLDER: console.bin (every file of DIST, plain and, where it gains, as gzip, one
behind the other), console_blob.S (which takes it in as it is) and console_assets.cc (which names the
pieces: src/console/console_asset.h). The same input gives the same output.
"""

import gzip
import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
WORTH = 0.9  # gzip is kept when it is smaller than this part of the plain file

ASSEMBLER = """# Written by tools/embed_console.py; do not edit.
    .section .rodata
    .global tocsin_console_blob
    .balign 16
tocsin_console_blob:
    .incbin "{path}"
    .section .note.GNU-stack,"",%progbits
"""

HEAD = """// Written by tools/embed_console.py; do not edit.
#include <array>
#include <cstddef>

#include "console/console_asset.h"

extern "C" const char tocsin_console_blob[];

namespace tocsin {
namespace {

std::string_view piece(std::size_t from, std::size_t size) {
  return {tocsin_console_blob + from, size};
}

}  // namespace

std::span<const ConsoleAsset> console_assets() {
"""


def main(argv: list[str]) -> int:
    if len(argv) != 2 or not (pathlib.Path(argv[0]) / "index.html").is_file():
        print("usage: embed_console.py DIST OUTPUT_FOLDER (DIST holds index.html)", file=sys.stderr)
        return 2
    dist, out = pathlib.Path(argv[0]), pathlib.Path(argv[1])
    blob = bytearray()
    rows = []
    files = sorted((p for p in dist.rglob("*") if p.is_file()), key=lambda p: p.relative_to(dist).as_posix().encode())
    for path in files:
        name = "/" + path.relative_to(dist).as_posix()
        if path.suffix not in TYPES:
            print(f"embed_console.py: no media type for {name}", file=sys.stderr)
            return 2
        plain = path.read_bytes()
        packed = gzip.compress(plain, 9, mtime=0)
        if len(packed) > WORTH * len(plain):
            packed = b""
        tag = hashlib.sha256(plain).hexdigest()[:24]
        rows.append(f'      {{"{name}", "{TYPES[path.suffix]}", "\\"{tag}\\"",\n'
                    f"       piece({len(blob)}, {len(plain)}), piece({len(blob) + len(plain)}, {len(packed)})}},\n")
        blob += plain + packed
    out.mkdir(parents=True, exist_ok=True)
    (out / "console.bin").write_bytes(bytes(blob))
    (out / "console_blob.S").write_text(ASSEMBLER.format(path=out / "console.bin"))
    (out / "console_assets.cc").write_text(
        HEAD + f"  static const std::array<ConsoleAsset, {len(rows)}> kAssets{{{{\n" + "".join(rows)
        + "  }};\n  return kAssets;\n}\n\n}  // namespace tocsin\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
