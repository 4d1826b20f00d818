#include "respond/radix_map.h"

#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace tocsin {
namespace {

// Counts itself, and how many live.
class Item {
 public:
  static Ref<Item> make(std::uint64_t key, int& live) {
    return Ref<Item>::adopt(new Item(key, live));
  }
  void retain() const { ++refs_; }
  void release() const {
    if (--refs_ == 0) {
      delete this;
    }
  }
  const std::uint64_t key;

 private:
  Item(std::uint64_t k, int& live) : key(k), live_(live) { ++live_; }
  ~Item() { --live_; }
  mutable int refs_ = 1;
  int& live_;
};

struct ItemKey {
  std::uint64_t operator()(const Item& item) const { return item.key; }
};
using Items = RadixMap<Item, ItemKey>;

std::vector<std::uint64_t> keys_of(const Items& items, std::uint64_t from = 0) {
  std::vector<std::uint64_t> keys;
  items.for_each(from, [&](const Item& item) {
    keys.push_back(item.key);
    return true;
  });
  return keys;
}

// Dense ids, hashes, and keys that differ only in their highest or lowest bits.
std::uint64_t some_key(Rng& rng) {
  switch (rng.below(4)) {
    case 0:
      return rng.below(64);
    case 1:
      return rng.next();
    case 2:
      return rng.below(8) << 61U;
    default:
      return ~std::uint64_t{0} - rng.below(70);
  }
}

TEST(RadixMap, DoesWhatAnOrderedMapDoes) {
  int live = 0;
  {
    Rng rng(3);
    Items items;
    std::map<std::uint64_t, bool> oracle;
    for (int step = 0; step < 20'000; ++step) {
      const std::uint64_t key = some_key(rng);
      if (rng.chance(0.5)) {
        items.insert(Item::make(key, live));
        oracle[key] = true;
      } else {
        EXPECT_EQ(items.erase(key), oracle.erase(key) == 1);
      }
      const std::uint64_t asked = some_key(rng);
      EXPECT_EQ(items.find(asked) != nullptr, oracle.contains(asked)) << asked;
      if (step % 500 == 0) {
        const std::uint64_t from = some_key(rng);
        std::vector<std::uint64_t> wanted;
        for (auto at = oracle.lower_bound(from); at != oracle.end(); ++at) {
          wanted.push_back(at->first);
        }
        EXPECT_EQ(keys_of(items, from), wanted);
        EXPECT_EQ(live, static_cast<int>(oracle.size()));
      }
    }
  }
  EXPECT_EQ(live, 0);
}

TEST(RadixMap, CopiesKeepWhatTheyHad) {
  int live = 0;
  {
    Rng rng(4);
    std::vector<Items> versions(1);
    std::vector<std::vector<std::uint64_t>> wanted(1);
    std::map<std::uint64_t, bool> oracle;
    for (int step = 0; step < 300; ++step) {
      Items next = versions.back();
      const std::uint64_t key = rng.below(100);
      if (rng.chance(0.6)) {
        next.insert(Item::make(key, live));
        oracle[key] = true;
      } else {
        next.erase(key);
        oracle.erase(key);
      }
      versions.push_back(std::move(next));
      wanted.emplace_back();
      for (const auto& [each, unused] : oracle) {
        wanted.back().push_back(each);
      }
    }
    for (std::size_t i = 0; i < versions.size(); ++i) {
      EXPECT_EQ(keys_of(versions[i]), wanted[i]) << i;
    }
  }
  EXPECT_EQ(live, 0);
}

TEST(RadixMap, EndsWhenTheVisitorHasEnough) {
  int live = 0;
  Items items;
  for (std::uint64_t key = 0; key < 100; ++key) {
    items.insert(Item::make(key, live));
  }
  int seen = 0;
  items.for_each(0, [&](const Item&) { return ++seen < 10; });
  EXPECT_EQ(seen, 10);
  EXPECT_FALSE(items.empty());
}

}  // namespace
}  // namespace tocsin
