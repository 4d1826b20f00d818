#include "cli/terminal.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(TerminalText, LetsNothingActOnTheTerminal) {
  EXPECT_EQ(terminal_text("a\x1b[31mred\r\n"), "a\\x1b[31mred\\x0d\\x0a");
  EXPECT_EQ(terminal_text("caf\xC3\xA9 \xFF"), "caf\xC3\xA9 \xEF\xBF\xBD");
  EXPECT_EQ(terminal_text("abcdef", 3), "abc…");
}

TEST(TextTable, AlignsColumnsAndCutsTheLastOne) {
  TextTable table({"id", "text"});
  table.add({"1", "short"});
  table.add({"22é", std::string(100, 'x')});
  const std::string out = table.render(40);
  EXPECT_EQ(out.substr(0, out.find('\n')), "id   text");
  EXPECT_NE(out.find("\n1    short\n"), std::string::npos);
  EXPECT_NE(out.find("x…\n"), std::string::npos);
}

}  // namespace
}  // namespace tocsin
