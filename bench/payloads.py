#!/usr/bin/env python3
"""How many known attack payloads the shipped rules notice, and how many ordinary values they flag.

Each line of each file becomes the value of one query parameter in one access-log line of an address of
its own; `tocsin scan --json` reads them. A payload is noticed when a finding names its address.

    bench/payloads.py --tocsin build/release/tocsin --rules rules \
        --attack sqli=FILE.txt --attack xss=FOLDER --ordinary words=FILE.txt [--missed DIR]

Without files only the ordinary values that this program makes itself are measured. Payload sets are
not part of the project; docs/rules-pack.md names those that its figures come from.
"""

import argparse
import ipaddress
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import urllib.parse
import uuid

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
FIRST_ADDRESS = int(ipaddress.ip_address("20.0.0.1"))
FAMILIES = {
    "sqli": "SQL injection",
    "xss": "Cross-site scripting",
    "traversal": ("Path traversal", "File inclusion"),
    "cmdi": "Command injection",
}


def own_values(count=6000):
    """Values as people and programs send them: names, searches, notes, numbers, tokens, addresses."""
    rng = random.Random(20261123)
    first = "Anna Sean Marie Jean-Luc Siobhán Óscar Li Fatima Conor Zoë".split()
    last = "O'Brien D'Angelo O'Neill L'Hôpital Smith-Jones N'Diaye McDonald Müller d'Arc O’Hara".split()
    noun = ("table union select shoes order drop exec script group cast having where insert update "
            "alert image object cat id ping shell admin null and or not like between set").split()
    patterns = [
        lambda: f"{rng.choice(first)} {rng.choice(last)}",
        lambda: f"{rng.choice(first).lower()}.{rng.randint(1, 99)}+news@mail{rng.randint(1, 9)}.example.org",
        lambda: " ".join(rng.choice(noun) for _ in range(rng.randint(1, 5))),
        lambda: f"{rng.choice(noun)} {rng.choice(['and', 'or', '&', '/', '|', '-'])} {rng.choice(noun)}",
        lambda: f"how to {rng.choice(noun)} a {rng.choice(noun)} from the {rng.choice(noun)}?",
        lambda: f"don't {rng.choice(noun)} it; it's {rng.choice(first)}'s \"{rng.choice(noun)}\" (2{rng.randint(0, 9)}%)",
        lambda: f"{rng.randint(1, 99)} < x && y > {rng.randint(1, 99)}",
        lambda: f"({rng.randint(1, 9)}+{rng.randint(1, 9)})*{rng.randint(1, 9)}={rng.randint(1, 99)}",
        lambda: f"a={rng.randint(1, 9)}; b={rng.randint(1, 9)}",
        lambda: str(uuid.UUID(int=rng.getrandbits(128))),
        lambda: f"{rng.uniform(-180, 180):.6f},{rng.uniform(-90, 90):.6f}",
        lambda: f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:00:00+01:00",
        lambda: __import__("base64").b64encode(rng.randbytes(rng.randint(4, 40))).decode(),
        lambda: f"https://shop.example.org/{rng.choice(noun)}/{rng.randint(1, 999)}?ref={rng.choice(noun)}#top",
        lambda: f"/{rng.choice(noun)}/{rng.choice(noun)}.html",
        lambda: json.dumps({"name": rng.choice(last), "tags": [rng.choice(noun), rng.choice(noun)],
                            "price": {"lt": rng.randint(1, 99)}}),
        lambda: f"// {rng.choice(noun)} the {rng.choice(noun)} when (x == {rng.randint(0, 9)})",
        lambda: f"# {rng.choice(noun)}: {rng.choice(first)}'s note -- see {rng.choice(noun)}.c",
        lambda: f"{rng.choice(noun)}:{rng.choice(noun)} -{rng.choice(noun)} \"{rng.choice(noun)} {rng.choice(noun)}\"",
        lambda: f"Dear {rng.choice(first)},\nplease {rng.choice(noun)} my {rng.choice(noun)}.\n\n-- \n{rng.choice(last)}",
        lambda: f"${rng.randint(1, 999)}.{rng.randint(0, 99):02} ({rng.randint(1, 50)}% off!)",
        lambda: f"C:\\Users\\{rng.choice(noun)}\\report {rng.randint(1, 9)}.docx",
        lambda: f"{rng.randint(1, 12)}' {rng.randint(1, 11)}\" {rng.choice(noun)}",
        lambda: f"<{rng.choice(first).lower()}@example.org>",
    ]
    return [rng.choice(patterns)() for _ in range(count)]


def read_values(path):
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    values = {}
    for file in files:
        for line in file.read_bytes().splitlines():
            if line.strip():
                values[line] = None
    return list(values)


def log_line(number, value):
    address = ipaddress.ip_address(FIRST_ADDRESS + number)
    raw = value if isinstance(value, bytes) else value.encode()
    # A payload that is percent-encoded already goes as it is; only what no log line can hold is encoded.
    encoded = re.search(rb"%[0-9a-fA-F]{2}", raw) is not None
    query = urllib.parse.quote_from_bytes(raw, safe="%+/?:@!$'()*,;=[]{}|^`~<>\\" if encoded else "")
    second = number % 86400
    time = f"20/Nov/2026:{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02} +0000"
    return f'{address} - - [{time}] "GET /page?value={query} HTTP/1.1" 200 512 "-" "{AGENT}"\n'


def scan(options, values):
    """For each value the titles of the rules that fired."""
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        log.writelines(log_line(i, value) for i, value in enumerate(values))
        log.flush()
        command = [options.tocsin, "scan", "--json", "--evidence", "0", "--format", "nginx.access"]
        if options.rules:
            command += ["--no-shipped"]
            for folder in options.rules:
                command += ["--rules", folder]
        done = subprocess.run(command + [log.name], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"tocsin scan failed: {done.stderr.strip()}")
    titles = [set() for _ in values]
    for line in done.stdout.splitlines():
        finding = json.loads(line)
        for key in finding["key"].values() if isinstance(finding["key"], dict) else finding["key"]:
            text = key["value"] if isinstance(key, dict) else key
            try:
                number = int(ipaddress.ip_address(text)) - FIRST_ADDRESS
            except ValueError:
                continue
            if 0 <= number < len(values):
                titles[number].add(finding["title"])
    return titles


def named(text):
    name, _, path = text.partition("=")
    if not path or not pathlib.Path(path).exists():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=an existing file or folder")
    return name, pathlib.Path(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tocsin", default="build/release/tocsin")
    parser.add_argument("--rules", action="append", default=[], help="instead of the built-in rules")
    parser.add_argument("--attack", action="append", type=named, default=[])
    parser.add_argument("--ordinary", action="append", type=named, default=[])
    parser.add_argument("--missed", type=pathlib.Path, help="folder for what was judged wrongly")
    options = parser.parse_args()
    sets = [(name, path.stem, read_values(path), True) for name, path in options.attack]
    sets += [(name, path.stem, read_values(path), False) for name, path in options.ordinary]
    sets.append(("made here", "own_values", own_values(), False))
    titles = scan(options, [value for _, _, values, _ in sets for value in values])
    print(f"{'set':<28}{'file':<28}{'values':>8}{'flagged':>9}{'share':>9}{'own kind':>10}")
    totals = {}
    at = 0
    for name, stem, values, attack in sets:
        mine = titles[at : at + len(values)]
        at += len(values)
        flagged = sum(bool(t) for t in mine)
        own = sum(any(t.startswith(FAMILIES.get(name, "\0")) for t in fired) for fired in mine)
        share = f"{100 * flagged / max(1, len(values)):.2f} %"
        print(f"{name:<28}{stem:<28}{len(values):>8}{flagged:>9}{share:>9}{own if attack else '':>10}")
        total = totals.setdefault(name if attack else "ordinary", [0, 0])
        total[0] += len(values)
        total[1] += flagged
        if options.missed:
            options.missed.mkdir(parents=True, exist_ok=True)
            with (options.missed / f"{name}-{stem}.txt".replace(" ", "_")).open("wb") as out:
                for value, fired in zip(values, mine):
                    if bool(fired) != attack:
                        raw = value if isinstance(value, bytes) else value.encode()
                        out.write(raw.replace(b"\n", b"%0a") + f"\t{sorted(fired)}".encode() + b"\n")
    for name, (count, flagged) in totals.items():
        print(f"{'total ' + name:<56}{count:>8}{flagged:>9}{100 * flagged / max(1, count):>7.2f} %")


if __name__ == "__main__":
    main()
