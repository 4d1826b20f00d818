#!/usr/bin/env python3
"""Measures the release binary as a whole, over loopback, and prints a table and a JSON file.

    end_to_end.py [--only PART…] [--seconds 60] [--events 10000000] [--runs 10] [--json FILE]

Parts: idle, sustained, latency, storage, restart, queries. Everything is durable, decoded, matched
against all shipped rules and searchable, as for users; the corpus is bench/access_log_corpus.h.
Needs ./dev build release tocsin load_generator, and a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import log_lines  # noqa: E402
from tocsin import PROGRAM, Server  # noqa: E402

GENERATOR = PROGRAM.parent / "load_generator"
PARTS = ("idle", "sustained", "latency", "storage", "restart", "queries")
RATE_OF_LATENCIES = 20_000
CATCH_UP_SECONDS_MAX = 900


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def machine() -> dict:
    cpu = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(("model name", "CPU part")):
            cpu = line.split(":", 1)[1].strip()
            break
    memory_kb = int(pathlib.Path("/proc/meminfo").read_text().split()[1])
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                            text=True).stdout.strip()
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gib": round(memory_kb / 2**20, 1),
            "kernel": platform.release(), "commit": commit or "unknown",
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}


def status_kb(pid: int, name: str) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    return 0


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bytes_below(folder: pathlib.Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class MemorySampler(threading.Thread):
    """Resident memory of the server, five times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.samples, self.done = pid, [], threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.2):
            try:
                self.samples.append(status_kb(self.pid, "VmRSS"))
            except OSError:
                return

    def stop(self) -> None:
        self.done.set()
        self.join()


class Bench:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder = options.folder
        self.rows: list[tuple[str, str, str]] = []
        self.results: dict = {"machine": machine(), "corpus": {
            "what": "combined access-log lines, bench/access_log_corpus.h", "seed": 1,
            "lines_per_request": 1000, "connections": options.connections}, "parts": {}}

    def note(self, part: str, name: str, value, unit: str, bar: str = "") -> None:
        shown = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
        self.rows.append((f"{part}: {name}", f"{shown} {unit}", bar))
        self.results["parts"].setdefault(part, {})[name] = {"value": value, "unit": unit, "bar": bar}
        print(f"  {part}: {name}: {shown} {unit} {f'({bar})' if bar else ''}", flush=True)

    def fresh_server(self, name: str) -> Server:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return Server(folder, self.options.config)

    def load(self, server: Server, **more) -> dict:
        command = [str(GENERATOR), "--url", server.url, "--key", server.key, "--connections",
                   str(self.options.connections)]
        for name, value in more.items():
            command += [f"--{name}", str(value)]
        done = subprocess.run(command, capture_output=True, text=True)
        report = json.loads(done.stdout) if done.stdout.strip() else {}
        if not report or report["refused"] or report["broken"]:
            raise AssertionError(f"load generator: {done.returncode} {report} {done.stderr[-500:]}")
        return report

    @staticmethod
    def search(connection, server: Server, query: str, limit: int = 100) -> dict:
        body = json.dumps({"query": query, "limit": limit})
        connection.request("POST", "/api/v1/events/search", body, {
            "Authorization": f"Bearer {server.key}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise AssertionError(f"search {query!r}: {answer.status} {said[:300]!r}")
        return json.loads(said)

    def count(self, connection, server: Server) -> int:
        rows = self.search(connection, server, "not event.dataset:tocsin.audit | stats count")["rows"]
        return int(rows[0]["count"]) if rows else 0

    def wait_for(self, server: Server, events: int) -> float:
        """Seconds until so many events are searchable."""
        started = time.monotonic()
        connection = server.connect()
        while (seen := self.count(connection, server)) < events:
            if time.monotonic() - started > CATCH_UP_SECONDS_MAX:
                raise AssertionError(f"only {seen} of {events} events are searchable")
            time.sleep(0.1)
        if seen > events:
            raise AssertionError(f"{seen} events are searchable, {events} were acknowledged")
        return time.monotonic() - started

    # ---- the parts ------------------------------------------------------------------------

    def idle(self) -> None:
        server = self.fresh_server("idle").start()
        try:
            time.sleep(5)
            self.note("idle", "resident", status_kb(server.process.pid, "VmRSS") / 1024, "MiB", "≤ 100")
        finally:
            server.kill()

    def sustained(self) -> None:
        server = self.fresh_server("sustained").start()
        try:
            pid = server.process.pid
            memory = MemorySampler(pid)
            memory.start()
            cpu = cpu_seconds(pid)
            report = self.load(server, seconds=self.options.seconds)
            behind = self.wait_for(server, report["lines"])
            cpu = cpu_seconds(pid) - cpu
            memory.stop()
            whole = report["lines"] / (report["seconds"] + behind)
            self.note("sustained", "acknowledged", report["lines_per_s"], "lines/s", "≥ 150,000")
            self.note("sustained", "acknowledged and searchable", whole, "lines/s", "≥ 150,000")
            self.note("sustained", "lines", report["lines"], "lines")
            self.note("sustained", "behind at the end", behind, "s")
            self.note("sustained", "server CPU", cpu / report["lines"] * 1e6, "µs/line")
            self.note("sustained", "resident, largest", max(memory.samples) / 1024, "MiB", "≤ 1,024")
            for name, value in report["latency_ms"].items():
                self.note("sustained", f"acknowledgement {name}", value, "ms")
            self.note("sustained", "asked to wait", report["busy"], "requests")
        finally:
            server.kill()

    def latency(self) -> None:
        server = self.fresh_server("latency").start()
        seconds = min(self.options.seconds, 40)
        outcome: dict = {}
        sender = threading.Thread(target=lambda: outcome.update(
            self.load(server, seconds=seconds, rate=RATE_OF_LATENCIES)))
        try:
            sender.start()
            time.sleep(3)
            searchable, alerted = [], []
            ends = time.monotonic() + seconds - 5
            number = 0
            while time.monotonic() < ends:
                searchable.append(self.probe_search(server, number))
                alerted.append(self.probe_alert(server, number))
                number += 1
                time.sleep(0.05)
            sender.join()
            for share in (0.5, 0.99):
                self.note("latency", f"searchable p{share * 100:.0f}", percentile(searchable, share) * 1e3,
                          "ms", "≤ 1,000" if share == 0.99 else "")
                self.note("latency", f"alerted p{share * 100:.0f}", percentile(alerted, share) * 1e3, "ms",
                          "≤ 200" if share == 0.99 else "")
            self.note("latency", "probes", number, "of each")
            self.note("latency", "load", outcome["lines_per_s"], "lines/s", "20,000")
            self.note("latency", "acknowledgement p99", outcome["latency_ms"]["p99"], "ms")
        finally:
            sender.join()
            server.kill()

    def probe_search(self, server: Server, number: int) -> float:
        client = f"100.64.{number // 250}.{number % 250 + 1}"
        connection = server.connect()
        self.acknowledge(server, log_lines.access(client, f"/probe/{number}"))
        started = time.monotonic()
        while not self.search(connection, server, f"source.ip:{client}", 1)["rows"]:
            self.give_up_after(started, "the probe is not searchable")
            time.sleep(0.01)
        return time.monotonic() - started

    def probe_alert(self, server: Server, number: int) -> float:
        client = f"203.0.{number // 250}.{number % 250 + 1}"
        connection = server.connect()
        path = f"/item?id={number}%27%20UNION%20SELECT%20name,password%20FROM%20users--"
        self.acknowledge(server, log_lines.access(client, path))
        started = time.monotonic()
        while True:
            connection.request("GET", f"/api/v1/alerts?limit=1&key={client}", headers={
                "Authorization": f"Bearer {server.key}"})
            if json.loads(connection.getresponse().read())["alerts"]:
                return time.monotonic() - started
            self.give_up_after(started, f"no alert about {client}")
            time.sleep(0.01)

    @staticmethod
    def acknowledge(server: Server, line: str) -> None:
        answer = server.send_lines([line], source="probe")
        if answer.status != 200:
            raise AssertionError(f"probe: {answer}")

    @staticmethod
    def give_up_after(started: float, what: str, seconds: float = 30) -> None:
        if time.monotonic() - started > seconds:
            raise AssertionError(f"{what} after {seconds} s")

    def large_server(self) -> Server:
        """A stopped server whose directory holds --events events; made once."""
        if getattr(self, "large", None) is None:
            server = self.fresh_server("large").start()
            batches = -(-self.options.events // 1000)
            report = self.load(server, seconds=100_000, lines=batches * 1000)
            self.wait_for(server, report["lines"])
            if server.stop(300) != 0:
                raise AssertionError(server.log_tail())
            self.large, self.large_events, self.large_bytes = server, report["lines"], report["bytes"]
        return self.large

    def storage(self) -> None:
        server = self.large_server()
        events = self.large_events
        self.note("storage", "events", events, "events")
        self.note("storage", "raw", self.large_bytes / events, "B/event")
        self.note("storage", "journal", bytes_below(server.data / "journal") / events, "B/event", "≤ 40")
        self.note("storage", "index", bytes_below(server.data / "segments") / events, "B/event", "≤ 60")
        self.note("storage", "everything", bytes_below(server.data) / events, "B/event")

    def restart(self) -> None:
        server = self.large_server()
        accept, search, fresh = [], [], []
        for _ in range(min(self.options.runs, 5)):
            started = time.monotonic()
            server.start()
            self.acknowledge(server, log_lines.access("100.64.0.1", "/after-restart"))
            accept.append(time.monotonic() - started)
            self.large_events += 1
            connection = server.connect()
            for wanted, times in ((self.large_events - 1, search), (self.large_events, fresh)):
                while self.count(connection, server) < wanted:
                    self.give_up_after(started, "not all is searchable", 120)
                    time.sleep(0.01)
                times.append(time.monotonic() - started)
            if server.stop(300) != 0:
                raise AssertionError(server.log_tail())
        self.note("restart", "until a record is accepted, worst", max(accept), "s", "≤ 1")
        self.note("restart", "until all earlier events are searchable, worst", max(search), "s", "≤ 3")
        self.note("restart", "until the new record is searchable, worst", max(fresh), "s")

    def queries(self) -> None:
        server = self.large_server()
        server.start()
        try:
            connection = server.connect()
            client = self.search(connection, server, "* | head 1", 1)["rows"][0]["source.ip"]
            for name, query, limit, bar in [
                    ("needle", f"source.ip:{client}", 100, "≤ 100"),
                    ("absent needle", "source.ip:192.0.2.123", 100, "≤ 100"),
                    ("group-by", "* | stats count by http.response.status_code", 100, "≤ 100"),
                    ("top 10 of many", "* | top 10 url.path", 100, ""),
                    ("histogram", "* | timechart span=1m count", 10_000, "≤ 100"),
                    ("word in text", "chair and http.response.status_code:404", 100, ""),
                    ("newest 100", "*", 100, "≤ 50")]:
                times = []
                for _ in range(self.options.runs):
                    started = time.monotonic()
                    self.search(connection, server, query, limit)
                    times.append((time.monotonic() - started) * 1e3)
                self.note("queries", f"{name}, first", times[0], "ms")
                self.note("queries", f"{name}, median", percentile(times, 0.5), "ms", bar)
                self.note("queries", f"{name}, worst", max(times), "ms")
            self.note("queries", "resident", status_kb(server.process.pid, "VmRSS") / 1024, "MiB")
        finally:
            server.stop(300)

    def run(self) -> int:
        failed = []
        for part in PARTS:
            if self.options.only and part not in self.options.only:
                continue
            print(f"{part} …", flush=True)
            try:
                getattr(self, part)()
            except (AssertionError, OSError, KeyError) as error:
                failed.append(part)
                self.results["parts"].setdefault(part, {})["failed"] = str(error)
                print(f"  {part} failed: {error}", flush=True)
        self.show()
        return 1 if failed else 0

    def show(self) -> None:
        about = self.results["machine"]
        print(f"\n{about['cpu']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['kernel']}, "
              f"commit {about['commit']}, {about['date']}\n")
        print("| what | measured | bar |\n|---|---:|---:|")
        for row in self.rows:
            print("| " + " | ".join(row) + " |")
        if self.options.json:
            self.options.json.parent.mkdir(parents=True, exist_ok=True)
            self.options.json.write_text(json.dumps(self.results, indent=1, ensure_ascii=False) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--config", default="", help="text of a tocsin.yaml, to try settings")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build" / "bench" / "data")
    parser.add_argument("--keep", action="store_true", help="leave the data directories")
    parser.add_argument("--json", type=pathlib.Path, default=ROOT / "build" / "bench" / "end_to_end.json")
    options = parser.parse_args()
    for program in (PROGRAM, GENERATOR):
        if not program.exists():
            print(f"{program} is not built: ./dev build release tocsin load_generator", file=sys.stderr)
            return 3
    try:
        return Bench(options).run()
    finally:
        if not options.keep:
            shutil.rmtree(options.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
