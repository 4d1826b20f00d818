#include "enrich/misp.h"

#include <gtest/gtest.h>

#include "enrich/threat_format.h"

namespace tocsin {
namespace {

constexpr std::string_view kUuid = "5b7f8f0a-1111-4222-8333-444455556666";

std::string attribute(const std::string& type, const std::string& value,
                      const std::string& more = R"(,"to_ids":true)") {
  return R"({"type":")" + type + R"(","value":")" + value + "\"" + more + "}";
}

std::string event(const std::vector<std::string>& attributes, const std::string& more = "") {
  std::string text = R"({"Event":{"uuid":")" + std::string(kUuid) +
                     R"(","info":"A campaign","timestamp":"1700000000")" + more +
                     R"(,"Attribute":[)";
  for (const std::string& one : attributes) {
    text += (text.back() == '[' ? "" : ",") + one;
  }
  return text + "]}}";
}

std::shared_ptr<const ThreatList> read(const std::string& text, BadLines& bad,
                                       bool only_to_ids = true) {
  ThreatFormatOptions options;
  options.format = ThreatFormat::kMisp;
  options.misp_only_to_ids = only_to_ids;
  const auto list = parse_threat_list(options, {.name = "m"}, text, bad);
  EXPECT_TRUE(list.has_value()) << list.error().text();
  return list.value_or(nullptr);
}

TEST(Misp, ReadsEveryTypeThatWeMatch) {
  BadLines bad;
  const auto list =
      read(event({attribute("ip-dst", "203.0.113.1"), attribute("ip-src|port", "203.0.113.2|443"),
                  attribute("domain", "evil.example"), attribute("hostname", "c2.evil2.example"),
                  attribute("domain|ip", "evil3.example|203.0.113.9"),
                  attribute("url", "http://evil.example/x"),
                  attribute("md5", "900150983cd24fb0d6963f7d28e17f72"),
                  attribute("filename|sha1", "a|b.exe|a9993e364706816aba3e25717850c26c9cd0d89d"),
                  attribute("user-agent", "EvilBot/1.0"), attribute("email-src", "a@b.example")}),
           bad);
  EXPECT_EQ(bad.count(), 0U) << bad.kept()[0].reason;
  EXPECT_EQ(list->count(IndicatorKind::kAddress), 2U);
  EXPECT_EQ(list->count(IndicatorKind::kDomain), 3U);
  EXPECT_EQ(list->count(IndicatorKind::kUrl), 1U);
  EXPECT_EQ(list->count(IndicatorKind::kHash), 2U);
  EXPECT_EQ(list->count(IndicatorKind::kAgent), 1U);
  const ThreatHit hit = list->find_domain("evil3.example", {});
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit.detail->label, "A campaign");
  EXPECT_EQ(hit.detail->reference, kUuid);
}

TEST(Misp, OnlyAttributesForDetectionAreReadUnlessAllAreWanted) {
  const std::string text = event(
      {attribute("ip-dst", "203.0.113.1"), attribute("ip-dst", "203.0.113.2", R"(,"to_ids":false)"),
       attribute("ip-dst", "203.0.113.3", R"(,"to_ids":true,"deleted":true)")});
  BadLines bad;
  EXPECT_EQ(read(text, bad)->size(), 1U);
  EXPECT_EQ(read(text, bad, false)->size(), 2U);
}

TEST(Misp, AttributesOfObjectsAndExportsOfManyEventsAreRead) {
  BadLines bad;
  const std::string with_object = event({}, R"(,"Object":[{"name":"file","Attribute":[)" +
                                                attribute("domain", "evil.example") + "]}]");
  EXPECT_EQ(read(with_object, bad)->size(), 1U);
  EXPECT_EQ(read(R"({"response":[)" + with_object + "," +
                     event({attribute("ip-dst", "203.0.113.1")}) + "]}",
                 bad)
                ->size(),
            2U);
  EXPECT_EQ(read(R"({"response":{"Attribute":[)" + attribute("ip-src", "203.0.113.1") + "]}}", bad)
                ->size(),
            1U);
  EXPECT_EQ(bad.count(), 0U);
}

TEST(Misp, BadAttributesAreCountedWithTheirPlace) {
  BadLines bad;
  EXPECT_EQ(read(event({attribute("ip-dst", "203.0.113.1"), attribute("ip-dst", "localhost"),
                        attribute("md5", "xyz")}),
                 bad)
                ->size(),
            1U);
  ASSERT_EQ(bad.count(), 2U);
  EXPECT_EQ(bad.kept()[0].line, 2U);
}

TEST(MispManifest, HoldsOnlyUuids) {
  const auto manifest =
      read_misp_manifest(R"({")" + std::string(kUuid) +
                         R"(":{"timestamp":"12"},"../../etc/passwd":{},)"
                         R"("5B7F8F0A-1111-4222-8333-444455556667":{"timestamp":7}})");
  ASSERT_TRUE(manifest.has_value());
  ASSERT_EQ(manifest->size(), 2U);
  EXPECT_EQ(manifest->at(std::string(kUuid)), 12);
  EXPECT_EQ(manifest->at("5b7f8f0a-1111-4222-8333-444455556667"), 7);
  EXPECT_FALSE(read_misp_manifest("[]").has_value());
  EXPECT_FALSE(read_misp_manifest("{").has_value());
}

TEST(MispEvents, KeepWhatTheManifestNames) {
  MispEvents events;
  ASSERT_TRUE(events.take(event({attribute("domain", "evil.example")}), 1 << 20U));
  EXPECT_EQ(events.timestamp(std::string(kUuid)), 1'700'000'000);
  BadLines bad;
  EXPECT_EQ(read(events.text(), bad)->size(), 1U);
  events.keep({});
  EXPECT_EQ(events.size(), 0U);
  EXPECT_EQ(read(events.text(), bad)->size(), 0U);
}

}  // namespace
}  // namespace tocsin
