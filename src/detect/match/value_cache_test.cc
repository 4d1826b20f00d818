#include "detect/match/value_cache.h"

#include <string>

#include <gtest/gtest.h>

#include "base/hash.h"

namespace tocsin::match {
namespace {

ValueCache::Key key_of(std::uint32_t group, std::string_view text) {
  return {group, ValueKind::kText, text,
          ValueCache::hash_of(group, ValueKind::kText, hash64(text))};
}

std::vector<AtomId> known(const ValueCache& cache, const ValueCache::Key& key) {
  const auto found = cache.find(key);
  return found ? std::vector<AtomId>(found->begin(), found->end()) : std::vector<AtomId>{999};
}

TEST(ValueCache, GivesWhatWasRememberedForTheSameQuestionOnly) {
  ValueCache cache;
  EXPECT_FALSE(cache.find(key_of(1, "a")).has_value());
  const std::vector<AtomId> atoms = {3, 5};
  cache.remember(key_of(1, "a"), atoms);
  cache.remember(key_of(1, ""), {});
  EXPECT_EQ(known(cache, key_of(1, "a")), atoms);
  EXPECT_EQ(known(cache, key_of(1, "")), std::vector<AtomId>{});
  EXPECT_FALSE(cache.find(key_of(2, "a")).has_value());
  EXPECT_FALSE(cache.find(key_of(1, "A")).has_value());
  ValueCache::Key number = key_of(1, "a");
  number.kind = ValueKind::kInt;
  EXPECT_FALSE(cache.find(number).has_value());
}

TEST(ValueCache, EqualHashesOfDifferentValuesAreToldApart) {
  ValueCache cache;
  ValueCache::Key a = key_of(1, "aaaa");
  ValueCache::Key b = key_of(1, "bbbb");
  b.hash = a.hash;
  cache.remember(a, std::vector<AtomId>{1});
  EXPECT_FALSE(cache.find(b).has_value());
  cache.remember(b, std::vector<AtomId>{2});
  EXPECT_EQ(known(cache, a), std::vector<AtomId>{1});
  EXPECT_EQ(known(cache, b), std::vector<AtomId>{2});
}

TEST(ValueCache, OldValuesMakeRoomAndNeverGiveAnothersAnswer) {
  ValueCache cache;
  std::size_t kept = 0;
  constexpr AtomId kValues = 60'000;
  for (AtomId i = 0; i < kValues; ++i) {
    const std::string text = std::string(300, 'x') + std::to_string(i);
    cache.remember(key_of(7, text), std::vector<AtomId>{i, i + 1});
  }
  for (AtomId i = 0; i < kValues; ++i) {
    const std::string text = std::string(300, 'x') + std::to_string(i);
    const auto found = cache.find(key_of(7, text));
    if (found) {
      ++kept;
      ASSERT_EQ(known(cache, key_of(7, text)), (std::vector<AtomId>{i, i + 1}));
    }
  }
  EXPECT_GT(kept, 10'000U);
  EXPECT_LT(kept, kValues);
}

TEST(ValueCache, LongValuesAreNotKept) {
  ValueCache cache;
  const std::string text(ValueCache::kValueBytesMax + 1, 'x');
  cache.remember(key_of(1, text), {});
  EXPECT_FALSE(cache.find(key_of(1, text)).has_value());
}

}  // namespace
}  // namespace tocsin::match
