"""The demo: within 60 s its attacks are alerts, and its ordinary users are not."""

import json
import subprocess
import unittest

from tocsin import PROGRAM, ServerTest, environment, wait_until


class Demo(ServerTest):
    def test_attacks_are_seen_and_innocents_are_not(self):
        manifest_path = self.folder / "manifest.json"
        feeder = subprocess.Popen([str(PROGRAM), "demo", "--url", self.server.url, "--key", self.server.key,
                                   "--seed", "7", "--manifest", str(manifest_path)],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, env=environment())
        self.addCleanup(feeder.stderr.close)
        self.addCleanup(feeder.wait)
        self.addCleanup(feeder.kill)
        wait_until("the demo wrote its manifest", manifest_path.exists, 30)
        manifest = wait_until("the manifest is whole", lambda: self.load(manifest_path), 10)
        wanted = {(entry["rule"], tuple(entry["key"].items())) for entry in manifest["expected"]}
        self.assertGreaterEqual(len(wanted), 10)

        def missing():
            seen = self.seen()
            return {(rule, key) for rule, key in wanted
                    if not any(rule in names and set(key) <= parts for names, parts in seen)}

        try:
            wait_until("every attack of the demo is an alert", lambda: not missing(), 60)
        except AssertionError as error:
            self.fail(f"{error}\nmissing: {sorted(missing())}\n{self.server.log_tail()}")
        innocent = {(field, name) for field, names in manifest["innocents"].items() for name in names}
        self.assertGreaterEqual(len(innocent), 10)
        for names, parts in self.seen():
            self.assertFalse(parts & innocent, f"{names} is about an innocent")

    def seen(self):
        """What each alert is called by, and the parts of its key."""
        return [({alert["rule_id"], alert["title"]},
                 {(part["field"], part["value"]) for part in alert["key"]})
                for alert in self.server.alerts("--limit", "1000")]

    @staticmethod
    def load(path):
        try:
            return json.loads(path.read_text())
        except ValueError:
            return None


if __name__ == "__main__":
    unittest.main()
