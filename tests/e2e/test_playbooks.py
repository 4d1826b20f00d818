"""Playbooks over the command line: listed, shown, checked, armed, rehearsed, run, followed."""

import json
import pathlib
import subprocess
import tempfile
import unittest

import tocsin
from tocsin import EXIT_DONE, EXIT_FOUND, ServerTest, wait_until

GOOD = "name: mine\ntrigger: {level: high}\nsteps: [{collect: true}]\n"
ASKS = """name: asks
trigger: {rules: [no-such-rule]}
steps:
  - {name: ask, approve: {ask: "Go on?"}, on_failure: done}
  - {name: note, assign: {note: seen}}
  - {name: done, end: true}
"""


class Playbooks(ServerTest):
    def config(self) -> str:
        path = self.folder / "asks.yml"
        path.write_text(ASKS)
        return f"respond:\n  playbooks: [{path}]\n"

    def cli(self, *words: str) -> str:
        done = self.server.cli("playbook", *words)
        self.assertEqual(done.returncode, EXIT_DONE, done.stderr)
        return done.stdout.decode()

    def alert(self) -> str:
        self.server.request("POST", "/api/v1/decisions/breaker",
                            json.dumps({"open": True, "why": "test"}).encode(),
                            {"Content-Type": "application/json"})
        return wait_until("an alert is there", lambda: self.server.alerts())[0]["id"]

    def test_they_are_listed_shown_and_armed(self):
        listed = json.loads(self.cli("list", "--json"))
        self.assertEqual(listed["issues"], [])
        names = {one["name"] for one in listed["playbooks"]}
        self.assertLessEqual({"asks", "brute-force", "scraping"}, names)
        self.assertEqual(self.cli("show", "asks", "--yaml"), ASKS)
        for name in names:
            cacao = json.loads(self.cli("show", name, "--cacao"))
            self.assertEqual(cacao["spec_version"], "cacao-2.0")
            self.assertIn(cacao["workflow_start"], cacao["workflow"])
        self.cli("arm", "asks")
        self.assertIn("asks · armed", self.cli("show", "asks"))
        self.cli("arm", "asks", "--off")
        self.assertIn("asks · dry run", self.cli("show", "asks"))

    def test_a_run_is_rehearsed_begun_and_answered(self):
        alert = self.alert()
        self.cli("arm", "asks")
        self.assertIn("would ask: Go on?", self.cli("run", "asks", "--alert", alert))
        self.assertIn("No runs", self.cli("runs", "--playbook", "asks"))
        run = json.loads(self.cli("run", "asks", "--alert", alert, "--now", "--json"))["run"]
        wait_until("the run asks", lambda: json.loads(self.cli("steps", run, "--json"))["waiting"])
        self.cli("answer", run, "--yes")
        wait_until("the run is over", lambda: json.loads(
            self.cli("steps", run, "--json"))["state"] == "succeeded")
        self.assertIn("note", self.cli("steps", run))
        other = json.loads(self.cli("run", "asks", "--alert", alert, "--now", "--json"))["run"]
        self.cli("cancel", other)
        self.assertIn(other, self.cli("runs", "--state", "cancelled"))


class Check(unittest.TestCase):
    def check(self, text: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "p.yml"
            path.write_text(text)
            return subprocess.run([tocsin.PROGRAM, "playbook", "check", path], text=True,
                                  capture_output=True, env=tocsin.environment(), timeout=60)

    def test_mistakes_are_named_with_their_place(self):
        self.assertEqual(self.check(GOOD).returncode, EXIT_DONE)
        bad = self.check(GOOD.replace("collect: true", "colect: true"))
        self.assertEqual(bad.returncode, EXIT_FOUND, bad)
        self.assertRegex(bad.stdout, r"p\.yml:3:\d+: ")


if __name__ == "__main__":
    unittest.main()
