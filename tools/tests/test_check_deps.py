import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import check_deps  # noqa: E402

CMAKE = """
tocsin_module(base LIBS fmt::fmt)
tocsin_module(model DEPS base)  # tocsin_module(ghost DEPS base)
tocsin_module(journal DEPS base model
              LIBS zstd)
tocsin_module(index DEPS model)
tocsin_module(server DEPS journal index)
tocsin_module(testing DEPS base)
"""


class Modules(unittest.TestCase):
    def test_deps_are_read_across_lines_and_without_comments(self):
        modules = check_deps.parse_modules(CMAKE)
        self.assertEqual(modules["journal"], {"base", "model"})
        self.assertEqual(modules["base"], set())
        self.assertNotIn("ghost", modules)

    def test_reach_follows_deps_of_deps(self):
        modules = check_deps.parse_modules(CMAKE)
        self.assertEqual(check_deps.reach(modules, "server"), {"journal", "index", "base", "model"})


class Refusal(unittest.TestCase):
    def test_what_may_be_included(self):
        for module, target, is_test in [("journal", "base", False), ("journal", "journal", False),
                                        ("query", "index", False), ("cli", "shipped", False),
                                        ("demo", "shipped", False), ("index", "testing", True),
                                        ("http", "sys", False), ("config", "flow", False),
                                        ("testing", "sys", True)]:
            with self.subTest(module=module, target=target):
                self.assertIsNone(check_deps.refusal(module, target, is_test))

    def test_what_may_not_be_included(self):
        for module, target, is_test, words in [
                ("base", "model", False, "higher rank"), ("journal", "index", False, "same rank"),
                ("journal", "index", True, "same rank"), ("index", "testing", False, "only tests"),
                ("api", "server", False, "higher rank"), ("demo", "server", False, "same rank"),
                ("index", "nowhere", False, "no module"), ("testing", "journal", True, "below")]:
            with self.subTest(module=module, target=target):
                self.assertIn(words, check_deps.refusal(module, target, is_test) or "")


class WholeTree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.write("CMakeLists.txt", CMAKE)
        self.write("src/base/text.h", "#pragma once\n")
        self.write("src/model/event.h", '#include "base/text.h"\n')
        self.write("src/index/store.h", '#include "model/event.h"\n')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def faults(self):
        return [fault.removeprefix(f"{self.root}/") for fault in check_deps.check(self.root)]

    def test_a_clean_tree_has_no_faults(self):
        self.assertEqual(self.faults(), [])

    def test_a_fault_names_file_and_line(self):
        self.write("src/journal/journal.cc", '#include "base/text.h"\n\n#include "index/store.h"\n')
        self.assertEqual(self.faults(), [
            "src/journal/journal.cc:3: journal/ and index/ have the same rank 3 and never include "
            "each other"])

    def test_an_include_that_the_deps_do_not_reach(self):
        self.write("src/base/text.cc", "")
        self.write("CMakeLists.txt", CMAKE.replace("index DEPS model", "index"))
        self.assertIn("src/index/store.h:1: CMakeLists.txt gives index no DEPS that reach model",
                      self.faults())

    def test_tests_reach_what_testing_reaches(self):
        self.write("src/testing/folder.h", "")
        self.write("src/model/event_test.cc", '#include "testing/folder.h"\n')
        self.assertEqual(self.faults(), [])
        self.write("src/model/event.cc", '#include "testing/folder.h"\n')
        self.assertEqual(len(self.faults()), 1)

    def test_missing_and_relative_includes(self):
        self.write("src/model/event.cc", '#include "model/gone.h"\n#include "../base/text.h"\n')
        self.assertEqual(len(self.faults()), 2)

    def test_architecture_page_and_ranks_agree(self):
        rows = ["| rank | modules |", "|---|---|", "| 0 | `base` |", "| 1 | `model` |",
                "| 3 | `journal`, `index` |", "| 7 | `server` |"]
        self.write("docs/architecture.md", "\n".join(rows) + "\n")
        self.assertEqual(self.faults(), [])
        self.write("docs/architecture.md", "\n".join(rows).replace("| 0 | `base`", "| 2 | `base`") + "\n")
        self.assertIn("says rank 2 for base", self.faults()[0])
        self.write("docs/architecture.md", "\n".join(rows).replace(", `index`", "") + "\n")
        self.assertIn("does not state the rank of index", self.faults()[0])


if __name__ == "__main__":
    unittest.main()
