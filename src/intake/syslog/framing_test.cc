#include "intake/syslog/framing.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sys/file_system.h"

namespace tocsin {
namespace {

using Messages = std::vector<std::string>;

struct Collected {
  Messages messages;
  int cuts = 0;
  SyslogFramer::OnMessage on_message() {
    return [this](std::string_view message, SyslogFramer::Cut cut) {
      messages.emplace_back(message);
      cuts += cut == SyslogFramer::Cut::kYes ? 1 : 0;
    };
  }
};

struct FramingCase {
  const char* name;
  std::vector<std::string> reads;
  Messages messages;
};

const std::vector<FramingCase>& framing_cases() {
  static const std::vector<FramingCase> cases = {
      {"octet counting", {"11 <13>1 hello5 <1>ab"}, {"<13>1 hello", "<1>ab"}},
      {"octet counting over reads",
       {"1", "1", " ", "<13>1 he", "llo5 <1>ab"},
       {"<13>1 hello", "<1>ab"}},
      {"octet counting with LF behind", {"5 <1>ab\n5 <1>cd\n"}, {"<1>ab", "<1>cd"}},
      {"octet counting with LF inside", {"7 <1>a\nb\n6 <1>cde"}, {"<1>a\nb", "<1>cde"}},
      {"lines", {"<13>one\r\n<13>t", "wo\n"}, {"<13>one", "<13>two"}},
      {"lines without priority",
       {"2026-11-23 x\n404 not found\n"},
       {"2026-11-23 x", "404 not found"}},
      {"NUL",
       {std::string("<13>one\0<13>t", 13), std::string("wo\nx\0", 5)},
       {"<13>one", "<13>two\nx"}},
      {"NUL inside a line",
       {std::string("<13>a\0b\n<13>c\n", 14)},
       {std::string("<13>a\0b", 7), "<13>c"}},
      {"unframed, one a read",
       {"<13>Nov 23 one", "<13>Nov 23 two"},
       {"<13>Nov 23 one", "<13>Nov 23 two"}},
      {"unframed, together",
       {"<13>Nov 23 one<13>1 2026 two"},
       {"<13>Nov 23 one", "<13>1 2026 two"}},
      {"empty lines", {"\n\n<1>a\n\n\n<1>b\n\n"}, {"<1>a", "<1>b"}},
      {"count of nothing", {"0 <13>one\n"}, {"<13>one"}},
      {"last line without end", {"<13>one\n<13>two"}, {"<13>one", "<13>two"}},
      {"cut off octets", {"100 <13>one"}, {"<13>one"}},
  };
  return cases;
}

TEST(SyslogFramer, FindsMessagesInEveryFraming) {
  for (const FramingCase& test : framing_cases()) {
    SyslogFramer framer(1000);
    Collected all;
    for (const std::string& read : test.reads) {
      framer.feed(read, all.on_message());
    }
    framer.finish(all.on_message());
    EXPECT_EQ(all.messages, test.messages) << test.name;
    EXPECT_EQ(all.cuts, 0) << test.name;
  }
}

TEST(SyslogFramer, ReadsOfAnySizeGiveTheSameForMarkedMessages) {
  const std::string octets = "11 <13>1 hello5 <1>ab7 <1>a\nb\n";
  const std::string lines = "<13>one\r\n<13>two<13>1 x\n<13>three\n";
  for (const std::string& stream : {octets, lines}) {
    Collected whole;
    SyslogFramer at_once(1000);
    at_once.feed("<0>first\n", whole.on_message());
    at_once.feed(stream, whole.on_message());
    for (std::size_t size = 1; size < stream.size(); ++size) {
      Collected pieces;
      SyslogFramer framer(1000);
      framer.feed("<0>first\n", pieces.on_message());
      for (std::size_t at = 0; at < stream.size(); at += size) {
        framer.feed(std::string_view(stream).substr(at, size), pieces.on_message());
      }
      EXPECT_EQ(pieces.messages, whole.messages) << size;
    }
  }
}

TEST(SyslogFramer, SilenceEndsAnUnframedMessageAndNoOther) {
  Collected all;
  SyslogFramer unframed(1000);
  unframed.feed("<13>Nov 23 one", all.on_message());
  unframed.silence(all.on_message());
  EXPECT_EQ(all.messages, Messages{"<13>Nov 23 one"});
  SyslogFramer counted(1000);
  counted.feed("20 <13>1 half", all.on_message());
  counted.silence(all.on_message());
  SyslogFramer lines(1000);
  lines.feed("<13>whole\n<13>half", all.on_message());
  lines.silence(all.on_message());
  EXPECT_EQ(all.messages, (Messages{"<13>Nov 23 one", "<13>whole"}));
}

TEST(SyslogFramer, CutsLongMessagesOnceAndGoesOn) {
  for (const std::string& stream : {"<13>" + std::string(100'000, 'x') + "\n<13>next\n",
                                    "100004 <13>" + std::string(100'000, 'x') + "8 <13>next"}) {
    for (const std::size_t size : {std::size_t{7}, std::size_t{5000}, stream.size()}) {
      Collected all;
      SyslogFramer framer(50);
      for (std::size_t at = 0; at < stream.size(); at += size) {
        framer.feed(std::string_view(stream).substr(at, size), all.on_message());
      }
      framer.finish(all.on_message());
      EXPECT_EQ(all.messages, (Messages{"<13>" + std::string(46, 'x'), "<13>next"})) << size;
      EXPECT_EQ(all.cuts, 1);
    }
  }
}

TEST(SyslogFramer, HoldsNoMoreThanOneMessageAndOneRead) {
  SyslogFramer framer(1000);
  Collected all;
  framer.feed("999999999 <13>", all.on_message());
  const std::string piece(10'000, 'x');
  for (int i = 0; i < 1000; ++i) {
    framer.feed(piece, all.on_message());
    EXPECT_FALSE(framer.has_partial());
  }
  EXPECT_EQ(all.messages.size(), 1U);
}

TEST(SyslogFramer, CountsImpossibleOctetCounts) {
  SyslogFramer framer(1000);
  Collected all;
  framer.feed("0 <13>one\n", all.on_message());
  EXPECT_EQ(framer.bad_frames(), 1U);
}

TEST(SyslogFramer, ReadsWhatRealClientsSent) {
  const std::filesystem::path wire =
      std::filesystem::path(TOCSIN_SOURCE_DIR) / "../shared/data/wire";
  if (!std::filesystem::exists(wire)) {
    GTEST_SKIP() << "skipped: no shared data";
  }
  const std::vector<std::pair<std::string, std::size_t>> captures = {{"019_tcp9002.body", 1},
                                                                     {"020_tcp9002.body", 1},
                                                                     {"027_tcp9002.body", 1},
                                                                     {"028_tcp9002.body", 3}};
  for (const auto& [name, count] : captures) {
    PosixFileSystem files;
    const Result<std::string> read = read_file(files, wire / name, 1 << 20U);
    ASSERT_TRUE(read) << name;
    const std::string& bytes = *read;
    SyslogFramer framer(100'000);
    Collected all;
    framer.feed(bytes, all.on_message());
    framer.silence(all.on_message());
    EXPECT_EQ(all.messages.size(), count) << name;
    EXPECT_FALSE(framer.has_partial()) << name;
  }
}

TEST(DatagramMessage, LosesOnlyItsEnd) {
  EXPECT_EQ(datagram_message("<13>a\nb\r\n"), "<13>a\nb");
  EXPECT_EQ(datagram_message(std::string_view("x\0", 2)), "x");
  EXPECT_EQ(datagram_message("\n"), "");
}

}  // namespace
}  // namespace tocsin
