#include "base/published.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(Published, ReadersKeepTheirSnapshotWhileWritersReplaceIt) {
  Published<std::vector<int>> table(std::make_shared<const std::vector<int>>(100, 0));
  std::jthread writer([&table] {
    for (int i = 1; i < 500; ++i) {
      table.publish(std::make_shared<const std::vector<int>>(100, i));
    }
  });
  for (int i = 0; i < 500; ++i) {
    const auto snapshot = table.get();
    for (const int value : *snapshot) {
      ASSERT_EQ(value, snapshot->front());
    }
  }
}

}  // namespace
}  // namespace tocsin
