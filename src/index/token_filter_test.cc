#include "index/token_filter.h"

#include <cstring>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "index/tokens.h"

namespace tocsin {
namespace {

FilterRead reader_of(const std::string& bytes) {
  return [&bytes](std::uint64_t at, std::span<char> out) -> Result<std::size_t> {
    if (at >= bytes.size()) {
      return std::size_t{0};
    }
    const std::size_t size = std::min<std::size_t>(out.size(), bytes.size() - at);
    std::memcpy(out.data(), bytes.data() + at, size);
    return size;
  };
}

bool may_hold(const std::string& bytes, const std::vector<std::uint64_t>& tokens) {
  return filter_may_hold(reader_of(bytes), bytes.size(), tokens);
}

TEST(TokenFilter, HasEveryTokenAndFewOthers) {
  Rng rng(1);
  TokenSet set;
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 50'000; ++i) {
    tokens.push_back(rng.next());
    set.add(tokens.back());
    set.add(tokens.back());
  }
  EXPECT_EQ(set.size(), tokens.size());
  const std::string filter = set.filter();
  for (const std::uint64_t token : tokens) {
    ASSERT_TRUE(may_hold(filter, {token}));
  }
  int wrong = 0;
  for (int i = 0; i < 20'000; ++i) {
    wrong += may_hold(filter, {rng.next()}) ? 1 : 0;
  }
  EXPECT_LT(wrong, 100);
  EXPECT_LT(filter.size(), tokens.size() * 9 / 4);
}

TEST(TokenFilter, AllTokensMustBeInOneFilterOfAFile) {
  TokenSet left;
  left.add(1'001);
  TokenSet right;
  right.add(2'002);
  const std::string both = left.filter() + right.filter();
  EXPECT_TRUE(may_hold(both, {1'001}));
  EXPECT_TRUE(may_hold(both, {2'002}));
  EXPECT_FALSE(may_hold(both, {1'001, 2'002}));
  EXPECT_FALSE(may_hold(both, {3'003}));
}

TEST(TokenFilter, TooManyTokensMeanPerhaps) {
  TokenSet set(10);
  for (std::uint64_t i = 1; i < 20; ++i) {
    set.add(i * 7'919);
  }
  EXPECT_TRUE(may_hold(set.filter(), {5}));
}

TEST(TokenFilter, BytesThatAreNoFilterMeanPerhaps) {
  TokenSet set;
  set.add(77);
  const std::string filter = set.filter();
  EXPECT_TRUE(may_hold("", {5}));
  EXPECT_TRUE(may_hold("nonsense and more of it", {5}));
  EXPECT_TRUE(may_hold(filter.substr(0, 6), {5}));
  EXPECT_TRUE(may_hold(filter.substr(0, 12), {5}));
}

std::vector<std::uint64_t> addresses(std::string_view text) {
  std::vector<std::uint64_t> out;
  for_each_address(text, [&out](std::uint64_t token) { out.push_back(token); });
  return out;
}

TEST(Tokens, WordsKnowNoCaseAndAddressesAreWhole) {
  EXPECT_EQ(tokens_of_words("GET /Index.html?a=b_c"), tokens_of_words("get index html A b_C"));
  EXPECT_NE(tokens_of_words("a_b"), tokens_of_words("a b"));
  EXPECT_EQ(tokens_of_words("").size(), 0U);
  EXPECT_EQ(tokens_of_words("192.0.2.7"), (std::vector<std::uint64_t>{address_token("192.0.2.7")}));
  const std::vector<std::uint64_t> one = {address_token("192.0.2.7")};
  EXPECT_EQ(addresses("from 192.0.2.7 port"), one);
  EXPECT_EQ(addresses("[192.0.2.7]:22"), one);
  EXPECT_EQ(addresses("It was 192.0.2.7."), one);
  EXPECT_EQ(addresses("a.b 1.2 192.0.2.7,x"), one);
  EXPECT_TRUE(addresses("1.192.0.2.7 v192.0.2.7 192.0.2.7x 1.2.3 1..2.3.4 2000.1.1.1").empty());
  EXPECT_EQ(addresses("1.1.1.1/2.2.2.2").size(), 2U);
  EXPECT_EQ(tokens_of_value("whole value").size(), 1U);
  EXPECT_EQ(tokens_of_value(std::string(200, 'a') + " b").size(), 2U);
  EXPECT_NE(token_in_column(5, column_seed("a")), token_in_column(5, column_seed("b")));
}

}  // namespace
}  // namespace tocsin
