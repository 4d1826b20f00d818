#include "enrich/trusted_proxies.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

struct Chain {
  const char* peer;
  std::vector<const char*> forwarded;
  const char* client;
};

// 203.0.113.0/28 is the edge, 10.0.0.0/8 our own; 192.0.2.66 is a third party to be blamed.
TEST(TrustedProxiesTest, NobodyCanPutTheBlameOnAThirdParty) {
  const TrustedProxies proxies({"203.0.113.0/28", "10.0.0.0/8", "2001:db8::/48"});
  const Chain chains[] = {
      {"198.51.100.9", {}, "198.51.100.9"},
      {"198.51.100.9", {"192.0.2.66"}, "198.51.100.9"},                 // straight to us, forged
      {"203.0.113.1", {"198.51.100.9"}, "198.51.100.9"},                // honest
      {"203.0.113.1", {"192.0.2.66", "198.51.100.9"}, "198.51.100.9"},  // forged in front
      {"203.0.113.1", {"192.0.2.66", "10.0.0.5", "198.51.100.9"}, "198.51.100.9"},
      {"203.0.113.1", {"192.0.2.66", "203.0.113.2", "198.51.100.9"}, "198.51.100.9"},
      {"10.0.0.5", {"192.0.2.66", "198.51.100.9", "203.0.113.1"}, "198.51.100.9"},  // two proxies
      {"10.0.0.5", {"10.0.0.7", "203.0.113.1"}, "10.0.0.7"},  // from inside: the last one known
      {"203.0.113.1", {}, "203.0.113.1"},
      {"::ffff:203.0.113.1", {"198.51.100.9"}, "198.51.100.9"},
      {"2001:db8::1", {"2001:db8:9::66", "2001:db8:ffff::9"}, "2001:db8:ffff::9"},
      {"203.0.113.16", {"192.0.2.66"}, "203.0.113.16"},  // just outside the edge
  };
  for (const Chain& chain : chains) {
    std::vector<IpAddress> forwarded;
    for (const char* hop : chain.forwarded) {
      forwarded.push_back(*parse_ip(hop));
    }
    EXPECT_EQ(ip_text(proxies.client(*parse_ip(chain.peer), forwarded)), chain.client)
        << chain.peer;
  }
}

TEST(TrustedProxiesTest, WithoutAnyTheHeaderMeansNothing) {
  const TrustedProxies none;
  const std::vector<IpAddress> forwarded = {*parse_ip("192.0.2.66")};
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(ip_text(none.client(*parse_ip("203.0.113.1"), forwarded)), "203.0.113.1");
}

}  // namespace
}  // namespace tocsin
