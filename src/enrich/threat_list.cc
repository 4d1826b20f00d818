#include "enrich/threat_list.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kLabelBytesMax = 256;
constexpr std::size_t kReferenceBytesMax = 512;
// Past it entries keep their times and confidence, but not their words.
constexpr std::size_t kDetailBytesMax = std::size_t{256} << 20U;

std::string cut(std::string_view text, std::size_t bytes_max) {
  return to_valid_utf8(utf8_prefix(text, bytes_max));
}

std::string detail_key(const IndicatorDetail& detail) {
  return fmt::format("{}|{}|{}|{}|{}{}", detail.confidence, detail.from.value, detail.until.value,
                     detail.label.size(), detail.label, detail.reference);
}

}  // namespace

ThreatList::ThreatList(std::string name, std::uint64_t seed) : name_(std::move(name)) {
  texts_.fill(ListedTexts(seed));
  url_hosts_ = ListedTexts(seed);
}

std::size_t ThreatList::size() const {
  std::size_t all = 0;
  for (const std::size_t count : counts_) {
    all += count;
  }
  return all;
}

std::size_t ThreatList::memory_bytes() const {
  std::size_t bytes =
      addresses_.memory_bytes() + patterns_.memory_bytes() + url_hosts_.memory_bytes();
  for (const ListedTexts& table : texts_) {
    bytes += table.memory_bytes();
  }
  for (const IndicatorDetail& detail : details_) {
    bytes += sizeof(detail) + detail.label.size() + detail.reference.size();
  }
  return bytes;
}

const IndicatorDetail* ThreatList::valid(std::uint32_t detail, std::optional<Micros> at) const {
  const IndicatorDetail& found = details_[detail];
  return !at || found.covers(*at) ? &found : nullptr;
}

ThreatHit ThreatList::find_text(const ListedTexts& table, std::string_view value,
                                std::optional<Micros> at) const {
  const std::uint32_t entry = table.find(value);
  if (entry == ListedTexts::kNone) {
    return {};
  }
  return {valid(table.detail(entry), at), table.text(entry), {}};
}

ThreatHit ThreatList::find_address(const IpAddress& address, std::optional<Micros> at) const {
  ThreatHit hit;
  addresses_.find(address, [&](const IpNetwork& network, std::uint32_t detail) {
    hit.detail = valid(detail, at);
    hit.network = network;
    return hit.detail != nullptr;
  });
  return hit;
}

ThreatHit ThreatList::find_domain(std::string_view domain, std::optional<Micros> at) const {
  const ListedTexts& table = texts(IndicatorKind::kDomain);
  while (domain.find('.') != std::string_view::npos) {
    if (const ThreatHit hit = find_text(table, domain, at)) {
      return hit;
    }
    domain.remove_prefix(domain.find('.') + 1);
  }
  return {};
}

ThreatHit ThreatList::find_url(std::string_view url, std::optional<Micros> at) const {
  const ListedTexts& table = texts(IndicatorKind::kUrl);
  if (const ThreatHit hit = find_text(table, url, at)) {
    return hit;
  }
  const std::size_t query = url.find('?');
  return query == std::string_view::npos ? ThreatHit{} : find_text(table, url.substr(0, query), at);
}

ThreatHit ThreatList::find_hash(std::string_view bytes, std::optional<Micros> at) const {
  return find_text(texts(IndicatorKind::kHash), bytes, at);
}

ThreatHit ThreatList::find_agent(std::string_view agent, std::optional<Micros> at) const {
  if (const ThreatHit hit = find_text(texts(IndicatorKind::kAgent), agent, at)) {
    return hit;
  }
  ThreatHit hit;
  patterns_.each_match(agent, [&](std::uint32_t i) {
    hit = {valid(pattern_details_[i], at), patterns_.patterns()[i], {}};
    return hit.detail == nullptr;
  });
  return hit.detail == nullptr ? ThreatHit{} : hit;
}

ThreatHit ThreatList::find(IndicatorKind kind, std::string_view value,
                           std::optional<Micros> at) const {
  switch (kind) {
    case IndicatorKind::kAddress: {
      const auto address = parse_ip(value);
      return address ? find_address(*address, at) : ThreatHit{};
    }
    case IndicatorKind::kDomain:
      return find_domain(value, at);
    case IndicatorKind::kUrl:
      return find_url(value, at);
    case IndicatorKind::kHash:
      return find_hash(value, at);
    case IndicatorKind::kAgent:
      return find_agent(value, at);
  }
  return {};
}

std::uint64_t ThreatList::key_of(IndicatorKind kind, std::string_view value) {
  return hash64(value, static_cast<std::uint64_t>(kind) + 1);
}

std::uint64_t ThreatList::key_of(const IpNetwork& network) {
  return key_of(IndicatorKind::kAddress, network_text(network));
}

ThreatListBuilder::ThreatListBuilder(ThreatListTerms terms, BadLines& bad)
    : terms_(std::move(terms)),
      bad_(bad),
      list_(new ThreatList(terms_.name, terms_.seed)),
      patterns_(terms_.seed) {}

IndicatorDetail ThreatListBuilder::detail() const {
  IndicatorDetail detail;
  detail.confidence = terms_.confidence;
  detail.until = terms_.until.value_or(detail.until);
  return detail;
}

void ThreatListBuilder::add(IndicatorKind kind, std::string_view text,
                            const IndicatorDetail& detail, std::size_t place) {
  IndicatorText read = read_indicator(kind, text);
  if (!read.indicator) {
    refuse(place, std::move(read.reason));
    return;
  }
  read.indicator->detail = detail;
  add(*read.indicator, place);
}

std::uint32_t ThreatListBuilder::detail_number(const IndicatorDetail& given) {
  std::vector<IndicatorDetail>& details = list_->details_;
  if (last_detail_ && details[*last_detail_] == given) {
    return *last_detail_;
  }
  IndicatorDetail detail = given;
  detail.label = cut(given.label, kLabelBytesMax);
  detail.reference = cut(given.reference, kReferenceBytesMax);
  if (detail_bytes_ > kDetailBytesMax) {
    detail.label.clear();
    detail.reference.clear();
  }
  const auto [at, is_new] =
      detail_numbers_.try_emplace(detail_key(detail), static_cast<std::uint32_t>(details.size()));
  if (is_new) {
    detail_bytes_ += sizeof(detail) + 2 * at->first.size();
    details.push_back(std::move(detail));
  }
  last_detail_ = at->second;
  return at->second;
}

bool ThreatListBuilder::better(std::uint32_t a, std::uint32_t b) const {
  const IndicatorDetail& left = list_->details_[a];
  const IndicatorDetail& right = list_->details_[b];
  return std::pair(left.until, left.confidence) > std::pair(right.until, right.confidence);
}

void ThreatListBuilder::add(const Indicator& indicator, std::size_t place) {
  if (indicator.detail.confidence < terms_.confidence_min) {
    ++unsure_;
    return;
  }
  if (taken_ >= ThreatList::kEntriesMax) {
    refuse(place, "more entries than a list may have");
    return;
  }
  const std::uint32_t detail = detail_number(indicator.detail);
  switch (indicator.kind) {
    case IndicatorKind::kAddress:
      ++taken_;
      networks_.push_back({indicator.network, detail});
      return;
    case IndicatorKind::kAgent:
      if (indicator.value.find('*') != std::string::npos) {
        if (patterns_.size() >= AgentPatterns::kPatternsMax) {
          refuse(place, "more user agents with * than a list may have");
          return;
        }
        add_text(patterns_, indicator, detail, place);
        return;
      }
      break;
    case IndicatorKind::kDomain:
    case IndicatorKind::kUrl:
    case IndicatorKind::kHash:
      break;
  }
  add_text(list_->texts_[static_cast<std::size_t>(indicator.kind)], indicator, detail, place);
}

void ThreatListBuilder::add_text(ListedTexts& table, const Indicator& indicator,
                                 std::uint32_t detail, std::size_t place) {
  const std::uint32_t entry = table.put(indicator.value, detail);
  if (entry == ListedTexts::kNone) {
    refuse(place, "more text than a list may have");
    return;
  }
  ++taken_;
  if (better(detail, table.detail(entry))) {
    table.set_detail(entry, detail);
  }
}

// Of equal networks the best detail stays.
void ThreatListBuilder::finish_addresses() {
  std::ranges::sort(networks_, [this](const ListedNetwork& a, const ListedNetwork& b) {
    return a.network != b.network ? a.network < b.network : better(a.detail, b.detail);
  });
  const auto repeated = std::ranges::unique(networks_, {}, &ListedNetwork::network);
  networks_.erase(repeated.begin(), repeated.end());
  list_->addresses_ = AddressTable(networks_, terms_.seed);
  networks_ = {};
}

void ThreatListBuilder::finish_agents() {
  std::vector<std::string> patterns;
  for (std::uint32_t i = 0; i < patterns_.size(); ++i) {
    patterns.emplace_back(patterns_.text(i));
    list_->pattern_details_.push_back(patterns_.detail(i));
  }
  if (!patterns.empty()) {
    list_->patterns_ = AgentPatterns(std::move(patterns));
  }
}

void ThreatListBuilder::finish_urls() {
  const ListedTexts& urls = list_->texts(IndicatorKind::kUrl);
  for (std::uint32_t i = 0; i < urls.size(); ++i) {
    const std::string_view host = urls.text(i).substr(0, urls.text(i).find('/'));
    list_->odd_urls_ = list_->odd_urls_ || host.find(':') != std::string_view::npos;
    list_->url_hosts_.put(host, 0);
  }
  list_->url_hosts_.shrink_to_fit();
}

std::shared_ptr<const ThreatList> ThreatListBuilder::finish() {
  finish_addresses();
  finish_agents();
  finish_urls();
  for (std::size_t kind = 1; kind < kIndicatorKinds; ++kind) {
    list_->texts_[kind].shrink_to_fit();
    list_->counts_[kind] = list_->texts_[kind].size();
  }
  list_->counts_[static_cast<std::size_t>(IndicatorKind::kAddress)] = list_->addresses_.size();
  list_->counts_[static_cast<std::size_t>(IndicatorKind::kAgent)] +=
      list_->patterns_.patterns().size();
  return std::move(list_);
}

}  // namespace tocsin
