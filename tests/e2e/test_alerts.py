"""From a log line to an alert, and what a person does with it."""

import datetime
import json
import unittest

import log_lines
from tocsin import ServerTest, wait_until


class Alerts(ServerTest):
    def send_brute_force(self, client="203.0.113.66", user="root", count=30, minutes_ago=10):
        start = log_lines.now() - datetime.timedelta(minutes=minutes_ago)
        lines = [log_lines.ssh_failure(client, user, start + datetime.timedelta(seconds=2 * i))
                 for i in range(count)]
        self.assertEqual(self.server.send_lines(lines, source="auth").status, 200)

    def alert_about(self, value, **wanted):
        def find():
            for alert in self.server.alerts():
                if value in json.dumps(alert) and all(alert.get(k) == v for k, v in wanted.items()):
                    return alert
            return None
        return wait_until(f"an alert about {value} with {wanted}", find)

    def test_brute_force_becomes_one_alert_of_each_rule(self):
        self.send_brute_force()
        alert = self.alert_about("203.0.113.66")
        self.assertTrue(alert["title"])
        self.assertEqual(alert["state"], "new")
        first = {(a["rule_id"], json.dumps(a["key"])): a for a in self.server.alerts()}
        self.send_brute_force(minutes_ago=5)
        self.server.wait_for_count("source.ip:203.0.113.66", 60)
        again = self.server.alerts()
        keys = [(a["rule_id"], json.dumps(a["key"])) for a in again]
        self.assertEqual(len(keys), len(set(keys)), "one open alert a rule and key")
        self.assertTrue(set(first) <= set(keys))

    def test_ordinary_log_ins_make_no_alert(self):
        lines = [log_lines.sshd(f"Accepted publickey for user{i} from 10.0.0.{i} port 4000 ssh2")
                 for i in range(1, 30)]
        lines += [log_lines.access(f"10.0.1.{i}", "/index.html") for i in range(1, 30)]
        self.server.send_lines(lines, source="quiet")
        self.server.wait_for_count("*", 58)
        self.assertEqual(self.server.alerts(), [])

    def test_acknowledge_and_close(self):
        self.send_brute_force("203.0.113.80")
        identity = str(self.alert_about("203.0.113.80")["id"])
        done = self.server.cli("alerts", "ack", identity)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.alert_about("203.0.113.80", state="acknowledged")
        done = self.server.cli("alerts", "close", identity, "--verdict", "benign",
                               "--note", "a test of ours")
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = self.server.request("GET", f"/api/v1/alerts/{identity}")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json()["state"], "closed")
        self.assertIn("a test of ours", answer.body.decode())

    def test_alerts_survive_restart_and_are_not_raised_twice(self):
        self.send_brute_force("203.0.113.90")
        before = self.alert_about("203.0.113.90")
        self.server.wait_for_count("source.ip:203.0.113.90", 30)
        state = {a["id"]: a["findings"] for a in self.server.alerts()}
        self.server.kill()
        self.server.start()
        self.server.wait_for_count("source.ip:203.0.113.90", 30)
        self.alert_about("203.0.113.90", id=before["id"])
        self.assertEqual({a["id"]: a["findings"] for a in self.server.alerts()}, state)

    def test_web_attacks(self):
        for number in range(3):
            self.server.send_lines([
                log_lines.access("203.0.113.101", f"/item?id={number}%27%20UNION%20SELECT%20name,pw%20FROM%20users--"),
                log_lines.access("203.0.113.102", "/static/../../../../etc/passwd", 400)], source="web")
        self.alert_about("203.0.113.101")
        self.alert_about("203.0.113.102")


if __name__ == "__main__":
    unittest.main()
