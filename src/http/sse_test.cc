#include "http/sse.h"

#include <vector>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Sse, ReadsBackWhatItWroteInPiecesOfAnySize) {
  const std::string text = std::string(": hello\r\n\r\n") + sse_text({"alert", "a\nb\r\nc", "1"}) +
                           std::string(kSseHeartbeat) + sse_text({"", "", ""}) +
                           "data:no space\r\rdata\n\nid: 9\nevent: x\n\n";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    std::vector<SseEvent> events;
    SseReader reader([&events](const SseEvent& event) { events.push_back(event); });
    for (std::size_t at = 0; at < text.size(); at += size) {
      reader.feed(std::string_view(text).substr(at, size));
    }
    ASSERT_EQ(events.size(), 4U) << size;
    EXPECT_EQ(events[0].event, "alert");
    EXPECT_EQ(events[0].data, "a\nb\nc");
    EXPECT_EQ(events[0].id, "1");
    EXPECT_EQ(events[1].data, "");
    EXPECT_EQ(events[2].data, "no space");
    EXPECT_EQ(events[3].data, "");
  }
}

TEST(Sse, DropsAndCountsEventsOverTheLimit) {
  std::vector<SseEvent> events;
  SseReader reader([&events](const SseEvent& event) { events.push_back(event); }, 20);
  reader.feed("data: " + std::string(100, 'x') + "\ndata: y\n\n");
  reader.feed("data: 1234567890\ndata: 1234567890\ndata: 1\n\ndata: fine\n\n");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].data, "fine");
  EXPECT_EQ(reader.dropped(), 2U);
}

TEST(Sse, NamesCannotBreakTheFrame) {
  EXPECT_EQ(sse_text({"a\nb", "x", "1\r\n2"}), "event: ab\nid: 12\ndata: x\n\n");
}

}  // namespace
}  // namespace tocsin
