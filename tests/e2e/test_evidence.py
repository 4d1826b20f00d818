"""The journal's proofs: verify, evidence export, and verification without the data."""

import shutil
import unittest

from tocsin import ServerTest, run_cli, wait_until


class Evidence(ServerTest):
    def fill(self, count=500):
        for start in range(0, count, 100):
            lines = [f'{{"message":"proof","labels.n":"p{n:05d}"}}' for n in range(start, start + 100)]
            self.assertEqual(self.server.send_lines(lines).status, 200)
        self.server.wait_for_count("message:proof", count)

    def test_verify_is_clean_beside_a_running_and_after_a_stopped_server(self):
        self.fill()
        done = self.server.cli("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.server.stop(), 0)
        done = self.server.cli("verify")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_bundle_verifies_where_the_data_is_not(self):
        self.fill()
        for choice in (["--query", "labels.n:p0000*"], ["--seq", "10-30"]):
            with self.subTest(choice=choice):
                bundle = self.folder / "bundle"
                bundle.unlink(missing_ok=True)
                done = self.server.cli("evidence", "export", *choice, "--out", bundle)
                self.assertEqual(done.returncode, 0, done.stderr)
                away = self.folder / "away"
                away.mkdir(exist_ok=True)
                copy = shutil.copy(bundle, away)
                done = run_cli("evidence", "verify", copy, cwd=away)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_changed_bundle_is_found_out(self):
        self.fill(100)
        bundle = self.folder / "bundle"
        done = self.server.cli("evidence", "export", "--query", "labels.n:p00042", "--out", bundle)
        self.assertEqual(done.returncode, 0, done.stderr)
        changed = bundle.read_bytes().replace(b"p00042", b"p00043")
        self.assertNotEqual(changed, bundle.read_bytes())
        bundle.write_bytes(changed)
        done = run_cli("evidence", "verify", bundle)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)

    def test_checkpoint_and_proof_over_http(self):
        self.fill(100)
        def checkpoint():
            answer = self.server.request("GET", "/api/v1/journal/checkpoint")
            return answer if answer.status == 200 else None
        note = wait_until("the first block is closed", checkpoint)
        lines = note.body.decode().split("\n")
        self.assertTrue(lines[0], "the origin")
        self.assertGreater(int(lines[1]), 0, "the tree's size")
        self.assertIn("\n— ", note.body.decode(), "a signature")
        seq = self.server.query("labels.n:p00007")[0]["_seq"]
        proof = self.server.request("GET", f"/api/v1/journal/proof/{seq}")
        self.assertEqual(proof.status, 200, proof)
        event = self.server.request("GET", f"/api/v1/events/{seq}")
        self.assertEqual(event.status, 200, event)
        self.assertIn("p00007", event.body.decode())


if __name__ == "__main__":
    unittest.main()
