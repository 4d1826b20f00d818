import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import check_docs  # noqa: E402


class Docs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name).resolve()
        self.write("src/journal/journal.h", "class JournalWriter { void append(); int kSize; };\n")
        self.write("src/journal/README.md", "Door: `journal.h`.\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def faults(self):
        return check_docs.check(self.root)

    def test_what_exists_is_fine(self):
        self.write("README.md", "See `src/journal/journal.h`, `journal/journal.h`, `journal.h`, "
                   "`src/journal/`, `JournalWriter::append()`, `append()`, `kSize`, "
                   "[module](src/journal/README.md#door), [web](https://example.org/x.h)\n")
        self.assertEqual(self.faults(), [])

    def test_each_thing_that_is_not_there_is_named_with_its_line(self):
        for words in ["`src/journal/gone.h`", "`gone.cc`", "`src/gone/`", "`Journal::vanish`",
                      "`vanish()`", "`kGone`", "[x](docs/gone.md)", "`src/journal/gone.h:12`"]:
            with self.subTest(words=words):
                self.write("README.md", f"First.\n{words}\n")
                faults = self.faults()
                self.assertEqual(len(faults), 1)
                self.assertTrue(faults[0].startswith("README.md:2: "), faults)

    def test_what_is_not_code_is_left_alone(self):
        self.write("README.md", "`tocsin serve`, `event.action`, `/api/v1/events`, `segments/<d>/`, "
                   "`std::move()`, `source.ip:10.0.0.0/8`\n```\n`gone.cc`\n```\n")
        self.assertEqual(self.faults(), [])

    def test_type_names_count_on_code_pages(self):
        self.write("src/journal/README.md", "Door: `journal.h` with `JournalReader`.\n")
        self.assertIn("JournalReader", self.faults()[0])

    def test_history_may_name_what_left(self):
        self.write("CHANGELOG.md", "`gone.cc` left\n")
        self.write("docs/adr/0001-x.md", "`gone.cc` left\n")
        self.assertEqual(self.faults(), [])

    def test_a_page_that_nobody_names(self):
        self.write("docs/lonely.md", "Nothing.\n")
        self.assertEqual(self.faults(), ["docs/lonely.md:1: no other page names it"])
        self.write("README.md", "[page](docs/lonely.md)\n")
        self.assertEqual(self.faults(), [])

    def test_a_module_readme_names_each_header_or_its_folder(self):
        self.write("src/journal/tree/merkle.h", "\n")
        self.assertEqual(self.faults(), ["src/journal/README.md:1: does not name tree/merkle.h"])
        self.write("src/journal/README.md", "Door: `journal.h`. Proofs: `tree/`.\n")
        self.assertEqual(self.faults(), [])


if __name__ == "__main__":
    unittest.main()
