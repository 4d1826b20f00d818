"""The tools around rules: backtest over stored events, coverage, scaffolds, regression tests."""

import datetime
import json
import pathlib
import tempfile
import unittest

import log_lines
from tocsin import EXIT_DONE, EXIT_FAILURE, EXIT_FOUND, EXIT_USAGE, ServerTest, run_cli

RULE = """
title: Failed log-in of {user}
id: 5f0e3b1c-94f7-4d0a-9a3a-0a6b6f0f7a01
logsource:
  category: authentication
detection:
  failed:
    event.outcome: failure
    user.name: {user}
  condition: failed
level: low
"""


class RuleTools(ServerTest):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def rule_file(self, text: str) -> str:
        path = pathlib.Path(self.folder.name) / "rule.yml"
        path.write_text(text)
        return str(path)

    def send_history(self):
        now = log_lines.now()
        lines = [log_lines.ssh_failure("203.0.113.9", "mallory", now - datetime.timedelta(days=3, seconds=i))
                 for i in range(5)]
        lines += [log_lines.ssh_failure("203.0.113.10", "mallory", now - datetime.timedelta(seconds=i))
                  for i in range(7)]
        lines += [log_lines.access(f"10.0.1.{i % 250}", "/index.html") for i in range(200)]
        self.assertEqual(self.server.send_lines(lines, source="mixed").status, 200)
        self.server.wait_for_count("*", len(lines))

    def test_a_backtest_counts_what_a_rule_would_have_found(self):
        self.send_history()
        path = self.rule_file(RULE.format(user="mallory"))
        done = self.server.cli("rules", "backtest", path, "--since", "7d", "--json")
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["findings"], 12)
        self.assertEqual(report["alerts"], 2)
        self.assertTrue(report["narrowed_by_index"])
        self.assertEqual(report["events_matched_against"], 12)
        self.assertEqual([day["findings"] for day in report["days"] if day["findings"]], [5, 7])
        self.assertEqual([tally["findings"] for tally in report["keys"]], [7, 5])
        self.assertIn({"field": "source.ip", "value": "203.0.113.10"}, report["keys"][0]["key"])
        before = self.server.alerts()
        self.assertFalse([a for a in before if "mallory" in a["title"]], "a backtest opens no alert")

        recent = self.server.cli("rules", "backtest", path, "--since", "1d", "--json")
        self.assertEqual(json.loads(recent.stdout)["findings"], 7)
        shown = self.server.cli("rules", "backtest", path, "--since", "7d")
        self.assertEqual(shown.returncode, EXIT_FOUND, shown.stderr)
        self.assertIn("2 alerts, 12 findings", shown.stdout.decode())

    def test_a_backtest_of_a_correlation_and_of_a_rule_in_force(self):
        self.send_history()
        text = RULE.format(user="mallory").replace("level: low", "level: low\nname: failed_mallory")
        path = self.rule_file(text.lstrip() + """---
title: Mallory failed often
id: 5f0e3b1c-94f7-4d0a-9a3a-0a6b6f0f7a02
correlation:
  type: event_count
  rules: [failed_mallory]
  group-by: [source.ip]
  timespan: 1h
  condition: {gte: 6}
level: high
""")
        done = self.server.cli("rules", "backtest", path, "--json")
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["rules"], ["Mallory failed often"])
        self.assertEqual(report["alerts"], 1)
        named = self.server.cli("rules", "backtest", "ssh log-ins as root are tried", "--json")
        self.assertEqual(named.returncode, EXIT_DONE, named.stderr)
        self.assertEqual(json.loads(named.stdout)["rules"], ["ssh log-ins as root are tried"])

    def test_a_backtest_of_a_bad_rule_says_where_it_is_bad(self):
        path = self.rule_file(RULE.format(user="x").replace("condition: failed", "condition: faild"))
        done = self.server.cli("rules", "backtest", path)
        self.assertNotIn(done.returncode, (EXIT_DONE, EXIT_FOUND))
        self.assertIn(b"faild", done.stderr)
        absent = self.server.cli("rules", "backtest", "no such rule at all")
        self.assertNotIn(absent.returncode, (EXIT_DONE, EXIT_FOUND))
        self.assertIn(b"no such rule at all", absent.stderr)

    def test_coverage_tells_techniques_and_logsources(self):
        self.send_history()
        layer = pathlib.Path(self.folder.name) / "layer.json"
        done = self.server.cli("rules", "coverage", "--navigator", str(layer))
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        text = done.stdout.decode()
        self.assertIn("Credential access", text)
        self.assertIn("T1110", text)
        self.assertRegex(text, r"\b12 +\d+ +category: authentication")
        written = json.loads(layer.read_text())
        self.assertEqual(written["domain"], "enterprise-attack")
        self.assertIn("T1110", {t["techniqueID"].split(".")[0] for t in written["techniques"]})


class RuleScaffolds(unittest.TestCase):
    def test_a_new_rule_passes_its_own_tests(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, more in (("auth/odd_thing", []), ("auth/many_things", ["--correlation"])):
                made = run_cli("rules", "new", f"{folder}/{name}", *more)
                self.assertEqual(made.returncode, EXIT_DONE, made.stderr)
            tested = run_cli("rules", "test", folder)
            self.assertEqual(tested.returncode, EXIT_DONE, tested.stdout)
            self.assertIn(b"2 passed, 0 failed", tested.stderr)
            again = run_cli("rules", "new", f"{folder}/auth/odd_thing")
            self.assertEqual(again.returncode, EXIT_FAILURE)
            self.assertIn(b"is there already", again.stderr)
            wrong = run_cli("rules", "new", f"{folder}/Odd Thing")
            self.assertEqual(wrong.returncode, EXIT_USAGE)


class Regressions(unittest.TestCase):
    def test_info_files_in_sigmahqs_convention_are_run(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "rules").mkdir()
            (root / "rules" / "r.yml").write_text(
                "title: Shell\nid: 11111111-1111-4111-8111-111111111111\n"
                "logsource: {product: windows, category: process_creation}\n"
                "detection:\n  a:\n    Image|endswith: '\\sh.exe'\n  condition: a\n")
            case = root / "data" / "shell"
            case.mkdir(parents=True)
            (case / "info.yml").write_text(
                "rule_metadata:\n  - id: 11111111-1111-4111-8111-111111111111\n"
                "regression_tests_info:\n  - type: evtx\n    match_count: 1\n    path: a/b/x.evtx\n")
            event = {"Event": {"System": {"Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
                                          "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational"},
                               "EventData": {"Image": "C:\\sh.exe"}}}
            (case / "x.json").write_text(json.dumps(event, indent=2))
            done = run_cli("rules", "regress", root / "data", "--rules", root / "rules")
            self.assertEqual(done.returncode, EXIT_DONE, done.stdout)
            (case / "x.json").write_text(json.dumps(event).replace("sh.exe", "other.exe"))
            done = run_cli("rules", "regress", root / "data", "--rules", root / "rules")
            self.assertEqual(done.returncode, EXIT_FOUND)
            self.assertIn(b"0 matches, expected 1", done.stdout)


if __name__ == "__main__":
    unittest.main()
