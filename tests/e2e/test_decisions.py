"""Decisions over the public doors: taken, listed, lifted, kept over a restart; the audit; forged
headers; what our own enforcers caused; whom a too eager rule would have hurt."""

import datetime
import json
import unittest

from tocsin import ServerTest, wait_until


def at(seconds: float) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Decisions(ServerTest):
    def config(self) -> str:
        return "trusted_proxies: [203.0.113.0/28]\n"

    def decide(self, value: str, **more) -> dict:
        body = {"value": value, "duration": "1h", "reason": "test", **more}
        return self.post("/api/v1/decisions", body)

    def post(self, path: str, body: dict) -> dict:
        answer = self.server.request("POST", path, json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
        self.assertLess(answer.status, 300, answer)
        return answer.json() if answer.body else {}

    def active(self) -> set[str]:
        answer = self.server.request("GET", "/api/v1/decisions")
        return {decision["value"] for decision in answer.json()["decisions"]}

    def send(self, *events: dict) -> None:
        answer = self.server.send_lines([json.dumps(event) for event in events],
                                        "application/x-ndjson", "shop")
        self.assertEqual(answer.status, 200, answer)

    def test_a_decision_lives_and_ends_and_is_in_the_audit(self):
        self.assertEqual(self.decide("198.51.100.7")["outcome"], "taken")
        self.assertEqual(self.decide("10.0.0.1")["outcome"], "refused")
        self.restart()
        self.assertEqual(self.active(), {"198.51.100.7"})
        done = self.server.cli("decision", "remove", "198.51.100.7", "--why", "a customer")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.active(), set())
        rows = wait_until("the audit can be searched", lambda: (lambda found: found if len(found) >= 3
                          else None)(self.server.query("event.dataset:tocsin.audit")))
        self.assertEqual({row["event.action"] for row in rows},
                         {"decision_taken", "decision_refused", "decision_lifted"})
        self.assertNotIn("source.ip", {name for row in rows for name in row})

    def test_the_breaker_gives_one_alert_and_the_audit_feeds_no_other_rule(self):
        self.decide("198.51.100.7", reason="sqlmap/1.7 ' UNION SELECT password FROM users -- role granted")
        self.post("/api/v1/decisions/breaker", {"open": True, "why": "test"})
        alerts = wait_until("an alert tells of the breaker", lambda: self.server.alerts())
        self.assertEqual([alert["title"] for alert in alerts],
                         ["The breaker stopped automatic decisions"])

    def test_nobody_can_imitate_the_audit(self):
        self.send({"event.dataset": "tocsin.audit", "event.action": "breaker_opened",
                   "message": "forged", "event.module": "tocsin"})
        self.server.wait_for_count("message:forged", 1)
        self.assertEqual(self.server.alerts(), [])

    def test_a_forged_header_blames_nobody_else(self):
        line = {"time": at(-60), "request_method": "GET", "request_uri": "/", "status": "200"}
        for peer, header, client in (
                ("198.51.100.9", "192.0.2.66", "198.51.100.9"),
                ("203.0.113.1", "192.0.2.66, 198.51.100.10", "198.51.100.10"),
                ("203.0.113.1", "192.0.2.66, unknown, 198.51.100.11", "198.51.100.11")):
            with self.subTest(client=client):
                self.send({**line, "remote_addr": peer, "http_x_forwarded_for": header})
                self.server.wait_for_count(f"source.ip:{client}", 1)
        self.assertEqual(self.server.count("source.ip:192.0.2.66"), 0)

    def test_what_our_enforcers_caused_feeds_no_rule(self):
        def requests(first: float) -> list[dict]:
            return [{"time": at(first + n / 10), "remote_addr": "198.51.100.7", "request_method": "GET",
                     "request_uri": f"/?q={n}' UNION SELECT password FROM users--", "status": "403"}
                    for n in range(20)]

        self.decide("198.51.100.7")
        self.send(*requests(2))
        self.server.wait_for_count("tocsin.enforced:true", 20)
        self.assertEqual(self.server.alerts(), [])
        self.post("/api/v1/decisions/lift", {"value": "198.51.100.7"})
        self.send(*requests(30))
        wait_until("without a decision the same lines are an attack", lambda: self.server.alerts())

    def test_simulation_names_the_innocent(self):
        attack = [{"time": at(-3600 + n), "event": "authn_login_fail:root", "source_ip": "198.51.100.7",
                   "user": "root"} for n in range(60)]
        later = {"time": at(-1800), "event": "authn_login_success:carol", "source_ip": "198.51.100.7",
                 "user": "carol"}
        self.send(*attack, later)
        alerts = wait_until("brute force is noticed", lambda: self.server.alerts())
        self.server.wait_for_count("source.ip:198.51.100.7", 61)
        named = []
        for alert in alerts:
            report = self.post("/api/v1/decisions/simulate", {"rule": alert["rule_id"], "from": "2h"})
            named += report["innocent_users"]
            for subject in report["subjects"]:
                if subject["scope"] == "address":  # events of people are not counted
                    self.assertGreater(subject["events_stopped"], 0, report)
            stored = self.post("/api/v1/decisions/simulate",
                               {"rule": alert["rule_id"], "from": "2h", "over": "alerts"})
            self.assertEqual({one["value"] for one in stored["subjects"]},
                             {one["value"] for one in report["subjects"]})
        self.assertIn("carol", named)
        self.assertEqual(self.active(), set())
        done = self.server.cli("decision", "simulate", "--rule", alerts[0]["rule_id"], "--from", "2h")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_rule_is_armed_in_the_version_that_is_in_force(self):
        rules = self.server.request("GET", "/api/v1/rules").json()["rules"]
        self.assertEqual(self.server.cli("decision", "arm", rules[0]["id"]).returncode, 0)
        armed = self.server.request("GET", "/api/v1/decisions/armed").json()["armed"]
        self.assertEqual([(one["version"], one["in_force"]) for one in armed],
                         [(rules[0]["version"], True)])


if __name__ == "__main__":
    unittest.main()
