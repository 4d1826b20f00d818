#!/usr/bin/env python3
"""Measures what the console asks of the server, over loopback, and prints a table.

    console_api.py [--events 10000000] [--runs 10] [--seconds 15]

A search with its histogram, the values of fields, dashboards from the cache, and what dashboards cost
the ingest. Needs ./dev build release tocsin load_generator, and a machine with nothing else to do.
"""

from __future__ import annotations

import json
import sys
import threading
import time

import end_to_end
from end_to_end import Bench, cpu_seconds, percentile

PANELS = [f"* | top {n} {field}" for n in (5, 10) for field in
          ("source.ip", "url.path", "http.request.method", "http.response.status_code",
           "user_agent.original")] + [
    f"{filter} | timechart count by http.response.status_code" for filter in
    ("*", "http.response.status_code:404", "http.request.method:GET", "http.request.method:POST",
     "event.outcome:failure")] + [
    f"{filter} | stats count" for filter in
    ("*", "http.response.status_code:404", "http.request.method:GET", "http.request.method:POST",
     "event.outcome:failure")]
REFRESHES_PER_S = 200


class Refresher(threading.Thread):
    """Asks for panel after panel; `pause` seconds between, none for as fast as it goes."""

    def __init__(self, bench: Bench, server, seconds: float, pause: float = 0) -> None:
        super().__init__()
        self.bench, self.server, self.seconds, self.pause = bench, server, seconds, pause
        self.answers = 0
        self.kept = 0
        self.slowest = 0.0

    def run(self) -> None:
        connection = self.server.connect()
        headers = {"Authorization": f"Bearer {self.server.key}", "Content-Type": "application/json"}
        ends = time.monotonic() + self.seconds
        while time.monotonic() < ends:
            body = json.dumps({"query": PANELS[self.answers % len(PANELS)], "from": "30d",
                               "cache": True, "limit": 2000})
            started = time.monotonic()
            connection.request("POST", "/api/v1/events/search", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise AssertionError(f"{answer.status}")
            self.answers += 1
            self.kept += answer.headers["X-Tocsin-Cache"] != "miss"
            self.slowest = max(self.slowest, time.monotonic() - started)
            if self.pause:
                time.sleep(max(0.0, self.pause - (time.monotonic() - started)))


class ConsoleBench(Bench):
    def run(self) -> int:
        server = self.large_server()
        server.start()
        try:
            self.searches(server)
            self.dashboards(server)
            self.ingest(server)
        finally:
            server.stop(300)
        self.show()
        return 0

    def searches(self, server) -> None:
        connection = server.connect()

        def together(queries: list[tuple[str, int]]) -> list[float]:
            times = []
            for _ in range(self.options.runs):
                started = time.monotonic()
                asked = [threading.Thread(target=self.search, args=(server.connect(), server, q, limit))
                         for q, limit in queries]
                for one in asked:
                    one.start()
                for one in asked:
                    one.join()
                times.append((time.monotonic() - started) * 1e3)
            return times

        self.search(connection, server, "*", 1)
        both = together([("http.response.status_code:404", 200),
                         ("http.response.status_code:404 | timechart span=5m count by event.outcome", 5000)])
        self.note("console", "a search and its histogram, median", percentile(both, 0.5), "ms", "≤ 300")
        both = together([("*", 200), ("* | timechart span=5m count by event.outcome", 5000)])
        self.note("console", "everything and its histogram, median", percentile(both, 0.5), "ms", "≤ 300")
        for field in ("http.response.status_code", "source.ip", "url.path"):
            one = together([(f"* | top 12 {field}", 12)])
            self.note("console", f"values of {field}, median", percentile(one, 0.5), "ms", "≤ 500")

    def dashboards(self, server) -> None:
        pid = server.process.pid
        warm = Refresher(self, server, 5)
        warm.run()
        cpu = cpu_seconds(pid)
        askers = [Refresher(self, server, self.options.seconds) for _ in range(4)]
        for one in askers:
            one.start()
        for one in askers:
            one.join()
        cpu = cpu_seconds(pid) - cpu
        answers = sum(one.answers for one in askers)
        self.note("dashboards", "panels answered", answers / self.options.seconds, "panels/s", "≥ 200")
        self.note("dashboards", "from the cache", 100 * sum(o.kept for o in askers) / answers, "%")
        self.note("dashboards", "server CPU, searches included", cpu / answers * 1e6, "µs a panel")
        self.note("dashboards", "slowest", max(o.slowest for o in askers) * 1e3, "ms")

    def ingest(self, server) -> None:
        rates: dict[str, list[float]] = {"without": [], "with": []}
        for _ in range(3):
            for kind in ("without", "with"):
                asker = Refresher(self, server, self.options.seconds, 1 / REFRESHES_PER_S)
                if kind == "with":
                    asker.start()
                rates[kind].append(self.load(server, seconds=self.options.seconds)["lines_per_s"])
                if kind == "with":
                    asker.join()
        without, beside = (percentile(rates[k], 0.5) for k in ("without", "with"))
        self.note("ingest", "alone, median of 3", float(without), "lines/s")
        self.note("ingest", f"beside {REFRESHES_PER_S} panels/s", 100 * beside / without, "% of that", "≥ 90")


if __name__ == "__main__":
    end_to_end.Bench = ConsoleBench
    sys.exit(end_to_end.main())
