#!/usr/bin/env python3
"""How much a browser loads before it shows the first page of the console: the built index.html, its
scripts and styles with everything that they import at once, compressed, and the Latin fonts.

    console_size.py [DIST]      exit 1 above the limit
"""

import gzip
import pathlib
import re
import sys

LIMIT_KIB = 500
ROOT = pathlib.Path(__file__).resolve().parents[1]


def first_files(dist: pathlib.Path) -> set[pathlib.Path]:
    page = (dist / "index.html").read_text()
    wanted = [dist / name.lstrip("/") for name in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)]
    # The overview is what people see first.
    wanted += dist.glob("assets/OverviewPage-*.js")
    seen: set[pathlib.Path] = set()
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        seen.add(path)
        if path.suffix == ".js":
            imports = re.findall(r'(?:^|[;}\s])(?:import|export)[^;"\']*?from\s*["\'](\./[^"\']+)["\']|'
                                 r'(?:^|[;}\s])import\s*["\'](\./[^"\']+)["\']', path.read_text())
            wanted += [path.parent / (a or b) for a, b in imports]
    seen |= set(dist.glob("assets/*-latin-wght-normal-*.woff2"))
    return seen


def main(argv: list[str]) -> int:
    dist = pathlib.Path(argv[0]) if argv else ROOT / "build" / "web" / "dist"
    files = first_files(dist) | {dist / "index.html"}
    total = 0
    for path in sorted(files):
        data = path.read_bytes()
        size = len(data) if path.suffix == ".woff2" else len(gzip.compress(data, 9))
        total += size
        print(f"{size / 1024:8.1f} KiB  {path.relative_to(dist)}")
    print(f"{total / 1024:8.1f} KiB  of {LIMIT_KIB}")
    return 0 if total <= LIMIT_KIB * 1024 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
