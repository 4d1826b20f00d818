#include "enrich/indicator.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "enrich/agent_patterns.h"
#include "enrich/domain_name.h"

namespace tocsin {
namespace {

TEST(NormalDomain, IsLowerCaseAsciiWithoutTheLastDot) {
  const struct {
    const char* text;
    const char* wanted;  // null: no domain
  } kCases[] = {
      {"Evil.EXAMPLE.", "evil.example"},
      {" a_b-c.example ", "a_b-c.example"},
      {"b\xc3\xbc"
       "cher.example",
       "xn--bcher-kva.example"},  // bücher
      {"B\xc3\x9c"
       "CHER.example",
       "xn--bcher-kva.example"},  // BÜCHER
      {"\xd0\xbf\xd0\xb8\xd1\x80\xd0\xbe\xd0\xb3.\xd1\x80\xd1\x84", "xn--c1ajscg.xn--p1ai"},
      {"\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88", "xn--r8jz45g.xn--zckzah"},
      {"xn--bcher-kva.example", "xn--bcher-kva.example"},
      {"203.0.113.7", nullptr},
      {"a..b", nullptr},
      {".a", nullptr},
      {"", nullptr},
      {"a b.example", nullptr},
      {"\xff\xfe.example", nullptr},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example", nullptr},
  };
  for (const auto& c : kCases) {
    const auto domain = normal_domain(c.text);
    EXPECT_EQ(domain.has_value(), c.wanted != nullptr) << c.text;
    if (domain && c.wanted != nullptr) {
      EXPECT_EQ(*domain, c.wanted);
    }
  }
}

TEST(NormalDomain, ThePlainWayAgreesWithTheLongOne) {
  for (const std::string_view text : {"Evil.EXAMPLE.", "a..b", "x", "1.2.3.4", "a_b.C", "", "."}) {
    char buffer[kDomainBytesMax];
    std::size_t size = sizeof(buffer);
    const bool plain = plain_domain(text, buffer, size);
    const auto normal = normal_domain(text);
    ASSERT_EQ(plain, normal.has_value()) << text;
    if (plain) {
      EXPECT_EQ(std::string_view(buffer, size), *normal);
    }
  }
}

TEST(NormalUrl, IsTheSameForWhatMeansTheSame) {
  const struct {
    const char* text;
    const char* wanted;
  } kCases[] = {
      {"HTTP://Evil.Example:80/a%2db?q=%c3#frag", "evil.example/a-b?q=%C3"},
      {"https://evil.example:443", "evil.example/"},
      {"https://evil.example:8443/", "evil.example:8443/"},
      {"http://user:pw@evil.example/x", "evil.example/x"},
      {"http://203.0.113.7/x", "203.0.113.7/x"},
      {"http://[2001:DB8::1]:80/x", "[2001:db8::1]/x"},
      {"ftp://evil.example/x", "ftp://evil.example/x"},
      {"http://evil.example?x=1", "evil.example/?x=1"},
      {"http://evil.example/%zz", "evil.example/%zz"},
      {"evil.example/x", nullptr},
      {"http://", nullptr},
      {"http://a b/", nullptr},
      {"http://evil.example:x/", nullptr},
      {"://x/", nullptr},
  };
  for (const auto& c : kCases) {
    const auto url = normal_url(c.text);
    EXPECT_EQ(url.has_value(), c.wanted != nullptr) << c.text;
    if (url && c.wanted != nullptr) {
      EXPECT_EQ(*url, c.wanted);
      const bool has_scheme = url->find("://") != std::string::npos;
      EXPECT_EQ(normal_url(has_scheme ? *url : "http://" + *url), *url) << "twice is once";
    }
  }
}

TEST(GuessKind, TellsWhatABareTextIs) {
  EXPECT_EQ(guess_kind("203.0.113.0/24"), IndicatorKind::kAddress);
  EXPECT_EQ(guess_kind("2001:db8::1"), IndicatorKind::kAddress);
  EXPECT_EQ(guess_kind("http://evil.example/"), IndicatorKind::kUrl);
  EXPECT_EQ(guess_kind("900150983cd24fb0d6963f7d28e17f72"), IndicatorKind::kHash);
  EXPECT_EQ(guess_kind("evil.example"), IndicatorKind::kDomain);
  for (const auto* text : {"com", "", "203.0.113.9/24", "not a domain.", "900150983cd24fb0"}) {
    EXPECT_FALSE(guess_kind(text).has_value()) << text;
  }
}

TEST(ConfidenceWord, FollowsStixsTable) {
  EXPECT_EQ(confidence_word(0), "None");
  EXPECT_EQ(confidence_word(29), "Low");
  EXPECT_EQ(confidence_word(30), "Medium");
  EXPECT_EQ(confidence_word(70), "High");
}

// The naive way: any split of the text among the stars.
bool slow_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) {
    return text.empty();
  }
  if (pattern.front() == '*') {
    return slow_match(pattern.substr(1), text) ||
           (!text.empty() && slow_match(pattern, text.substr(1)));
  }
  return !text.empty() && pattern.front() == text.front() &&
         slow_match(pattern.substr(1), text.substr(1));
}

TEST(AgentPatterns, AgreeWithTheSlowWay) {
  Rng rng(11);
  const auto word = [&rng](std::size_t length, std::string_view letters) {
    std::string out;
    for (std::size_t i = 0; i < length; ++i) {
      out += letters[rng.below(letters.size())];
    }
    return out;
  };
  std::size_t matches = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> patterns;
    while (patterns.size() < 10) {
      std::string pattern = word(4 + rng.below(5), "ab*");
      if (pattern.find('*') != std::string::npos && is_agent_worth_listing(pattern)) {
        patterns.push_back(pattern);
      }
    }
    const AgentPatterns fast(patterns);
    for (int i = 0; i < 50; ++i) {
      const std::string text = word(rng.below(12), "ab");
      std::vector<std::uint32_t> found;
      fast.each_match(text, [&found](std::uint32_t at) {
        found.push_back(at);
        return true;
      });
      std::vector<std::uint32_t> wanted;
      for (std::uint32_t at = 0; at < patterns.size(); ++at) {
        if (slow_match(patterns[at], text)) {
          wanted.push_back(at);
        }
      }
      ASSERT_EQ(found, wanted) << text;
      matches += wanted.size();
    }
  }
  EXPECT_GT(matches, 1'000U);
}

}  // namespace
}  // namespace tocsin
