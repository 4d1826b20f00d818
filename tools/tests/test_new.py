import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class New(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        (self.root / "src" / "decode").mkdir(parents=True)
        (self.root / "CMakeLists.txt").write_text("tocsin_module(testing DEPS base)\n")

    def new(self, *words):
        done = subprocess.run(["bash", str(ROOT / "tools/dev/new.sh"), *words], cwd=self.root,
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def assert_builds(self, *files):
        compiler = shutil.which("g++")
        if compiler is None:
            self.skipTest("no g++")
        for name in files:
            done = subprocess.run([compiler, "-std=c++23", "-Wall", "-Wextra", "-Werror",
                                   "-fsyntax-only", "-Isrc", name], cwd=self.root,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_module(self):
        self.assertEqual(self.new("module", "witness")[0], 0)
        self.assertIn("tocsin_module(witness DEPS base)\n",
                      (self.root / "CMakeLists.txt").read_text())
        self.assert_builds("src/witness/witness.cc", "src/witness/witness_test.cc")
        self.assertTrue((self.root / "src/witness/README.md").exists())

    def test_a_decoder(self):
        self.assertEqual(self.new("decoder", "haproxy_log")[0], 0)
        self.assert_builds("src/decode/haproxy_log.cc", "src/decode/haproxy_log_test.cc")

    def test_refusals(self):
        self.new("module", "witness")
        for words in [("module", "witness"), ("module", "Bad"), ("module", "a/b"),
                      ("rule", "alone"), ("thing", "x"), ("module",), ("rule", "../x")]:
            with self.subTest(words=words):
                self.assertEqual(self.new(*words)[0], 2)


if __name__ == "__main__":
    unittest.main()
