"""What the console asks for: rules of one's own, documents, dashboards that show something, the audit."""

from __future__ import annotations

import json
import time
import unittest

from tocsin import ServerTest, run_cli, wait_until

RULE = """title: Someone asks for the vault
id: e2e-vault
logsource:
  category: webserver
detection:
  sel:
    url.path: /vault
  condition: sel
level: high
"""


class ConsoleApiTest(ServerTest):
    def ask(self, method: str, path: str, body=None, key: str | None = None):
        data = None if body is None else json.dumps(body).encode()
        return self.server.request(method, path, data, {"Content-Type": "application/json"}, key=key)

    def request_vault(self) -> None:
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
        self.server.send_lines([f'203.0.113.9 - - [{stamp}] "GET /vault HTTP/1.1" 404 1 "-" "x"'])

    def title(self, rule: str) -> str:
        rules = self.ask("GET", "/api/v1/rules").json()["rules"]
        return next((r["title"] for r in rules if r["id"] == rule), "")

    def test_a_rule_of_ones_own_fires_survives_a_restart_and_goes(self) -> None:
        broken = RULE.replace("condition: sel", "condition: sel and")
        issues = self.ask("POST", "/api/v1/rules/check", {"text": broken}).json()["issues"]
        self.assertTrue(issues[0]["refused"])
        self.assertEqual(issues[0]["line"], 8)
        refused = self.ask("PUT", "/api/v1/rules/e2e-vault", {"text": broken})
        self.assertEqual(refused.status, 422)
        self.assertEqual(refused.json()["issues"][0]["line"], 8)
        self.assertEqual(self.title("e2e-vault"), "")

        saved = self.ask("PUT", "/api/v1/rules/e2e-vault", {"text": RULE})
        self.assertEqual(saved.status, 200, saved.body)
        self.assertTrue(saved.json()["own"])
        self.request_vault()
        wait_until("the alert of the own rule", lambda: any(
            a["title"] == "Someone asks for the vault" for a in self.server.alerts()))
        activity = self.ask("GET", "/api/v1/rules/activity?days=2").json()["rules"]
        self.assertEqual(sum(activity["e2e-vault"]), 1)

        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.title("e2e-vault"), "Someone asks for the vault")
        self.assertEqual(self.ask("DELETE", "/api/v1/rules/e2e-vault").status, 204)
        self.assertEqual(self.title("e2e-vault"), "")

    def test_a_copy_of_a_shipped_rule_stands_for_it(self) -> None:
        shipped = next(r for r in self.ask("GET", "/api/v1/rules").json()["rules"]
                       if r["kind"] == "rule" and r["file"].startswith("builtin:"))
        text = self.ask("GET", f"/api/v1/rules/{shipped['id']}/text").json()["text"]
        mine = text.replace(shipped["title"], "Ours", 1)
        self.assertEqual(self.ask("PUT", f"/api/v1/rules/{shipped['id']}", {"text": mine}).status, 200)
        self.assertEqual(self.title(shipped["id"]), "Ours")
        report = self.ask("GET", "/api/v1/rules").json()
        self.assertEqual([i for i in report["issues"] if i["refused"]], [])
        self.assertEqual(self.ask("DELETE", f"/api/v1/rules/{shipped['id']}").status, 204)
        self.assertEqual(self.title(shipped["id"]), shipped["title"])
        self.assertEqual(self.ask("DELETE", f"/api/v1/rules/{shipped['id']}").status, 409)

    def test_every_panel_of_the_shipped_dashboards_runs_and_most_show_something(self) -> None:
        done = run_cli("demo", "--url", self.server.url, "--key", self.server.key, "--only-history",
                       "--history", "24h", "--sessions", "60", seconds=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_until("the events of the demo", lambda: self.server.count("*") > 10_000, 60)
        boards = self.ask("GET", "/api/v1/documents/dashboards").json()["documents"]
        self.assertEqual([b["title"] for b in boards],
                         ["API", "Authentication", "Configuration changes", "Network", "Operations",
                          "Web attacks"])
        empty = []
        panels = 0
        for board in boards:
            copy = {"title": "Copy", "document": board["document"]}
            made = self.ask("PUT", f"/api/v1/documents/dashboards/copy-{board['id']}", copy)
            self.assertEqual(made.status, 201, made.body)
            for panel in board["document"]["panels"]:
                panels += 1
                answer = self.ask("POST", "/api/v1/events/search",
                                  {"query": panel["query"], "from": "30d", "cache": True})
                self.assertEqual(answer.status, 200, f"{board['id']} {panel['id']} {answer.body}")
                rows = answer.json()["rows"]
                if not rows or (panel["type"] == "value" and not next(iter(rows[0].values()))):
                    empty.append(f"{board['id']}/{panel['id']}")
        self.assertLess(len(empty), panels // 5, empty)

    def test_what_people_do_and_look_for_is_in_the_audit_and_not_in_searches(self) -> None:
        self.server.send_lines(['{"message":"needle in the haystack"}'], "application/x-ndjson")
        self.server.wait_for_count("needle", 1)
        self.assertEqual(self.server.count("needle"), 1)
        reader = self.server.cli("key", "create", "--scope", "read", "--name", "peter").stdout.decode().split()[-1]
        self.assertEqual(self.ask("POST", "/api/v1/rules/reload", key=reader).status, 403)
        self.assertEqual(self.ask("POST", "/api/v1/rules/reload").status, 200)

        def entries(query: str) -> list[dict]:
            answer = self.ask("GET", f"/api/v1/audit?{query}")
            self.assertEqual(answer.status, 200, answer.body)
            return answer.json()["entries"]

        reloads = wait_until("both in the audit", lambda: (
            e if len(e := entries("action=rules_reloaded")) == 2 else None))
        self.assertEqual([e["outcome"] for e in reloads], ["success", "failure"])
        self.assertEqual(reloads[1]["who"], reader[:12])
        self.assertEqual(reloads[1]["status"], 403)
        looks = wait_until("the search in the audit", lambda: entries("action=searched"))
        self.assertIn("needle", {e["query"].split(" ")[0] for e in looks})
        self.assertEqual(self.server.count("needle"), 1, "a search does not find itself")
        self.assertGreater(self.server.count("event.dataset:tocsin.reads"), 0)

        first = self.ask("GET", "/api/v1/audit?limit=1").json()
        second = self.ask("GET", f"/api/v1/audit?limit=1&cursor={first['next']}").json()
        self.assertLess(second["entries"][0]["seq"], first["entries"][0]["seq"])


if __name__ == "__main__":
    unittest.main()
