"""The command line: help with examples, exit codes, errors that say what to do next."""

import pathlib
import shutil
import tempfile
import unittest

from tocsin import EXIT_DONE, EXIT_FAILURE, EXIT_USAGE, free_port, run_cli

COMMANDS = ("serve", "scan", "query", "tail", "alerts", "rules", "verify", "evidence", "key", "demo",
            "doctor")


class Cli(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_every_command_has_help_with_an_example(self):
        whole = run_cli("--help")
        self.assertEqual(whole.returncode, EXIT_DONE)
        for command in COMMANDS:
            with self.subTest(command=command):
                self.assertIn(command.encode(), whole.stdout)
                done = run_cli(command, "--help")
                self.assertEqual(done.returncode, EXIT_DONE)
                self.assertIn(f"tocsin {command}".encode(), done.stdout)

    def test_wrong_use_is_2_and_failure_is_3(self):
        url = f"http://127.0.0.1:{free_port()}"
        cases = [(["nonsense"], EXIT_USAGE), (["query", "--nonsense", "x"], EXIT_USAGE),
                 (["key", "create", "--scope", "emperor", "--name", "x", "--data", self.folder], EXIT_USAGE),
                 (["query", "--url", url, "--key", "k", "x"], EXIT_FAILURE),
                 (["alerts", "--data", self.folder / "nothing"], EXIT_FAILURE),
                 (["verify", "--data", self.folder / "nothing"], EXIT_FAILURE),
                 (["evidence", "verify", self.folder / "nothing"], EXIT_FAILURE)]
        for words, code in cases:
            with self.subTest(words=words):
                done = run_cli(*words)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertTrue(done.stderr.strip())

    def test_a_misspelled_setting_is_named_with_its_place(self):
        config = self.folder / "tocsin.yaml"
        config.write_text("journal:\n  retenton: 30d\n")
        done = run_cli("serve", "--config", config, "--data", self.folder / "data")
        self.assertIn(done.returncode, (EXIT_USAGE, EXIT_FAILURE))
        self.assertIn(b"tocsin.yaml:2:3", done.stderr)
        self.assertIn(b"retention", done.stderr)

    def test_a_taken_port_is_named(self):
        import socket
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = run_cli("serve", "--listen", f"127.0.0.1:{port}", "--data", self.folder / "data")
        self.assertEqual(done.returncode, EXIT_FAILURE)
        self.assertIn(str(port).encode(), done.stderr)


if __name__ == "__main__":
    unittest.main()
