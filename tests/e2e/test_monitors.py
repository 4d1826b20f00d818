"""Monitors: what is usual is learned, kept over restarts, learned from stored records, and told."""

import datetime
import json
import unittest

from tocsin import EXIT_DONE, EXIT_FOUND, ServerTest, run_cli, wait_until

MONITORS = """title: Unusual number of log-ins of a user
id: logins
logsource: {category: authentication}
detection: {login: {event.category: authentication}, condition: login}
level: high
tocsin: {noun: log-ins}
monitor: {model: level, group-by: [user.name], bucket: 1m, warm-up: 30m, min: 5}
---
title: A country that a user never came from
id: country
logsource: {category: authentication}
detection: {login: {event.category: authentication}, condition: login}
monitor: {model: new-value, group-by: [user.name], field: source.geo.country_iso_code, warm-up: 1h}
"""


class Monitors(ServerTest):
    def config(self) -> str:
        self.rules = self.folder / "monitors.yml"
        self.rules.write_text(MONITORS)
        self.begin = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=3)
        self.sent = 0
        return f"detect:\n  shipped_rules: false\n  rules: [{self.rules}]\n"

    def send(self, minutes: range, times: int = 1, country: str = "DE") -> None:
        lines = []
        for minute in minutes:
            for i in range(times):
                at = self.begin + datetime.timedelta(minutes=minute, milliseconds=i)
                lines.append(json.dumps({
                    "@timestamp": at.isoformat().replace("+00:00", "Z"), "event.dataset": "app.auth",
                    "event.category": "authentication", "user.name": "alice",
                    "source.geo.country_iso_code": country}))
        answer = self.server.send_lines(lines, "application/x-ndjson", source="app")
        self.assertEqual(answer.status, 200, answer)
        self.sent += len(lines)

    def monitor(self, name: str = "logins", key: str = "") -> dict:
        answer = self.server.request("GET", f"/api/v1/monitors/{name}?key={key}")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def wait_for_events(self, wanted: int) -> None:
        # After a reload a monitor is known with the first events that it sees.
        wait_until(f"the monitor took {wanted} events",
                   lambda: self.server.request("GET", "/api/v1/monitors/logins?key=").json()
                   .get("events", 0) >= wanted)
        self.assertEqual(self.monitor()["events"], wanted)

    def alert_of(self, rule: str) -> dict:
        found = wait_until(f"an alert of {rule}", lambda: self.server.alerts("--rule", rule))
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_a_surge_is_told_with_what_was_expected(self):
        self.send(range(0, 90), times=3)
        self.send(range(91, 92), times=40)
        alert = self.alert_of("logins")
        self.assertEqual(alert["key"], [{"field": "user.name", "value": "alice"}])
        self.assertIn("log-ins in 1m for user alice; usual is", alert["sentence"])
        self.assertLess(alert["baseline"]["high"], alert["baseline"]["observed"])
        self.assertGreater(len(alert["baseline"]["history"]), 30)
        self.assertIn("unit", alert["baseline"])
        listed = self.server.cli("monitors", "list")
        self.assertEqual(listed.returncode, EXIT_DONE, listed.stderr)
        self.assertIn(b"Unusual number of log-ins of a user", listed.stdout)
        shown = self.server.cli("monitors", "show", "logins", "alice")
        self.assertEqual(shown.returncode, EXIT_DONE, shown.stderr)
        self.assertIn(b"user.name=alice", shown.stdout)
        self.assertIn(b"###", shown.stdout)
        self.assertNotEqual(self.server.cli("monitors", "show", "nothing").returncode, EXIT_DONE)

    def test_what_is_learned_survives_stop_and_kill_and_is_not_counted_twice(self):
        self.send(range(0, 60), times=3)
        self.wait_for_events(180)
        self.restart()
        self.assertTrue((self.server.data / "monitors.state").exists())
        self.wait_for_events(180)
        self.send(range(60, 80), times=3)
        self.wait_for_events(240)
        self.server.kill()
        self.server.start()
        self.wait_for_events(240)
        self.assertEqual(self.server.alerts(), [])
        self.send(range(81, 82), country="RU")
        alert = self.alert_of("country")
        self.assertIn('"RU" for the first time', alert["sentence"])
        self.assertEqual(alert["baseline"]["usual"][0]["value"], "DE")

    def test_a_damaged_state_is_ignored_and_learned_again(self):
        self.send(range(0, 60), times=2)
        self.wait_for_events(120)
        self.assertEqual(self.server.stop(), 0)
        state = self.server.data / "monitors.state"
        damaged = bytearray(state.read_bytes())
        damaged[len(damaged) // 2] ^= 0x55
        state.write_bytes(damaged)
        self.server.start()
        self.assertIn("monitors learn again", self.server.log_text())
        metrics = self.server.request("GET", "/metrics").body.decode()
        self.assertIn("tocsin_detect_monitor_state_ignored_total 1", metrics)
        self.send(range(60, 61))
        wait_until("it learns", lambda: self.monitor()["events"] > 0)

    def test_training_learns_from_stored_records_without_findings(self):
        self.rules.write_text(MONITORS.replace("id: logins", "id: other"))
        self.assertEqual(self.server.request("POST", "/api/v1/rules/reload").status, 200)
        self.send(range(0, 90), times=3)
        self.send(range(90, 91), times=40)
        self.server.wait_for_count("not event.dataset:tocsin.audit", 310)
        self.rules.write_text(MONITORS)
        self.assertEqual(self.server.request("POST", "/api/v1/rules/reload").status, 200)
        self.send(range(92, 93))
        self.wait_for_events(1)
        done = self.server.cli("monitors", "train", "--since", "1d")
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        self.wait_for_events(311)
        self.assertEqual(self.server.alerts("--rule", "logins"), [])
        self.send(range(94, 95), times=40)
        self.alert_of("logins")

    def test_bad_requests_are_refused(self):
        for body in ('{"since":"soon"}', '{"since":"-1d"}', "[]", '{"what":1}'):
            answer = self.server.request("POST", "/api/v1/monitors/train", body)
            self.assertEqual(answer.status, 400, answer)
        self.assertEqual(self.server.request("GET", "/api/v1/monitors/none").status, 404)
        broken = self.folder / "broken.yml"
        broken.write_text(MONITORS.replace("model: level", "model: magic"))
        done = run_cli("monitors", "check", broken)
        self.assertEqual(done.returncode, EXIT_FOUND, done.stderr)
        self.assertIn(b"unknown model", done.stdout)
        self.assertEqual(run_cli("monitors", "check", self.rules).returncode, EXIT_DONE)


if __name__ == "__main__":
    unittest.main()
