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
        wanted = {(attack["rule"], attack["key"]) for attack in manifest["attacks"]}
        self.assertGreaterEqual(len(wanted), 10)

        def missing():
            texts = [json.dumps(alert) for alert in self.server.alerts("--limit", "1000")]
            return {pair for pair in wanted
                    if not any(pair[0] in text and pair[1] in text for text in texts)}

        try:
            wait_until("every attack of the demo is an alert", lambda: not missing(), 60)
        except AssertionError as error:
            self.fail(f"{error}\nmissing: {sorted(missing())}\n{self.server.log_tail()}")
        for alert in self.server.alerts("--limit", "1000"):
            for innocent in manifest["innocents"]:
                self.assertNotIn(json.dumps(innocent), json.dumps(alert["key"]))

    @staticmethod
    def load(path):
        try:
            return json.loads(path.read_text())
        except ValueError:
            return None


if __name__ == "__main__":
    unittest.main()
