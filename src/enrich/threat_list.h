// ThreatList: what one list calls bad, ready to be looked up: addresses and networks, domains,
// URLs, hashes, user agents. Immutable and thread-safe; ThreatListBuilder makes it.
//
// An entry is valid from `from` until `until` (exclusive) by the time of the event. A domain that
// is listed covers the names below it. A URL listed without a query covers it with any query. Of an
// entry that is listed twice the one that stays valid longer counts, then the surer one.
// Values that are looked up are in the normal form of enrich/indicator.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ip.h"
#include "enrich/address_table.h"
#include "enrich/agent_patterns.h"
#include "enrich/bad_lines.h"
#include "enrich/indicator.h"
#include "enrich/listed_texts.h"

namespace tocsin {

struct ThreatHit {
  const IndicatorDetail* detail = nullptr;  // null: not listed
  std::string_view listed;                  // the entry; of an address: empty …
  IpNetwork network;                        // … and it is this

  explicit operator bool() const { return detail != nullptr; }
};

// How entries without an end or a word on confidence are taken, and which are left out.
struct ThreatListTerms {
  std::string name = {};  // goes to threat.feed.name
  std::uint8_t confidence = 50;
  std::uint8_t confidence_min = 0;
  std::optional<Micros> until = {};  // of entries that name none
  std::uint64_t seed = 0;            // of the hash tables; secret
};

class ThreatList {
 public:
  static constexpr std::size_t kEntriesMax = 4'000'000;

  const std::string& name() const { return name_; }
  bool has(IndicatorKind kind) const { return count(kind) > 0; }
  std::size_t count(IndicatorKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  std::size_t size() const;
  std::size_t memory_bytes() const;

  // `at`: only what is valid then; nothing: whenever.
  ThreatHit find_address(const IpAddress& address, std::optional<Micros> at) const;
  ThreatHit find_domain(std::string_view domain, std::optional<Micros> at) const;
  ThreatHit find_url(std::string_view url, std::optional<Micros> at) const;
  // False only when no URL of http or https on that host (in normal form, no port) is listed.
  bool may_list_urls_of(std::string_view host) const {
    return odd_urls_ || url_hosts_.find(host) != ListedTexts::kNone;
  }
  ThreatHit find_hash(std::string_view bytes, std::optional<Micros> at) const;
  ThreatHit find_agent(std::string_view agent, std::optional<Micros> at) const;
  // Any kind; an address as text. Values that are not in normal form find nothing.
  ThreatHit find(IndicatorKind kind, std::string_view value, std::optional<Micros> at) const;

  // A number for each entry that stays the same from reading to reading (64 bits of a hash).
  template <class Each>
  void for_each_key(Each each) const;
  static std::uint64_t key_of(IndicatorKind kind, std::string_view value);
  static std::uint64_t key_of(const IpNetwork& network);

 private:
  friend class ThreatListBuilder;
  ThreatList(std::string name, std::uint64_t seed);
  const ListedTexts& texts(IndicatorKind kind) const {
    return texts_[static_cast<std::size_t>(kind)];
  }
  ThreatHit find_text(const ListedTexts& table, std::string_view value,
                      std::optional<Micros> at) const;
  const IndicatorDetail* valid(std::uint32_t detail, std::optional<Micros> at) const;

  std::string name_;
  std::array<std::size_t, kIndicatorKinds> counts_{};
  std::vector<IndicatorDetail> details_;
  AddressTable addresses_;
  std::array<ListedTexts, kIndicatorKinds> texts_;  // that of kAddress stays empty
  ListedTexts url_hosts_;
  bool odd_urls_ = false;  // some have another scheme or a port
  AgentPatterns patterns_;
  std::vector<std::uint32_t> pattern_details_;
};

template <class Each>
void ThreatList::for_each_key(Each each) const {
  addresses_.for_each([&](const IpNetwork& network, std::uint32_t) { each(key_of(network)); });
  for (std::size_t kind = 1; kind < kIndicatorKinds; ++kind) {
    for (std::uint32_t i = 0; i < texts_[kind].size(); ++i) {
      each(key_of(static_cast<IndicatorKind>(kind), texts_[kind].text(i)));
    }
  }
  for (const std::string& pattern : patterns_.patterns()) {
    each(key_of(IndicatorKind::kAgent, pattern));
  }
}

// Takes indicators one by one. Refusals are noted with the place where they stood.
class ThreatListBuilder {
 public:
  ThreatListBuilder(ThreatListTerms terms, BadLines& bad);

  const ThreatListTerms& terms() const { return terms_; }
  // What the terms give an entry that says nothing of itself.
  IndicatorDetail detail() const;
  void add(const Indicator& indicator, std::size_t place);
  // Reads the text first.
  void add(IndicatorKind kind, std::string_view text, const IndicatorDetail& detail,
           std::size_t place);
  void refuse(std::size_t place, std::string reason) { bad_.add(place, std::move(reason)); }
  // Entries left out because the list is less sure of them than it must be.
  std::size_t unsure() const { return unsure_; }
  std::shared_ptr<const ThreatList> finish();

 private:
  std::uint32_t detail_number(const IndicatorDetail& detail);
  bool better(std::uint32_t a, std::uint32_t b) const;
  void add_text(ListedTexts& table, const Indicator& indicator, std::uint32_t detail,
                std::size_t place);
  void finish_addresses();
  void finish_agents();
  void finish_urls();

  ThreatListTerms terms_;
  BadLines& bad_;
  std::size_t taken_ = 0;
  std::size_t unsure_ = 0;
  std::size_t detail_bytes_ = 0;
  std::shared_ptr<ThreatList> list_;
  std::vector<ListedNetwork> networks_;
  ListedTexts patterns_;
  std::unordered_map<std::string, std::uint32_t> detail_numbers_;
  std::optional<std::uint32_t> last_detail_;
};

}  // namespace tocsin
