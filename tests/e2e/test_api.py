"""The API's own surface: OpenAPI, health, metrics, sources, rules, live tail, problems."""

import contextlib
import json
import threading
import unittest

import log_lines
from tocsin import SharedServerTest, wait_until


class Api(SharedServerTest):
    def get(self, path, **options):
        return self.server.request("GET", path, **options)

    def test_openapi_names_the_routes_and_they_answer(self):
        answer = self.get("/api/v1/openapi.json", key="")
        self.assertEqual(answer.status, 200, answer)
        document = answer.json()
        self.server.send_lines([log_lines.access("198.51.100.1", "/first")])
        wait_until("the first block is closed",
                   lambda: self.get("/api/v1/journal/checkpoint").status == 200)
        self.assertTrue(document["openapi"].startswith("3.1"))
        plain = [path for path, item in document["paths"].items() if "get" in item and "{" not in path]
        self.assertGreaterEqual(len(plain), 5)
        base = document.get("servers", [{"url": ""}])[0]["url"].rstrip("/")
        for path in plain:
            if "tail" in path or "export" in path or "evidence" in path:
                continue
            with self.subTest(path=path):
                full = path if path.startswith(("/api", "/health", "/metrics")) else base + path
                self.assertLess(self.get(full).status, 500)
                self.assertNotEqual(self.get(full).status, 404)

    def test_health_and_metrics(self):
        self.assertEqual(self.get("/health", key="").status, 200)
        self.assertEqual(self.get("/api/v1/health").status, 200)
        self.server.send_lines([log_lines.access("198.51.100.1", "/metric")])
        text = self.get("/metrics").body.decode()
        self.assertIn("# TYPE tocsin_journal_records_total counter", text)
        for line in text.splitlines():
            if line and not line.startswith("#"):
                float(line.rsplit(" ", 1)[1])

    def test_problems_are_problem_json(self):
        for path, status in (("/api/v1/nowhere", 404), ("/api/v1/events/notanumber", 400),
                             ("/api/v1/events/999999999", 404), ("/api/v1/alerts/nope", 404)):
            with self.subTest(path=path):
                answer = self.get(path)
                self.assertEqual(answer.status, status, answer)
                self.assertTrue(answer.headers["content-type"].startswith("application/problem+json"))
                self.assertEqual(answer.json()["status"], status)
        self.assertEqual(self.server.request("DELETE", "/api/v1/events").status, 405)

    def test_sources_show_what_came_in(self):
        self.server.send_lines([log_lines.access("198.51.100.2", "/s")] * 5, source="shop-frontend")
        self.server.wait_for_count("source.ip:198.51.100.2", 5)
        wait_until("the source is listed", lambda: "shop-frontend" in
                   self.get("/api/v1/sources").body.decode())

    def test_rules_report(self):
        report = self.get("/api/v1/rules").body.decode()
        self.assertGreaterEqual(report.count('"title"'), 20)

    def test_live_tail_shows_what_matches(self):
        seen = []
        ready = threading.Event()

        def listen():
            with contextlib.closing(self.server.connect(20)) as connection:
                connection.request("GET", "/api/v1/events/tail?q=labels.live%3Ayes",
                                   headers={"Authorization": f"Bearer {self.server.key}"})
                answer = connection.getresponse()
                seen.append(answer.status)
                ready.set()
                with contextlib.suppress(OSError):
                    while line := answer.readline():
                        if line.startswith(b"data:") and b"live" in line:
                            seen.append(json.loads(line[5:]))
                            return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        self.assertTrue(ready.wait(20))

        def shown():
            self.server.send_lines([log_lines.app_json(message="no", **{"labels.live": "no"}),
                                    log_lines.app_json(message="yes", **{"labels.live": "yes"})])
            return len(seen) > 1
        wait_until("the tail shows an event", shown)
        thread.join(20)
        self.assertEqual(seen[0], 200)
        self.assertIn("yes", json.dumps(seen[1]))
        self.assertNotIn('"labels.live": "no"', json.dumps(seen[1]))

    def test_sql_reads_and_only_reads(self):
        self.server.send_lines([log_lines.access("198.51.100.3", "/sql")] * 3)
        self.server.wait_for_count("source.ip:198.51.100.3", 3)
        refused = ["DROP TABLE x", "COPY (SELECT 1) TO '/tmp/tocsin_x'", "INSTALL httpfs",
                   "SELECT * FROM read_csv('/etc/passwd')", "ATTACH '/tmp/x.db'", "SELECT 1; SELECT 2",
                   "SET enable_external_access=true", "SELECT * FROM '/etc/passwd'"]
        for statement in refused:
            with self.subTest(statement=statement):
                done = self.server.cli("query", "--json", "--sql", statement)
                self.assertIn(done.returncode, (2, 3), done.stdout)
                self.assertNotIn(b"root:", done.stdout)
        done = self.server.cli("query", "--json", "--sql", "SELECT 40 + 2 AS answer")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(int(json.loads(done.stdout)["answer"]), 42)


if __name__ == "__main__":
    unittest.main()
