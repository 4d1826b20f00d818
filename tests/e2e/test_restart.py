"""What was acknowledged is there after any end of the server."""

import json
import unittest

from tocsin import ServerTest


class Restart(ServerTest):
    CONFIG = "index: {hot_rows_max: 1000, hot_age_max: 2s}\n"

    def send(self, word, count):
        for start in range(0, count, 250):
            lines = [json.dumps({"message": "kept", "labels.word": word, "labels.n": f"{word}{n}"})
                     for n in range(start, min(count, start + 250))]
            answer = self.server.send_lines(lines)
            self.assertEqual((answer.status, answer.json()["accepted"]), (200, len(lines)))

    def assert_each_once(self, word, count):
        self.server.wait_for_count(f"labels.word:{word}", count)
        rows = self.server.query(f"labels.word:{word} | stats count by labels.n")
        self.assertEqual((len(rows), {int(row["count"]) for row in rows}), (count, {1}))

    def test_orderly_restarts(self):
        for turn in range(3):
            self.send(f"turn{turn}x", 1500)
            self.restart()
            for earlier in range(turn + 1):
                self.assert_each_once(f"turn{earlier}x", 1500)
        self.assertEqual(self.server.cli("verify").returncode, 0)

    def test_kill_right_after_the_acknowledgement(self):
        for turn in range(3):
            self.send(f"kill{turn}x", 700)
            self.server.kill()
            self.server.start()
        for turn in range(3):
            self.assert_each_once(f"kill{turn}x", 700)
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(self.server.cli("verify").returncode, 0)

    def test_keys_survive(self):
        key = self.server.create_key("read", "second")
        self.restart()
        self.assertEqual(self.server.request("GET", "/api/v1/alerts", key=key).status, 200)

    def test_two_servers_on_one_directory_are_refused(self):
        done = self.server.cli("serve", "--listen", "127.0.0.1:0", seconds=60)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(str(self.server.data).encode(), done.stderr + done.stdout)


if __name__ == "__main__":
    unittest.main()
