import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import tidy  # noqa: E402


def reasons(name, text):
    return [fault.split(": ", 1)[1] for fault in tidy.check_source(name, text)]


class Banned(unittest.TestCase):
    def test_each_banned_call_is_found(self):
        for code in ["int x = rand();", "srand(1);", "strcpy(a, b);", "sprintf(a, b);",
                     "auto s = std::format(\"x\");", "using namespace std;", "atoi(p);",
                     "std::cout << 1;", "auto t = time(nullptr);", "std::regex r;",
                     "auto n = std::chrono::system_clock::now();", "std::random_device d;",
                     "system(c);"]:
            with self.subTest(code=code):
                self.assertEqual(len(reasons("src/model/x.cc", f"void f() {{\n  {code}\n}}\n")), 1)

    def test_words_in_comments_strings_and_longer_names_are_free(self):
        text = ('// rand() and std::format are banned\nconst char* k = "sprintf(x) using namespace '
                'std;";\nint operand(int a);\nvoid runtime(int&);\nauto q = \'"\';\nint brand(int);\n'
                '/* strcpy(a, b) */\nconst char* r = R"x(system("ls"))x";\n')
        self.assertEqual(reasons("src/model/x.cc", text), [])

    def test_tests_never_sleep(self):
        line = "std::this_thread::sleep_for(x);\n"
        self.assertEqual(len(reasons("src/http/x_test.cc", line)), 1)
        self.assertEqual(reasons("src/http/x.cc", line), [])

    def test_the_clock_itself_may_ask_the_clock(self):
        line = "auto n = std::chrono::system_clock::now();\n"
        self.assertEqual(reasons("src/base/clock.cc", line), [])
        self.assertEqual(len(reasons("src/base/time.cc", line)), 1)


class Sizes(unittest.TestCase):
    @staticmethod
    def function(lines, head="int f(int x)"):
        return f"{head} {{\n" + "  g();\n" * (lines - 2) + "}\n"

    def test_a_function_of_70_lines_passes_and_71_does_not(self):
        self.assertEqual(reasons("src/model/x.cc", self.function(70)), [])
        self.assertIn("a function of 71 lines", reasons("src/model/x.cc", self.function(71))[0])

    def test_a_test_may_hold_its_table(self):
        self.assertEqual(reasons("src/model/x_test.cc", self.function(100, "TEST(A, B)")), [])
        self.assertEqual(len(reasons("src/model/x_test.cc", self.function(101, "TEST(A, B)"))), 1)

    def test_long_functions_are_seen_wherever_they_stand(self):
        for head in ["Status Journal::append(std::span<const Record> r) const",
                     "namespace a {\nnamespace {\nvoid f()", "class A {\n public:\n  void f() override",
                     "auto f(int a) -> std::vector<int>", "A::A(int x) : x_(x)",
                     "template <class T>\nvoid f(T x)", "TEST(A, b)",
                     "struct B {};\n#define M(x) {\nint f(int x)"]:
            with self.subTest(head=head):
                text = self.function(90, head)
                self.assertIn("a function of", " ".join(reasons("src/model/x.cc", text)))

    def test_long_tables_and_scopes_are_no_functions(self):
        table = "constexpr std::array<int, 3> kTable = {\n" + "  1,\n" * 90 + "};\n"
        scope = "namespace a {\n" + "int f();\n" * 90 + "}\n"
        type_ = "class Journal final : public Log<int(int)> {\n" + "  int f();\n" * 90 + "};\n"
        self.assertEqual(reasons("src/model/x.cc", table + scope + type_), [])

    def test_the_lines_of_a_file_are_limited(self):
        self.assertEqual(reasons("src/model/x.cc", "int a;\n" * 800), [])
        self.assertIn("801 lines", reasons("src/model/x.cc", "int a;\n" * 801)[0])


class Text(unittest.TestCase):
    def test_each_fault_of_a_line_is_named(self):
        for line, word in [("\tint a;", "tab"), ("int a;" + " " * 100, "columns"),
                           ("int a;\x07", "control"), ("// FIXME later", "FIXME"),
                           ("// TODO: later", "TODO"), ("int \u202ea;", "control")]:
            with self.subTest(line=line):
                self.assertIn(word, " ".join(reasons("src/model/x.cc", line + "\n")))

    def test_a_sample_in_a_test_may_be_long(self):
        line = f'const char* kLine = "{"x" * 150}";\n'
        self.assertEqual(reasons("src/model/x_test.cc", line), [])
        self.assertEqual(len(reasons("src/model/x.cc", line)), 1)
        self.assertEqual(len(reasons("src/model/x_test.cc", f"int {'x' * 150};\n")), 1)

    def test_a_todo_with_reason_passes(self):
        self.assertEqual(reasons(
            "src/model/x.cc", "// TODO: one file per table until the format settles; 64 tables\n"), [])

    def test_the_last_line_ends(self):
        self.assertIn("no newline", reasons("src/model/x.cc", "int a;")[0])


class Names(unittest.TestCase):
    def test_names_that_say_nothing(self):
        for name in ["src/base/string_util.cc", "src/common/x.cc", "src/http/helpers.cc",
                     "src/http/connection_manager.cc", "src/http/HttpServer.cc"]:
            with self.subTest(name=name):
                self.assertEqual(len(tidy.check_name(name)), 1)
        self.assertEqual(tidy.check_name("src/http/server.cc"), [])


class Headers(unittest.TestCase):
    def test_a_header_says_what_for_and_pragma_once(self):
        self.assertEqual(reasons("src/model/x.h", "// X: an x.\n#pragma once\n"), [])
        self.assertEqual(len(reasons("src/model/x.h", "#include <x>\n")), 2)


class Modules(unittest.TestCase):
    def test_a_module_with_sources_has_a_readme(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "src" / "model").mkdir(parents=True)
            (root / "src" / "empty").mkdir()
            (root / "src" / "model" / "x.cc").write_text("int a;\n")
            self.assertEqual(len(tidy.check(root)), 1)
            (root / "src" / "model" / "README.md").write_text("x\n")
            self.assertEqual(tidy.check(root), [])


if __name__ == "__main__":
    unittest.main()
