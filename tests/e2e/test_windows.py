"""Windows of correlations live through kills, restarts and reloads; a rule that floods is muted; what
each rule has seen can be told."""

import json
import signal
import unittest

from tocsin import ServerTest, wait_until

RULES = """
title: Failed entry
id: failed-entry
name: failed_entry
logsource: {category: any}
detection: {sel: {labels.kind: failed}, condition: sel}
---
title: Ten failed entries
id: ten-failed
correlation:
  type: event_count
  rules: [failed_entry]
  group-by: [source.ip]
  timespan: 10m
  condition: {gte: 10}
---
title: Noise
id: noise
logsource: {category: any}
detection: {sel: {labels.kind: noise}, condition: sel}
"""
ANOTHER = """
---
title: Another
id: another
logsource: {category: any}
detection: {sel: {labels.kind: nothing}, condition: sel}
"""


class Windows(ServerTest):
    def config(self):
        self.rules = self.folder / "rules.yml"
        self.rules.write_text(RULES)
        return (f"detect:\n  rules: [{self.rules}]\n  shipped_rules: false\n"
                "  findings_per_minute_max: 50\n")

    def send(self, kind, count, ip="203.0.113.9"):
        lines = [json.dumps({"message": kind, "labels.kind": kind, "source.ip": ip})
                 for _ in range(count)]
        answer = self.server.send_lines(lines)
        self.assertEqual((answer.status, answer.json()["accepted"]), (200, count))

    def the_alert(self, rule, events):
        def find():
            alerts = [a for a in self.server.alerts() if a["rule_id"] == rule]
            return alerts if sum(a["events"] for a in alerts) >= events else None
        alerts = wait_until(f"{events} events in alerts of {rule}", find)
        self.assertEqual([a["events"] for a in alerts], [events])
        return alerts[0]

    def no_alert(self, sent):
        self.server.wait_for_count("labels.kind:failed", sent)
        self.assertEqual(self.server.alerts(), [])

    def test_a_kill_inside_a_window_loses_and_repeats_nothing(self):
        self.send("failed", 6)
        self.no_alert(6)
        self.server.kill()
        self.server.start()
        self.send("failed", 4)
        self.the_alert("ten-failed", 10)

    def test_a_kill_right_after_the_acknowledgement(self):
        self.send("failed", 6)
        self.server.kill()
        self.server.start()
        self.send("failed", 4)
        self.the_alert("ten-failed", 10)

    def test_a_kill_after_the_alert_does_not_tell_it_again(self):
        self.send("failed", 10)
        self.the_alert("ten-failed", 10)
        self.server.kill()
        self.server.start()
        self.send("failed", 10)  # doubled
        self.the_alert("ten-failed", 20)

    def test_an_orderly_stop_inside_a_window(self):
        self.send("failed", 6)
        self.no_alert(6)
        self.restart()
        self.send("failed", 4)
        self.the_alert("ten-failed", 10)

    def test_a_reload_inside_a_window(self):
        self.send("failed", 6)
        self.no_alert(6)
        self.rules.write_text(RULES + ANOTHER)
        self.server.process.send_signal(signal.SIGHUP)
        wait_until("the new rule is loaded",
                   lambda: b'"another"' in self.server.request("GET", "/api/v1/rules").body)
        self.send("failed", 4)
        self.the_alert("ten-failed", 10)

    def test_a_flood_of_findings_is_counted_whole(self):
        for _ in range(10):
            self.send("noise", 100)
        self.server.wait_for_count("labels.kind:noise", 1000)
        self.assertEqual(self.server.stop(), 0)  # what is held is told
        self.server.start()
        alert = self.the_alert("noise", 1000)
        self.assertLess(alert["findings"], 1000)

    def test_a_kill_in_a_flood_loses_no_event(self):
        for _ in range(10):
            self.send("noise", 100)
        self.server.wait_for_count("labels.kind:noise", 1000)
        self.server.kill()
        self.server.start()
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.the_alert("noise", 1000)

    def coverage(self, rule):
        answer = self.server.request("GET", f"/api/v1/rules/{rule}/coverage")
        return answer.json() if answer.status == 200 else None

    def noise_seqs(self) -> list[int]:
        """Between them stand records of the audit."""
        return sorted(row["_seq"] for row in self.server.query("labels.kind:noise"))

    @staticmethod
    def covers(version, seq: int) -> bool:
        return any(r["first"] <= seq <= r["last"] for r in version["ranges"])

    def assert_remembers(self, seen):
        """After a start the replay may show records that the version in force had not seen."""
        old, new = self.coverage("noise")["versions"]
        self.assertEqual(old, seen["versions"][0])
        self.assertEqual(new["version"], seen["version_in_force"])
        self.assertEqual(len(new["ranges"]), 1)
        noise = self.noise_seqs()
        self.assertLessEqual(new["ranges"][0]["first"], noise[20])
        self.assertGreaterEqual(new["ranges"][0]["last"], noise[29])

    def test_what_each_version_of_a_rule_has_seen(self):
        self.send("noise", 20)
        self.server.wait_for_count("labels.kind:noise", 20)
        self.rules.write_text(RULES.replace("title: Noise", "title: Louder noise"))
        self.assertEqual(self.server.request("POST", "/api/v1/rules/reload").status, 200)
        self.send("noise", 10)
        self.server.wait_for_count("labels.kind:noise", 30)
        seen = self.coverage("noise")
        noise = self.noise_seqs()
        old, new = seen["versions"]
        self.assertEqual([self.covers(old, seq) for seq in noise], [True] * 20 + [False] * 10)
        self.assertEqual([self.covers(new, seq) for seq in noise], [False] * 20 + [True] * 10)
        self.assertEqual(seen["version_in_force"], seen["versions"][1]["version"])
        self.assertEqual(len(new["ranges"]), 1)
        unchanged = self.coverage("ten-failed")
        self.assertEqual(len(unchanged["versions"]), 1)
        self.assertEqual(len(unchanged["versions"][0]["ranges"]), 1)
        self.assertTrue(all(self.covers(unchanged["versions"][0], seq) for seq in noise))
        self.restart()
        self.assert_remembers(seen)
        self.server.kill()
        self.server.start()
        self.assert_remembers(seen)
        done = self.server.cli("rules", "seen", "noise")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout.decode(), r"\b1–\d+\b")
        self.assertEqual(self.server.request("GET", "/api/v1/rules/nobody/coverage").status, 404)


if __name__ == "__main__":
    unittest.main()
