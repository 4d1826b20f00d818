"""tocsin scan: detections over files without a server; its exit codes."""

import datetime
import gzip
import json
import pathlib
import shutil
import tempfile
import unittest

import log_lines
from tocsin import EXIT_DONE, EXIT_FAILURE, EXIT_FOUND, EXIT_USAGE, ROOT, json_lines, run_cli

SHARED = ROOT.parent / "shared" / "data"
START = datetime.datetime(2026, 3, 1, 9, 0, tzinfo=log_lines.UTC)


def moment(seconds):
    return START + datetime.timedelta(seconds=seconds)


class Scan(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-scan-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        attack = [log_lines.ssh_failure("203.0.113.5", "root", moment(2 * i)) for i in range(40)]
        quiet = [log_lines.sshd(f"Accepted publickey for ann from 10.0.0.{i} port 1000 ssh2", moment(60 * i))
                 for i in range(1, 20)]
        self.attack = self.write("attack.log", attack + quiet)
        self.quiet = self.write("quiet.log", quiet)

    def write(self, name, lines):
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    def test_exit_codes(self):
        cases = [(["scan", "--year", "2026", self.quiet], EXIT_DONE),
                 (["scan", "--year", "2026", self.attack], EXIT_FOUND),
                 (["scan"], EXIT_USAGE), (["scan", "--nonsense", self.quiet], EXIT_USAGE),
                 (["scan", self.folder / "missing.log"], EXIT_FAILURE),
                 (["scan", "--rules", self.folder / "missing", self.quiet], EXIT_FAILURE)]
        for words, code in cases:
            with self.subTest(words=words):
                done = run_cli(*words)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)

    def test_json_names_who_what_and_when(self):
        done = run_cli("scan", "--json", "--year", "2026", self.attack)
        found = [row for row in json_lines(done.stdout) if "203.0.113.5" in json.dumps(row)]
        self.assertTrue(found)
        for row in found:
            self.assertTrue({"rule", "title", "level", "key", "count", "first", "last"} <= set(row), row)
            self.assertTrue(row["first"].startswith("2026-03-01T09:0"), row)

    def test_standard_input_and_compressed_files_find_the_same(self):
        plain = run_cli("scan", "--json", "--year", "2026", self.attack)
        stdin = run_cli("scan", "--json", "--year", "2026", "-", stdin=self.attack.read_bytes())
        packed = self.folder / "attack.log.gz"
        packed.write_bytes(gzip.compress(self.attack.read_bytes()))
        gz = run_cli("scan", "--json", "--year", "2026", packed)

        def essence(done):
            return sorted((row["rule"], json.dumps(row["key"]), row["count"])
                          for row in json_lines(done.stdout))
        self.assertEqual(essence(stdin), essence(plain))
        self.assertEqual(essence(gz), essence(plain))

    def test_own_rules_and_their_faults(self):
        rules = self.folder / "rules"
        rules.mkdir()
        (rules / "mine.yml").write_text("""title: Ann was here
id: 2d7bb2a6-5a76-4f0f-9d6a-3f1a4d6c1a11
status: test
logsource: {category: authentication}
detection: {selection: {user.name: ann}, condition: selection}
level: low
""")
        done = run_cli("scan", "--json", "--no-shipped", "--rules", rules, "--year", "2026", self.quiet)
        self.assertEqual(done.returncode, EXIT_FOUND, done.stderr)
        self.assertEqual({row["title"] for row in json_lines(done.stdout)}, {"Ann was here"})
        (rules / "bad.yml").write_text("title: Bad\ndetection: {condition: nothing}\n")
        done = run_cli("rules", "check", rules)
        self.assertEqual(done.returncode, EXIT_FOUND, done.stdout + done.stderr)
        self.assertIn(b"bad.yml", done.stdout + done.stderr)

    def test_hostile_files_run_to_the_end(self):
        path = self.folder / "hostile.log"
        path.write_bytes(b"\x00\xff\xfe" * 50_000 + b"\n" + b"[" * 100_000 + b"\n" + b"a" * 3_000_000 + b"\n"
                         + b"{" * 5000 + b"\n" + self.attack.read_bytes())
        done = run_cli("scan", "--json", "--year", "2026", path)
        self.assertEqual(done.returncode, EXIT_FOUND, done.stderr)
        self.assertIn(b"203.0.113.5", done.stdout)

    def test_a_real_auth_log(self):
        path = SHARED / "auth" / "elastic_auth.log"
        if not path.exists():
            self.skipTest("skipped: no shared data")
        done = run_cli("scan", "--json", path)
        self.assertEqual(done.returncode, EXIT_FOUND, done.stderr)
        for client in (b"24.151.103.17", b"34.204.227.175", b"91.197.232.109"):
            self.assertIn(client, done.stdout)


if __name__ == "__main__":
    unittest.main()
