// Names that move: the file, the messages and their signatures, the questions over lossy ways, and
// what the enforcer does with what it finds.
#include <deque>

#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include "enforce/dns/dns_enforcer.h"
#include "enforce/fake_feed_test.h"
#include "testing/temp_directory.h"

namespace tocsin {
namespace {

constexpr std::string_view kSecret = "c2VjcmV0IG9mIHRoZSBkbnMgdGVzdHMgb25lIHR3bw==";

TsigKey test_key(std::string algorithm = "hmac-sha256") {
  return {"tocsin.", std::move(algorithm), std::string(kSecret)};
}

DnsRecords records(const std::vector<std::string>& texts) {
  DnsRecords out;
  for (const std::string& text : texts) {
    out.insert(*parse_dns_record(text));
  }
  return out;
}

TEST(DnsNames, HaveOneForm) {
  EXPECT_EQ(*canonical_dns_name("WWW.Shop.example"), "www.shop.example.");
  EXPECT_EQ(*canonical_dns_name("_a.b-1."), "_a.b-1.");
  for (const char* bad : {"", ".", "a..b", "a b", "a;b", "\\097", "é.example", "a.\n"}) {
    EXPECT_FALSE(canonical_dns_name(bad)) << bad;
  }
  EXPECT_FALSE(canonical_dns_name(std::string(64, 'a')));
  EXPECT_TRUE(is_within_zone("www.shop.example.", "shop.example."));
  EXPECT_TRUE(is_within_zone("shop.example.", "shop.example."));
  EXPECT_FALSE(is_within_zone("workshop.example.", "shop.example."));
}

TEST(DnsRecords, AreReadInOneForm) {
  EXPECT_EQ(parse_dns_record("aaaa 2001:DB8:0::10")->data, "2001:db8::10");
  EXPECT_EQ(parse_dns_record("CNAME Shop.CDN.example")->data, "shop.cdn.example.");
  for (const char* bad : {"", "A", "A 2001:db8::1", "AAAA 203.0.113.1", "A 203.0.113.1 x", "MX a",
                          "CNAME a b", "A 203.0.113.01"}) {
    EXPECT_FALSE(parse_dns_record(bad)) << bad;
  }
}

TEST(DnsEndpoints, AreAddressesWithAPort) {
  EXPECT_EQ(parse_dns_endpoint("192.0.2.53")->port, 53);
  EXPECT_EQ(parse_dns_endpoint("192.0.2.53:5353")->port, 5353);
  EXPECT_EQ(parse_dns_endpoint("2001:db8::53")->port, 53);
  EXPECT_EQ(parse_dns_endpoint("[2001:db8::53]:5353")->port, 5353);
  for (const char* bad : {"", "dns.example", "192.0.2.53:0", "192.0.2.53:70000", "[192.0.2.53]:53",
                          "192.0.2.53:", "[2001:db8::53]"}) {
    EXPECT_FALSE(parse_dns_endpoint(bad)) << bad;
  }
}

class DnsSettingsTest : public testing::Test {
 protected:
  Result<DnsSettings> read(const std::string& key, const std::string& names) {
    EXPECT_TRUE(write_file_atomically(files_, directory_ / "secret", std::string(kSecret) + "\n"));
    EXPECT_TRUE(write_file_atomically(files_, directory_ / "short", "c2hvcnQ="));
    const std::string folder = directory_ / "";
    return parse_dns_settings(
        "server: 192.0.2.53\nzone: shop.example\nkey: {name: k, " + key + "secret_file: " + folder +
            (key.contains("short") ? "}\n" : "secret}\n") + "names:\n" + names,
        "dns.yaml", files_);
  }
  PosixFileSystem files_;
  TempDirectory directory_;
};

TEST_F(DnsSettingsTest, AreReadWhole) {
  const auto settings =
      read("algorithm: hmac-sha512, ",
           "  - {name: WWW.shop.example, when: cdn, ttl: 30, normal: [A 192.0.2.1, "
           "A 192.0.2.2], moved: CNAME cdn.example}\n");
  ASSERT_TRUE(settings) << settings.error().full_text();
  EXPECT_EQ(settings->key.name, "k.");
  EXPECT_EQ(settings->key.algorithm, "hmac-sha512");
  EXPECT_EQ(settings->key.secret, kSecret);
  ASSERT_EQ(settings->names.size(), 1U);
  EXPECT_EQ(settings->names[0].name, "www.shop.example.");
  EXPECT_EQ(settings->names[0].ttl, 30U);
  EXPECT_EQ(settings->names[0].normal, records({"A 192.0.2.1", "A 192.0.2.2"}));
}

struct Mistake {
  const char* name_line;
  const char* said;
};

TEST_F(DnsSettingsTest, EveryMistakeIsNamedWithItsLine) {
  for (const Mistake& each : std::initializer_list<Mistake>{
           {"{name: a b, when: cdn, normal: A 192.0.2.1, moved: A 192.0.2.2}", "must be a name"},
           {"{name: a.other, when: cdn, normal: A 192.0.2.1, moved: A 192.0.2.2}",
            "not in the zone"},
           {"{name: a.shop.example, normal: A 192.0.2.1, moved: A 192.0.2.2}", "needs \"when\""},
           {"{name: a.shop.example, when: cdn, moved: A 192.0.2.2}", "needs \"normal\""},
           {"{name: a.shop.example, when: cdn, normal: A 192.0.2.2, moved: A 192.0.2.2}",
            "the same"},
           {"{name: a.shop.example, when: cdn, normal: A 192.0.2.2, moved: [A 192.0.2.1, CNAME b]}",
            "stands alone"},
           {"{name: shop.example, when: cdn, normal: A 192.0.2.2, moved: CNAME b.example}",
            "the zone itself"},
           {"{name: a.shop.example, when: c, ttl: 0, normal: A 192.0.2.2, moved: A 192.0.2.3}",
            "ttl"},
           {"{name: a.shop.example, wen: c, normal: A 192.0.2.2, moved: A 192.0.2.3}", "when"}}) {
    const auto settings = read("", std::string("  - ") + each.name_line + "\n");
    ASSERT_FALSE(settings) << each.name_line;
    EXPECT_NE(settings.error().text().find("dns.yaml:5"), std::string::npos)
        << settings.error().text();
    EXPECT_NE(settings.error().text().find(each.said), std::string::npos)
        << settings.error().text();
  }
}

// What a server of the same key would answer.
std::string answer_to(const std::string& question, ldns_pkt_rcode rcode,
                      const std::vector<std::string>& answers, const TsigKey& key) {
  ldns_pkt* asked = nullptr;
  EXPECT_EQ(ldns_wire2pkt(&asked, reinterpret_cast<const std::uint8_t*>(question.data()),
                          question.size()),
            LDNS_STATUS_OK);
  ldns_rdf* mac = ldns_rr_rdf(ldns_pkt_tsig(asked), 3);
  ldns_pkt* answer = ldns_pkt_new();
  ldns_pkt_set_id(answer, ldns_pkt_id(asked));
  ldns_pkt_set_qr(answer, true);
  ldns_pkt_set_aa(answer, true);
  ldns_pkt_set_rcode(answer, static_cast<std::uint8_t>(rcode));
  for (const std::string& text : answers) {
    ldns_rr* record = nullptr;
    EXPECT_EQ(ldns_rr_new_frm_str(&record, text.c_str(), 60, nullptr, nullptr), LDNS_STATUS_OK);
    ldns_pkt_push_rr(answer, LDNS_SECTION_ANSWER, record);
  }
  EXPECT_EQ(ldns_pkt_tsig_sign(answer, key.name.c_str(), key.secret.c_str(), 300,
                               (key.algorithm + ".").c_str(), mac),
            LDNS_STATUS_OK);
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  EXPECT_EQ(ldns_pkt2wire(&wire, answer, &size), LDNS_STATUS_OK);
  std::string bytes(reinterpret_cast<const char*>(wire), size);
  LDNS_FREE(wire);
  ldns_pkt_free(answer);
  ldns_pkt_free(asked);
  return bytes;
}

TEST(DnsMessages, AnAnswerIsBelievedOnlyWhenItIsSignedForThisQuestion) {
  for (const char* algorithm : {"hmac-sha256", "hmac-sha512"}) {
    const TsigKey key = test_key(algorithm);
    const SignedDnsMessage question = *dns_question("www.shop.example.", DnsType::kA, key);
    const std::string wire =
        answer_to(question.wire, LDNS_RCODE_NOERROR,
                  {"WWW.shop.example. IN A 192.0.2.1", "other.example. IN A 192.0.2.9"}, key);
    const auto answer = read_dns_answer(wire, question, "www.shop.example.", key);
    ASSERT_TRUE(answer) << answer.error().full_text();
    EXPECT_EQ(answer->records, records({"A 192.0.2.1"}));
    EXPECT_TRUE(answer->authoritative);

    TsigKey other = key;
    other.secret = "b3RoZXIgc2VjcmV0IG9mIHRoZSBkbnMgdGVzdHMgMTI=";
    EXPECT_FALSE(read_dns_answer(wire, question, "www.shop.example.", other));
    SignedDnsMessage before = question;
    before.mac = dns_question("www.shop.example.", DnsType::kAaaa, key)->mac;
    EXPECT_FALSE(read_dns_answer(wire, before, "www.shop.example.", key));
    for (std::size_t at = 0; at < wire.size(); ++at) {
      std::string bent = wire;
      bent[at] = static_cast<char>(bent[at] ^ 1);
      const auto read = read_dns_answer(bent, question, "www.shop.example.", key);
      EXPECT_TRUE(!read || read->records == answer->records) << at;
    }
    for (std::size_t size = 0; size < wire.size(); ++size) {
      EXPECT_FALSE(read_dns_answer(wire.substr(0, size), question, "www.shop.example.", key));
    }
  }
}

TEST(DnsMessages, AReplacementSaysWhatMustStand) {
  const SignedDnsMessage update = *dns_replacement("shop.example.", "www.shop.example.",
                                                   records({"A 192.0.2.1", "A 192.0.2.2"}),
                                                   records({"CNAME cdn.example"}), 30, test_key());
  ldns_pkt* packet = nullptr;
  ASSERT_EQ(ldns_wire2pkt(&packet, reinterpret_cast<const std::uint8_t*>(update.wire.data()),
                          update.wire.size()),
            LDNS_STATUS_OK);
  EXPECT_EQ(ldns_pkt_get_opcode(packet), LDNS_PACKET_UPDATE);
  // The two addresses, no AAAA, no CNAME, and none of 15 other types.
  EXPECT_EQ(ldns_update_prcount(packet), 19);
  EXPECT_EQ(ldns_update_upcount(packet), 2);
  const ldns_rr* removed = ldns_rr_list_rr(ldns_pkt_authority(packet), 0);
  EXPECT_EQ(ldns_rr_get_class(removed), LDNS_RR_CLASS_ANY);
  EXPECT_EQ(ldns_rr_get_type(removed), LDNS_RR_TYPE_A);
  const ldns_rr* added = ldns_rr_list_rr(ldns_pkt_authority(packet), 1);
  EXPECT_EQ(ldns_rr_get_type(added), LDNS_RR_TYPE_CNAME);
  EXPECT_EQ(ldns_rr_ttl(added), 30U);
  ldns_pkt_free(packet);
}

class FakeLink final : public DnsLink {
 public:
  // An empty one: no answer.
  std::deque<std::string (*)(const std::string&)> answers;
  std::vector<Way> ways;

  Result<std::string> exchange(const std::string& question, Way way, Span) override {
    ways.push_back(way);
    if (answers.empty() || answers.front() == nullptr) {
      if (!answers.empty()) {
        answers.pop_front();
      }
      return Error(ErrorCode::kTimeout, "silence");
    }
    auto* make = answers.front();
    answers.pop_front();
    return make(question);
  }
};

std::string good(const std::string& question) {
  return answer_to(question, LDNS_RCODE_NOERROR, {}, test_key());
}
std::string forged(const std::string& question) {
  std::string wire = good(question);
  wire[3] = static_cast<char>(wire[3] ^ 5);
  return wire;
}
std::string missing(const std::string& question) {
  return answer_to(question, LDNS_RCODE_NXRRSET, {}, test_key());
}
std::string refused(const std::string& question) {
  return answer_to(question, LDNS_RCODE_REFUSED, {}, test_key());
}

class SignedDnsZoneTest : public testing::Test {
 protected:
  Result<DnsZone::Replaced> replace() {
    return zone_.replace("www.shop.example.", records({"A 192.0.2.1"}), records({"A 192.0.2.2"}),
                         60);
  }
  FakeLink link_;
  SignedDnsZone zone_{link_, "shop.example.", test_key(), span_s(3)};
};

TEST_F(SignedDnsZoneTest, AsksTwiceByDatagramsAndThenByAConnection) {
  link_.answers = {nullptr, nullptr, good};
  EXPECT_EQ(*replace(), DnsZone::Replaced::kReplaced);
  EXPECT_EQ(link_.ways, (std::vector{DnsLink::Way::kUdp, DnsLink::Way::kUdp, DnsLink::Way::kTcp}));
}

TEST_F(SignedDnsZoneTest, AForgedAnswerIsNotTheLast) {
  link_.answers = {forged, good};
  EXPECT_TRUE(replace());
  link_.answers = {forged, forged, forged};
  EXPECT_EQ(replace().error().code(), ErrorCode::kDenied);
}

TEST_F(SignedDnsZoneTest, TellsWhatCannotBeFromWhatMayComeLater) {
  link_.answers = {missing};
  EXPECT_EQ(*replace(), DnsZone::Replaced::kOtherwise);
  link_.answers = {refused};
  EXPECT_EQ(replace().error().code(), ErrorCode::kDenied);
  link_.answers = {};
  EXPECT_EQ(replace().error().code(), ErrorCode::kTimeout);
}

// A zone in memory, as a server holds it.
class FakeZone final : public DnsZone {
 public:
  std::map<std::string, DnsRecords> names;
  bool silent = false;
  bool denies = false;
  bool loses_answer = false;
  int questions = 0;

  Result<DnsRecords> look(const std::string& name) override {
    ++questions;
    if (silent) {
      return Error(ErrorCode::kTimeout, "silence");
    }
    return names[name];
  }
  Result<Replaced> replace(const std::string& name, const DnsRecords& from, const DnsRecords& to,
                           std::uint64_t) override {
    if (denies) {
      return Error(ErrorCode::kDenied, "REFUSED");
    }
    if (names[name] != from) {
      return Replaced::kOtherwise;
    }
    names[name] = to;
    if (std::exchange(loses_answer, false)) {
      return Error(ErrorCode::kTimeout, "silence");
    }
    return Replaced::kReplaced;
  }
};

EnforcedDecision redirect(std::uint64_t id, std::string to) {
  EnforcedDecision decision = block(id, "203.0.113.7");
  decision.kind = DecisionKind::kRedirect;
  decision.redirect_to = std::move(to);
  return decision;
}

class DnsEnforcerTest : public testing::Test {
 protected:
  void SetUp() override {
    zone_.names["www."] = normal_;
    zone_.names["api."] = normal_;
    ASSERT_TRUE(enforcer_.restore(all_, Span(0)));
  }
  Result<Enforcer::Applied> take(std::vector<EnforcedDecision> added,
                                 std::vector<std::uint64_t> removed = {}) {
    change_ = all_.take(news(std::move(added), std::move(removed)), Span(0));
    return again();
  }
  Result<Enforcer::Applied> again() { return enforcer_.apply(change_, all_, Span(0)); }

  const DnsRecords normal_ = records({"A 192.0.2.1"});
  const DnsRecords moved_ = records({"CNAME cdn.example"});
  FakeZone zone_;
  Log log_;
  DnsEnforcer enforcer_{
      zone_,
      {{"www.", "cdn", 60, normal_, moved_}, {"api.", "other", 60, normal_, moved_}},
      span_s(10),
      log_};
  StandingDecisions all_{[](const EnforcedDecision&) { return true; }, 100};
  StandingChange change_;
};

TEST_F(DnsEnforcerTest, MovesWithTheFirstAndBackWithTheLast) {
  ASSERT_TRUE(take({redirect(1, "cdn"), redirect(2, "cdn"), redirect(3, "https://x/")}));
  EXPECT_EQ(zone_.names["www."], moved_);
  EXPECT_EQ(zone_.names["api."], normal_);
  ASSERT_TRUE(take({}, {1}));
  EXPECT_EQ(zone_.names["www."], moved_);
  ASSERT_TRUE(take({}, {2}));
  EXPECT_EQ(zone_.names["www."], normal_);
  EXPECT_EQ(enforcer_.take_counts(), (std::vector<EnforcedCount>{{"", 0, 0, 2}}));
  const int questions = zone_.questions;
  ASSERT_TRUE(take({redirect(4, "https://y/")}));
  EXPECT_EQ(zone_.questions, questions) << "nothing of it is about a name";
}

TEST_F(DnsEnforcerTest, WhatSomebodyElseChangedStaysAndIsNamedOnce) {
  const DnsRecords foreign = records({"A 192.0.2.99"});
  zone_.names["www."] = foreign;
  const auto applied = take({redirect(1, "cdn")});
  ASSERT_TRUE(applied);
  ASSERT_EQ(applied->failed.size(), 1U);
  EXPECT_NE(applied->failed[0].why.find("A 192.0.2.99"), std::string::npos);
  EXPECT_EQ(zone_.names["www."], foreign);
  EXPECT_FALSE(*enforcer_.tend(span_s(20))) << "told already";
  EXPECT_EQ(enforcer_.changed_by_others(), 1U);
  zone_.names["www."] = {};
  EXPECT_TRUE(*enforcer_.tend(span_s(40)));
  EXPECT_EQ(enforcer_.changed_by_others(), 2U);
  const auto lifted = take({}, {1});
  ASSERT_EQ(lifted->failed.size(), 1U) << "the decision that has ended could not be taken back";
  EXPECT_TRUE(zone_.names["www."].empty());
}

TEST_F(DnsEnforcerTest, MovesAgainWhatWasMovedBackBehindItsBack) {
  ASSERT_TRUE(take({redirect(1, "cdn")}));
  zone_.names["www."] = normal_;
  EXPECT_FALSE(*enforcer_.tend(span_s(5))) << "not yet";
  EXPECT_EQ(zone_.names["www."], normal_);
  EXPECT_FALSE(*enforcer_.tend(span_s(20)));
  EXPECT_EQ(zone_.names["www."], moved_);
}

TEST_F(DnsEnforcerTest, TriesAgainWhenNobodyAnswersThenNamesItAndGoesOnTrying) {
  zone_.silent = true;
  EXPECT_FALSE(take({redirect(1, "cdn")}));
  EXPECT_FALSE(again());
  const auto applied = again();
  ASSERT_TRUE(applied);
  ASSERT_EQ(applied->failed.size(), 1U);
  zone_.silent = false;
  EXPECT_FALSE(*enforcer_.tend(span_s(20)));
  EXPECT_EQ(zone_.names["www."], moved_);
}

TEST_F(DnsEnforcerTest, AnAnswerThatWasLostDoesNotMatter) {
  zone_.loses_answer = true;
  EXPECT_FALSE(take({redirect(1, "cdn")}));
  const auto applied = again();
  ASSERT_TRUE(applied);
  EXPECT_TRUE(applied->failed.empty());
  EXPECT_EQ(zone_.names["www."], moved_);
}

TEST_F(DnsEnforcerTest, ARefusalIsNamedAtOnce) {
  zone_.denies = true;
  const auto applied = take({redirect(1, "cdn")});
  ASSERT_TRUE(applied);
  ASSERT_EQ(applied->failed.size(), 1U);
  EXPECT_EQ(applied->failed[0].why, "REFUSED");
}

TEST_F(DnsEnforcerTest, FindsOutAfterARestartWhatStands) {
  zone_.names["www."] = moved_;
  ASSERT_TRUE(enforcer_.restore(all_, Span(0)));
  EXPECT_EQ(zone_.names["www."], normal_);
  static_cast<void>(all_.take(news({redirect(1, "cdn")}), Span(0)));
  ASSERT_TRUE(enforcer_.restore(all_, Span(0)));
  EXPECT_EQ(zone_.names["www."], moved_);
  ASSERT_TRUE(enforcer_.withdraw());
  EXPECT_EQ(zone_.names["www."], normal_);
}

}  // namespace
}  // namespace tocsin
