"""What a too eager rule would have done in the demo's day: the simulation names every innocent."""

import datetime
import json
import time
import unittest

from tocsin import EXIT_DONE, ServerTest, run_cli, wait_until

RULE = "6a2e2d0e-53f0-4f56-9f0c-6d3c1b1f9a77"
EAGER = f"""
title: One failed log-in
id: {RULE}
status: experimental
description: Far too eager - everybody mistypes a password
logsource:
  category: authentication
detection:
  failed:
    event.outcome: failure
    source.ip|exists: true
  condition: failed
level: low
"""
BLOCKED_FOR = datetime.timedelta(hours=4)
USERS_MIN = 10  # shared_address: from so many users on an address is throttled, not blocked


def when(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class DemoDay(ServerTest):
    def config(self) -> str:
        self.rule = self.folder / "eager.yml"
        self.rule.write_text(EAGER)
        return (f"detect:\n  shipped_rules: false\n  rules: [{self.rule}]\n"
                "respond:\n  shared_address: {settle: 0s}\n  durations: {first: 4h, factor: 1, longest: 4h}\n"
                "  breaker: {per_minute: 100000}\n")

    def expected(self) -> dict[str, set[str]]:
        """Whom the rule would have hurt, by address; worked out here from the events alone."""
        fields = "| fields @timestamp, source.ip, user.name"
        failed = self.server.query(f"event.category:authentication and event.outcome:failure {fields}")
        passed = self.server.query("event.category:authentication and event.outcome:success "
                                   f"and user.name:* {fields}")
        logins: dict[str, list[tuple[datetime.datetime, str]]] = {}
        for row in passed:
            for address in self.texts(row.get("source.ip")):
                for name in self.texts(row.get("user.name")):
                    logins.setdefault(address, []).append((when(row["@timestamp"]), name))
        until: dict[str, datetime.datetime] = {}
        hurt: dict[str, set[str]] = {}
        for row in sorted(failed, key=lambda row: when(row["@timestamp"])):
            time = when(row["@timestamp"])
            for address in self.texts(row.get("source.ip")):
                if address in until and time < until[address]:
                    continue
                until[address] = time + BLOCKED_FOR
                before = {name for at, name in logins.get(address, [])
                          if time - datetime.timedelta(hours=24) <= at < time}
                if len(before) < USERS_MIN:
                    hurt.setdefault(address, set()).update(
                        name for at, name in logins.get(address, []) if time <= at < until[address])
        return {address: names for address, names in hurt.items() if names}

    @staticmethod
    def texts(value) -> list[str]:
        return [] if value is None else value[:1] if isinstance(value, list) else [value]

    def test_every_innocent_is_named(self):
        sent = run_cli("demo", "--url", self.server.url, "--key", self.server.key, "--seed", "11",
                       "--sessions", "80", "--only-history")
        self.assertEqual(sent.returncode, EXIT_DONE, sent.stderr)
        wait_until("all that was sent is searchable",
                   lambda: set(self.server.request("GET", "/api/v1/health").json()["lag_records"]
                               .values()) == {0}, 60)
        time.sleep(1)  # what is indexed is visible within 200 ms
        expected = self.expected()
        self.assertGreaterEqual(len(expected), 5)
        answer = self.server.request("POST", "/api/v1/decisions/simulate",
                                     json.dumps({"rule": RULE, "from": "26h"}))
        self.assertEqual(answer.status, 200, answer)
        report = answer.json()
        self.assertFalse(report["cut"])
        named: dict[str, set[str]] = {}
        for subject in report["subjects"]:
            if subject["scope"] == "address" and subject["innocent_users"]:
                named.setdefault(subject["value"], set()).update(subject["innocent_users"])
        protected = {subject["value"] for subject in report["subjects"] if subject["outcome"] == "refused"}
        self.assertEqual({a: n for a, n in expected.items() if a not in protected}, named)
        self.assertLessEqual(set().union(*named.values()), set(report["innocent_users"]))
        self.assertFalse(protected & set(named))
        self.assertEqual(self.server.request("GET", "/api/v1/decisions?state=all").json()["decisions"], [])


if __name__ == "__main__":
    unittest.main()
