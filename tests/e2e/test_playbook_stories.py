"""Four attacks from the log line to the enforcer and back: shipped playbooks on a whole server."""

import http.server
import json
import pathlib
import threading
import unittest

import dns_server
import enforcing
import log_lines
from tocsin import PROGRAM, ServerTest, run_cli, wait_until

STUFFING = "700c5724-7c33-409c-88dc-d33337673abc"
API_SCRAPING = "2cda6ceb-8237-424b-80bd-bc5631912dfe"
FLOOD = "0f2ed6de-8f0d-4bb7-9d3b-6a3f0cfb6a11"
EXPORTS = "7be0a7a4-6f0a-45b2-9d19-3b0ab6f6c2de"

# The operator's own rules name shipped playbooks as well.
OWN_RULES = f"""
title: A request
id: 2f1a4a52-7f0c-4a58-8a31-0d6d7a4cb101
name: shop_request
status: stable
logsource: {{category: web}}
detection:
  seen: {{source.geo.country_iso_code|exists: true}}
  condition: seen
level: informational
---
title: A flood from one country
id: {FLOOD}
status: stable
correlation:
  type: event_count
  rules: [shop_request]
  group-by: [source.geo.country_iso_code]
  timespan: 1m
  condition: {{gte: 200}}
level: high
tocsin: {{playbook: availability}}
---
title: A customer's record was exported
id: 2f1a4a52-7f0c-4a58-8a31-0d6d7a4cb102
name: shop_export
status: stable
logsource: {{category: web}}
detection:
  seen: {{event.action: export, user.name|exists: true}}
  condition: seen
level: informational
---
title: An employee exports very many records
id: {EXPORTS}
status: stable
correlation:
  type: value_count
  rules: [shop_export]
  group-by: [user.name]
  timespan: 10m
  condition: {{gte: 40, field: url.path}}
level: high
tocsin: {{playbook: exfiltration}}
"""

DNS = """
server: 127.0.0.1:{port}
zone: shop.test
key: {{name: tocsin, algorithm: hmac-sha256, secret_file: {secret}}}
look_every: 1s
names:
  - {{name: api.shop.test, when: cdn, normal: A 203.0.113.20, moved: A 198.51.100.20}}
"""


class Receiver:
    """An application that is told: what came as JSON, by path."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict]] = []
        heard = self.heard

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                heard.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                self.send_response(204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def decisions(self) -> list[tuple[str, str, str]]:
        return [(one["moment"], one["kind"], one["value"])
                for path, body in list(self.heard) if path == "/hook" for one in body["decisions"]]

    def notices(self) -> list[str]:
        return [json.dumps(body) for path, body in list(self.heard) if path == "/notify"]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Stories(ServerTest):
    def config(self) -> str:
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        rules = self.folder / "own.yml"
        rules.write_text(OWN_RULES)
        return (f"detect:\n  rules: [{rules}]\n"
                "respond:\n  protect_private: false\n  protect_machine: false\n"
                "  playbook_variables: [flood_calm=3s, scraping_hold=20s]\n"
                "notify:\n  channels:\n"
                f"    - {{name: ops, type: webhook, url: \"{self.receiver.url}/notify\", "
                "messages_per_minute_max: 600}\n")

    # ---- what every story needs -----------------------------------------------------------

    def send(self, method: str, path: str, body: dict, wanted: int):
        answer = self.server.request(method, path, json.dumps(body))
        self.assertEqual(answer.status, wanted, answer)
        return answer.json() if answer.body else None

    def arm(self, rule: str, playbook: str) -> None:
        self.send("POST", "/api/v1/decisions/arm", {"what": "rule", "id": rule}, 204)
        done = self.server.cli("playbook", "arm", playbook)
        self.assertEqual(done.returncode, 0, done.stderr)

    def enforce(self, kind: str, *words) -> enforcing.Running:
        key = self.server.create_key("enforcer", kind)
        running = enforcing.Running([str(PROGRAM), "enforce", kind, *map(str, words), "--url",
                                     self.server.url, "--key", key, "--name", kind],
                                    self.folder / f"{kind}.log")
        self.addCleanup(running.stop)
        enforcing.wait_for_enforcer(self.server, kind)
        return running

    def active(self) -> list[dict]:
        return self.server.request("GET", "/api/v1/decisions?limit=1000").json()["decisions"]

    def wait_for_decisions(self, wanted: int) -> list[dict]:
        return wait_until(f"{wanted} decisions stand; {self.runs()} {self.server.alerts()}",
                          lambda: len(self.active()) >= wanted and self.active())

    def runs(self) -> list[dict]:
        return self.server.request("GET", "/api/v1/playbook-runs").json()["runs"]

    def run_of(self, playbook: str, state: str | None = None) -> dict:
        def found():
            return [run for run in self.runs()
                    if run["playbook"] == playbook and (state is None or run["state"] == state)]
        return wait_until(f"a run of {playbook} is {state}: {self.runs()}", found)[0]

    def steps(self, run: dict) -> list[tuple[str, str]]:
        got = self.server.request("GET", f"/api/v1/playbook-runs/{run['id']}").json()
        return [(step["step"], step["outcome"]) for step in got["steps"]]

    def wait_for_receipt(self, decision: dict, enforcer: str) -> dict:
        def taken():
            receipts = self.server.request("GET", f"/api/v1/decisions/{decision['id']}/receipts").json()
            return [one for one in receipts["receipts"] if one["enforcer"] == enforcer and one["applied"]]
        return wait_until(f"{enforcer} took {decision}", taken)[0]

    def log_ins(self, pairs, outcome: str) -> None:
        answer = self.server.send_lines(
            [log_lines.app_json(**{"service.name": "shop", "event.category": "authentication",
                                   "event.action": "login", "event.outcome": outcome,
                                   "user.name": user, "source.ip": address}) for user, address in pairs],
            "application/x-ndjson")
        self.assertEqual(answer.status, 200, answer)

    # ---- the stories ----------------------------------------------------------------------

    def attack_of_many(self, attackers: list[str]) -> None:
        self.log_ins([("ann", "198.51.100.7")], "success")
        self.log_ins([(f"victim{n}", address) for n, address in enumerate(attackers)], "failure")

    def test_nothing_acts_before_it_is_armed(self):
        self.attack_of_many([f"203.0.113.{n}" for n in range(1, 31)])
        run = self.run_of("credential-stuffing", "succeeded")
        self.assertEqual(self.active(), [])
        self.assertIn(("block", "would"), self.steps(run))
        self.assertEqual(self.receiver.notices(), [], "people are not told of a dry run")

    def test_a_credential_attack_on_a_shop(self):
        denied = self.folder / "denied.txt"
        denied.write_text("")

        def listed() -> set[str]:
            return {line for line in denied.read_text().split("\n") if line and line[0] != "#"}

        self.enforce("file", denied, "--format", "plain")
        attackers = [f"203.0.113.{n}" for n in range(1, 31)]
        self.arm(STUFFING, "credential-stuffing")
        self.attack_of_many(attackers)
        self.run_of("credential-stuffing", "succeeded")
        decisions = self.active()
        self.assertGreater(len(decisions), 5)
        self.assertEqual({one["kind"] for one in decisions}, {"block"})
        self.assertLessEqual({one["value"] for one in decisions}, set(attackers), "no customer")
        self.assertTrue(all(one["playbook"] == "credential-stuffing" for one in decisions))
        wait_until("the web server's list has them",
                   lambda: listed() >= {one["value"] for one in decisions})
        self.assertLessEqual(listed(), set(attackers))
        receipt = self.wait_for_receipt(decisions[0], "file")
        self.assertGreaterEqual(receipt["end_to_end_ms"], receipt["after_decision_ms"])
        wait_until("people are told", lambda: any(
            "Stolen passwords" in notice for notice in self.receiver.notices()))

        self.assertEqual(self.send("POST", "/api/v1/decisions/lift", {"all": True}, 200)["lifted"],
                         len(decisions))
        wait_until("and they may come back", lambda: not listed())

    def test_scraping_is_slowed_down_then_blocked(self):
        self.arm(API_SCRAPING, "scraping")
        key = self.server.create_key("enforcer", "edge")
        scraper, customer = "203.0.113.99", "198.51.100.9"

        def read(address: str, first: int, count: int) -> None:
            answer = self.server.send_lines([log_lines.access(address, f"/api/v1/products/{first + n}")
                                             for n in range(count)])
            self.assertEqual(answer.status, 200, answer)

        def verdict(address: str) -> str:
            return self.server.request("GET", f"/api/v1/verdict?ip={address}", key=key).json()["verdict"]

        read(customer, 0, 20)
        read(scraper, 0, 160)
        slowed = self.wait_for_decisions(1)[0]
        self.assertEqual((slowed["kind"], slowed["value"]), ("throttle", scraper))
        wait_until("he gets his rate and no more",
                   lambda: "throttle" in {verdict(scraper) for _ in range(40)})
        self.assertEqual(verdict(customer), "allow")
        self.assertEqual(self.run_of("scraping")["step"], "watch")

        read(scraper, 1_000, 200)
        wait_until("he went on and is blocked", lambda: verdict(scraper) == "block")
        self.assertEqual(verdict(customer), "allow")
        run = self.run_of("scraping", "succeeded")
        self.assertEqual([step for step, outcome in self.steps(run) if outcome == "done"],
                         ["slow", "watch", "block", "done"])
        enforcing.lift(self.server, scraper)
        wait_until("he may come back", lambda: verdict(scraper) == "allow")

    def test_a_flood_from_a_region_moves_to_the_cdn_and_returns(self):
        named = dns_server.Named(self.folder / "named")
        self.addCleanup(lambda: named.stop())
        (self.folder / "secret").write_text(dns_server.SECRET + "\n")
        settings = self.folder / "dns.yaml"
        settings.write_text(DNS.format(port=named.port, secret=self.folder / "secret"))
        self.enforce("dns", settings)
        key = self.server.create_key("enforcer", "edge")
        self.arm(FLOOD, "availability")
        answer = self.server.send_lines(
            [log_lines.app_json(**{"event.category": "web", "http.response.status_code": 200,
                                   "url.path": "/", "source.ip": f"203.0.113.{n % 250 + 1}",
                                   "source.geo.country_iso_code": "XK"}) for n in range(220)],
            "application/x-ndjson")
        self.assertEqual(answer.status, 200, answer)

        wait_until("the name is at the CDN",
                   lambda: named.records("api") == [("A", "198.51.100.20")])
        decisions = self.active()
        self.assertEqual({(one["kind"], one["scope"], one["value"]) for one in decisions},
                         {("throttle", "country", "XK"), ("redirect", "country", "XK")})
        redirect = next(one for one in decisions if one["kind"] == "redirect")
        self.wait_for_receipt(redirect, "dns")
        self.assertEqual(self.server.request("GET", "/api/v1/verdict?ip=198.51.100.9", key=key)
                         .json()["verdict"], "allow")

        wait_until("after calm the name is back",
                   lambda: named.records("api") == [("A", "203.0.113.20")], 60)
        self.assertEqual(self.active(), [])
        run = self.run_of("availability", "succeeded")
        self.assertEqual([step for step, outcome in self.steps(run) if outcome == "done"],
                         ["region", "throttle", "move", "tell", "calm", "return", "done"])

    def test_an_insider_carries_data_away(self):
        secret = self.folder / "secret"
        secret.write_text("0123456789abcdef0123456789abcdef\n")
        self.enforce("webhook", f"{self.receiver.url}/hook", "--secret-file", secret)
        self.arm(EXPORTS, "exfiltration")

        def export(user: str, count: int) -> None:
            answer = self.server.send_lines(
                [log_lines.app_json(**{"event.category": "web", "event.action": "export",
                                       "user.name": user, "source.ip": "10.0.0.5",
                                       "url.path": f"/customers/{n}"}) for n in range(count)],
                "application/x-ndjson")
            self.assertEqual(answer.status, 200, answer)

        export("colleague", 5)
        export("mallory", 45)
        run = self.run_of("exfiltration")
        waiting = wait_until("a person is asked", lambda: self.server.request(
            "GET", "/api/v1/decisions/approvals").json()["approvals"])
        self.assertEqual([(one["kind"], one["value"]) for one in waiting], [("disable", "mallory")])
        self.assertEqual(self.active(), [], "nothing happens without him")
        [evidence] = pathlib.Path(self.server.data / "evidence").iterdir()
        checked = run_cli("evidence", "verify", str(evidence))
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn(b"mallory", evidence.read_bytes())
        wait_until("people are told", lambda: any(
            "Data may be carried away" in notice for notice in self.receiver.notices()))

        self.restart()
        self.send("POST", f"/api/v1/decisions/approvals/{waiting[0]['id']}", {"approve": True}, 200)
        wait_until("the application locks him",
                   lambda: ("begin", "disable", "mallory") in self.receiver.decisions())
        decision = self.active()[0]
        self.wait_for_receipt(decision, "webhook")
        self.assertEqual(self.run_of("exfiltration", "succeeded")["id"], run["id"])
        self.assertEqual(self.run_of("exfiltration")["decisions"], [decision["id"]])

        enforcing.lift(self.server, "mallory", "user")
        wait_until("and lets him in again",
                   lambda: ("end", "disable", "mallory") in self.receiver.decisions())
        self.assertNotIn("colleague", {value for _, _, value in self.receiver.decisions()})


if __name__ == "__main__":
    unittest.main()
