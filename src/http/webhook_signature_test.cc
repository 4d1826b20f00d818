#include "http/webhook_signature.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

// The example of the specification's reference libraries.
TEST(WebhookSignature, IsThatOfTheSpecification) {
  const auto headers =
      sign_webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                   Micros(1'614'265'330 * kMicrosPerSecond), R"({"test": 2432232314})");
  ASSERT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[1].value, "1614265330");
  EXPECT_EQ(headers[2].value, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, DependsOnEverythingThatIsSigned) {
  const auto signature = [](std::string_view key, std::string_view id, std::int64_t second,
                            std::string_view body) {
    return sign_webhook(key, id, Micros(second * kMicrosPerSecond), body)[2].value;
  };
  const std::string base = signature("k", "i", 1, "b");
  EXPECT_NE(signature("l", "i", 1, "b"), base);
  EXPECT_NE(signature("k", "j", 1, "b"), base);
  EXPECT_NE(signature("k", "i", 2, "b"), base);
  EXPECT_NE(signature("k", "i", 1, "c"), base);
  EXPECT_EQ(signature("k", "i", 1, "b"), base);
}

}  // namespace
}  // namespace tocsin
