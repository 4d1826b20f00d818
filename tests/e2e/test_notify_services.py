"""What each service is sent over one alert's life, in the form that it documents, and who hears when:
quiet hours, escalation, a channel that hangs, exceptions that end, bulk triage."""

import json
import os
import socket
import time
import unittest

from test_notify import NotifyTest
from tocsin import EXIT_DONE, wait_until

KEYS = {"NOTIFY_PD": "pager-routing-key", "NOTIFY_OG": "genie-secret-key", "NOTIFY_NTFY": "tk_ntfysecret",
        "NOTIFY_SLACK": "/services/T0/B0/slacksecret", "NOTIFY_TEAMS": "/workflows/teamssecret",
        "NOTIFY_DISCORD": "/api/webhooks/1/discordsecret"}
HOSTILE = "<!channel>@everyone"


class ServiceTest(NotifyTest):

    def change(self, alert, **change):
        answer = self.server.request("POST", "/api/v1/alerts/bulk",
                                     body=json.dumps({"ids": [alert["id"]], "change": change}))
        self.assertEqual((answer.status, answer.json()["changed"]), (200, 1), answer)


class Services(ServiceTest):
    def config(self):
        url = f"http://127.0.0.1:{self.receiver.port}"
        for name, value in KEYS.items():
            os.environ[name] = url + value if value.startswith("/") else value
            self.addCleanup(os.environ.pop, name, None)
        return f"""
notify:
  link: https://tocsin.example.com
  channels:
    - {{name: slack, type: slack, url: "env:NOTIFY_SLACK", messages_per_minute_max: 600}}
    - {{name: teams, type: teams, url: "env:NOTIFY_TEAMS", messages_per_minute_max: 600}}
    - {{name: discord, type: discord, url: "env:NOTIFY_DISCORD", messages_per_minute_max: 600}}
    - {{name: pager, type: pagerduty, routing_key: "env:NOTIFY_PD", url: "{url}/pd", messages_per_minute_max: 600}}
    - {{name: genie, type: opsgenie, api_key: "env:NOTIFY_OG", url: "{url}/og", messages_per_minute_max: 600}}
    - {{name: ntfy, type: ntfy, topic: tocsin, token: "env:NOTIFY_NTFY", url: "{url}/ntfy",
       messages_per_minute_max: 600}}
  routes:
    - {{name: all, to: [slack, teams, discord, pager, genie, ntfy]}}
"""

    def about(self, path, alert, needle):
        """Bodies sent to a path that are about this alert."""
        return [(headers, body) for headers, body in self.receiver.at(path)
                if needle in json.dumps(body) and (alert is None or alert["id"] in json.dumps(body))]

    def life(self):
        self.send_brute_force("203.0.113.60", user=HOSTILE)
        alert = self.alert_about("203.0.113.60")
        wait_until("all have heard", lambda: len(self.messages("--state", "sent")) >= 6)
        self.change(alert, state="acknowledged")
        self.change(alert, state="closed", verdict="true_positive")
        wait_until("the pager hears the end", lambda: [
            b for _, b in self.receiver.at("/pd/v2/enqueue") if b["event_action"] == "resolve"])
        wait_until("nothing waits", lambda: not self.messages("--state", "waiting"))
        return alert

    def test_each_service_gets_its_documented_form(self):
        alert = self.life()
        with self.subTest("Slack: Block Kit"):
            _, body = self.about(KEYS["NOTIFY_SLACK"], None, "203.0.113.60")[0]
            kinds = [block["type"] for block in body["blocks"]]
            self.assertLessEqual(set(kinds), {"header", "section", "actions", "context", "divider"})
            header = body["blocks"][0]["text"]
            self.assertEqual((kinds[0], header["type"]), ("header", "plain_text"))
            self.assertLessEqual(len(header["text"]), 150)
            for block in body["blocks"]:
                self.assertLessEqual(len(block.get("fields", [])), 10)
                self.assertTrue(all(len(each["text"]) <= 2000 for each in block.get("fields", [])))
            self.assertNotIn("<!channel>", json.dumps(body))
        with self.subTest("Teams: an Adaptive Card"):
            _, body = self.about(KEYS["NOTIFY_TEAMS"], None, "203.0.113.60")[0]
            [attachment] = body["attachments"]
            self.assertEqual((body["type"], attachment["contentType"], attachment["content"]["type"]),
                             ("message", "application/vnd.microsoft.card.adaptive", "AdaptiveCard"))
            self.assertTrue(all(part["type"] in ("RichTextBlock", "TextBlock", "FactSet")
                                for part in attachment["content"]["body"]))
        with self.subTest("Discord: embeds"):
            _, body = self.about(KEYS["NOTIFY_DISCORD"], None, "203.0.113.60")[0]
            self.assertEqual(body["allowed_mentions"], {"parse": []})
            [embed] = body["embeds"]
            self.assertLessEqual(len(embed["title"]), 256)
            self.assertLessEqual(len(embed["fields"]), 25)
            self.assertTrue(all(0 < len(f["name"]) <= 256 and 0 < len(f["value"]) <= 1024 for f in embed["fields"]))
            self.assertTrue(0 <= embed["color"] <= 0xFFFFFF)
        with self.subTest("PagerDuty: Events v2"):
            events = [b for _, b in self.about("/pd/v2/enqueue", None, "pager-routing-key")]
            mine = [b for b in events if alert["id"] in b["dedup_key"]]
            self.assertEqual([b["event_action"] for b in mine], ["trigger", "acknowledge", "resolve"])
            payload = mine[0]["payload"]
            self.assertLessEqual(len(payload["summary"]), 1024)
            self.assertIn(payload["severity"], ("critical", "error", "warning", "info"))
            self.assertTrue(payload["source"])
            self.assertLessEqual(len(mine[0]["dedup_key"]), 255)
        with self.subTest("Opsgenie: alerts by alias"):
            headers, body = self.about("/og/v2/alerts", alert, "203.0.113.60")[0]
            self.assertEqual(headers["Authorization"], "GenieKey genie-secret-key")
            self.assertLessEqual(len(body["message"]), 130)
            self.assertIn(body["priority"], ("P1", "P2", "P3", "P4", "P5"))
            paths = {path for path, _, _ in self.receiver.kept if body["alias"] in path}
            self.assertEqual(paths, {f"/og/v2/alerts/{body['alias']}/{what}?identifierType=alias"
                                     for what in ("acknowledge", "close")})
        with self.subTest("ntfy: JSON to the server's root"):
            headers, body = self.about("/ntfy", None, "203.0.113.60")[0]
            self.assertEqual((body["topic"], headers["Authorization"]), ("tocsin", "Bearer tk_ntfysecret"))
            self.assertIn(body["priority"], range(1, 6))
        with self.subTest("secrets are never shown"):
            shown = self.server.cli("channel", "list", "--json").stdout.decode()
            shown += json.dumps(self.server.request("GET", "/api/v1/channels").json())
            shown += json.dumps(self.messages()) + self.server.log_text()
            shown += self.server.request("GET", "/metrics").body.decode()
            for value in KEYS.values():
                self.assertNotIn(value.rsplit("/", 1)[-1], shown)


class WhoHearsWhen(ServiceTest):
    def config(self):
        self.hanging = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.addCleanup(self.hanging.close)
        quiet = "-".join(time.strftime("%H:%M", time.gmtime(time.time() + 3600 * hours)) for hours in (-1, 3))
        url = f"http://127.0.0.1:{self.receiver.port}"
        return f"""
notify:
  channels:
    - {{name: team, type: webhook, url: "{url}/team", messages_per_minute_max: 600}}
    - {{name: night, type: webhook, url: "{url}/night", quiet: "daily {quiet} UTC", messages_per_minute_max: 600}}
    - {{name: boss, type: webhook, url: "{url}/boss", messages_per_minute_max: 600}}
    - {{name: stuck, type: webhook, url: "http://127.0.0.1:{self.hanging.getsockname()[1]}/", timeout: 60s,
       messages_per_minute_max: 600}}
  routes:
    - {{name: all, to: [team, night, stuck], escalate: [{{after: 10s, to: boss}}]}}
"""

    def told(self, path, alert, kind=None):
        return [body["notice"] for _, body in self.receiver.at(path)
                if body["notice"].get("alert", {}).get("id") == alert["id"]
                and kind in (None, body["notice"]["kind"])]

    def test_a_channel_that_hangs_stalls_nothing_and_what_is_quiet_waits(self):
        began = time.monotonic()
        for n in range(20):
            self.send_brute_force(f"203.0.113.{100 + n}")
        alerts = [self.alert_about(f"203.0.113.{100 + n}") for n in range(20)]
        wait_until("the other channel has heard of all", lambda: all(self.told("/team", each) for each in alerts))
        self.assertLess(time.monotonic() - began, 30, "less than one time-out of the channel that hangs")
        self.assertFalse(self.receiver.at("/night"), "quiet hours")
        for channel in ("night", "stuck"):
            waiting = self.messages("--channel", channel, "--state", "waiting")
            self.assertGreaterEqual(len(waiting), 20, channel)
        stopping = time.monotonic()
        self.restart()
        self.assertLess(time.monotonic() - stopping, 20, "nor does the end wait for it")
        self.assertGreaterEqual(len(self.messages("--channel", "stuck", "--state", "waiting")), 20,
                                "the backlog is durable")

    def test_an_alert_that_nobody_looks_at_is_escalated_and_another_is_not(self):
        self.send_brute_force("203.0.113.70")
        self.send_brute_force("203.0.113.71")
        left, seen = self.alert_about("203.0.113.70"), self.alert_about("203.0.113.71")
        self.change(seen, state="acknowledged")
        wait_until("it is escalated", lambda: self.told("/boss", left), 40)
        self.assertFalse(self.told("/boss", seen))
        self.change(left, state="acknowledged")
        wait_until("the boss hears that somebody looks", lambda: self.told("/boss", left, "acknowledged"))


class ExceptionsEnd(NotifyTest):
    def config(self):
        return ""

    def test_an_exception_ends_by_itself_and_has_an_owner(self):
        self.send_brute_force("203.0.113.80")
        alert = self.alert_about("203.0.113.80")
        rules = {each["rule_id"] for each in self.server.alerts()}
        for rule in rules:
            done = self.server.cli("exception", "add", "--json", "--rule", rule, "--where",
                                   "source.ip=203.0.113.0/24", "--reason", "a test of ours", "--owner", "ann",
                                   "--expires", "8s")
            self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
            self.assertEqual(json.loads(done.stdout)["owner"], "ann")
        done = self.server.cli("exception", "add", "--alert", alert["id"], "--reason", "r", "--owner", "bob",
                               "--expires", "400d")
        self.assertNotEqual(done.returncode, EXIT_DONE, "a year at most")
        self.send_brute_force("203.0.113.81")
        wait_until("something silenced", lambda: any(
            each["findings"] for each in self.server.request("GET", "/api/v1/exceptions").json()["exceptions"]))
        self.assertNotIn("203.0.113.81", json.dumps([each["key"] for each in self.server.alerts()]))
        wait_until("all have expired", lambda: {
            each["state"] for each in self.server.request("GET", "/api/v1/exceptions").json()["exceptions"]}
            == {"expired"})
        self.send_brute_force("203.0.113.82")
        self.alert_about("203.0.113.82")

    def test_many_alerts_are_closed_by_one_filter_after_a_dry_run(self):
        for n in range(5):
            self.send_brute_force(f"203.0.113.{n + 1}")
        for n in range(5):
            self.alert_about(f"203.0.113.{n + 1}")
        rule = self.alert_about("203.0.113.1")["rule_id"]

        def bulk(**more):
            return self.server.request("POST", "/api/v1/alerts/bulk", body=json.dumps(
                {"filter": {"rule": rule}, "change": {"state": "closed", "verdict": "false_positive",
                                                      "note": "a scan of ours"}, **more}))

        counted = bulk(dry_run=True)
        self.assertEqual(counted.status, 200, counted)
        self.assertEqual({each["state"] for each in self.server.alerts()}, {"new"})
        changed = bulk()
        self.assertEqual(changed.status, 200, changed)
        left = [each for each in self.server.alerts() if each["rule_id"] == rule and each["state"] != "closed"]
        self.assertFalse(left)
        closed = [each for each in self.server.alerts("--state", "all") if each["rule_id"] == rule]
        self.assertEqual(changed.json()["changed"], len(closed))


if __name__ == "__main__":
    unittest.main()
