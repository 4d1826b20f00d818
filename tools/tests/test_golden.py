import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden.py"
PROGRAM = """#!/bin/sh
echo "{\\"rule\\":\\"r1\\",\\"took_ms\\":$$}"
echo "arguments $*"
exit 1
"""


class Golden(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        root = pathlib.Path(self.folder.name)
        self.program = root / "tocsin"
        self.program.write_text(PROGRAM)
        self.program.chmod(self.program.stat().st_mode | stat.S_IXUSR)
        self.case = root / "golden" / "scan" / "one"
        self.case.mkdir(parents=True)
        self.write("purpose", "one finding\n")
        self.write("command", "scan\n--json\n")
        self.write("fields", "rule\n")
        self.write("expected", 'exit 1\n{"rule": "r1"}\narguments scan --json\n')

    def write(self, name, text):
        (self.case / name).write_text(text)

    def run_golden(self, *words):
        done = subprocess.run([sys.executable, str(GOLDEN), "--tocsin", str(self.program), "--folder",
                               str(self.case.parents[1]), *words], capture_output=True, text=True)
        return done.returncode, done.stdout

    def test_an_output_as_expected_passes(self):
        self.assertEqual(self.run_golden(), (0, "1 passed, 0 failed\n"))

    def test_a_difference_is_shown_and_fails(self):
        self.write("expected", 'exit 0\n{"rule": "r1"}\n')
        code, said = self.run_golden()
        self.assertEqual(code, 1)
        self.assertIn("-exit 0", said)
        self.assertIn("+arguments scan --json", said)

    def test_a_case_without_purpose_fails(self):
        self.write("purpose", "")
        self.assertEqual(self.run_golden()[0], 1)

    def test_words_choose_cases(self):
        self.assertEqual(self.run_golden("query"), (0, "0 passed, 0 failed\n"))


if __name__ == "__main__":
    unittest.main()
