#include "enrich/threat_list.h"

#include <algorithm>
#include <bit>

#include "base/fail.h"
#include "base/text.h"
#include "enrich/text_lines.h"

namespace tocsin {
namespace {

constexpr unsigned kV4PrefixMin = 96 + 8;  // of the mapped form
constexpr unsigned kV6PrefixMin = 16;

std::size_t slot_of(std::uint32_t address, std::size_t slots) {
  return (address * 0x9E3779B97F4A7C15ULL >> 32U) & (slots - 1);
}

std::size_t slot_of(const IpAddress& address, std::size_t slots) {
  const std::uint64_t mixed =
      (address.high ^ std::rotl(address.low * 0xD6E8FEB86659FD93ULL, 31)) * 0x9E3779B97F4A7C15ULL;
  return (mixed >> 32U) & (slots - 1);
}

// False when it was there already.
template <class T>
bool put(std::vector<T>& slots, const T& value) {
  std::size_t at = slot_of(value, slots.size());
  while (slots[at] != T{}) {
    if (slots[at] == value) {
      return false;
    }
    at = (at + 1) & (slots.size() - 1);
  }
  slots[at] = value;
  return true;
}

template <class T>
bool holds(const std::vector<T>& slots, const T& value) {
  if (slots.empty()) {
    return false;
  }
  std::size_t at = slot_of(value, slots.size());
  while (slots[at] != T{}) {
    if (slots[at] == value) {
      return true;
    }
    at = (at + 1) & (slots.size() - 1);
  }
  return false;
}

template <class Range>
void merge(std::vector<Range>& ranges) {
  std::ranges::sort(ranges, {}, &Range::first);
  std::size_t kept = 0;
  for (const Range& range : ranges) {
    if (kept > 0 && range.first <= ranges[kept - 1].last) {
      ranges[kept - 1].last = std::max(ranges[kept - 1].last, range.last);
    } else {
      ranges[kept++] = range;
    }
  }
  ranges.resize(kept);
  ranges.shrink_to_fit();
}

template <class Range, class Address>
bool covers(const std::vector<Range>& ranges, const Address& address) {
  const auto after = std::ranges::upper_bound(ranges, address, {}, &Range::first);
  return after != ranges.begin() && address <= std::prev(after)->last;
}

std::string_view without_comment(std::string_view line) {
  return trim(line.substr(0, line.find_first_of("#;")));
}

struct Line {
  std::string_view address;
  std::int64_t count = 0;
  bool skipped = false;
};

Line read_line(const ThreatListFile& how, std::size_t number, std::string_view text) {
  Line line;
  switch (how.form) {
    case ThreatListForm::kPlain: {
      text = without_comment(text);
      line.address = text.substr(0, text.find_first_of(" \t,"));
      break;
    }
    case ThreatListForm::kIpsum: {
      text = without_comment(text);
      const std::size_t blank = text.find_first_of(" \t");
      line.address = text.substr(0, blank);
      const auto count =
          blank == std::string_view::npos ? std::nullopt : parse_int(trim(text.substr(blank)));
      line.count = count.value_or(-1);
      break;
    }
    case ThreatListForm::kCsv: {
      if (text.starts_with('#')) {
        line.skipped = true;
        return line;
      }
      std::size_t at = 0;
      for (unsigned column = 0; column < how.csv_column && at != std::string_view::npos; ++column) {
        next_csv_field(text, at);
      }
      line.address =
          at == std::string_view::npos ? std::string_view{} : trim(next_csv_field(text, at));
      line.skipped = number == 1 && !parse_network(line.address);  // the header
      break;
    }
  }
  line.skipped = line.skipped || trim(text).empty();
  return line;
}

}  // namespace

Result<ThreatListForm> threat_list_form(std::string_view name) {
  if (name == "plain") {
    return ThreatListForm::kPlain;
  }
  if (name == "csv") {
    return ThreatListForm::kCsv;
  }
  if (name == "ipsum") {
    return ThreatListForm::kIpsum;
  }
  return fail(ErrorCode::kInvalid, "the form of a threat list is plain, csv or ipsum, not \"{}\"",
              name);
}

std::shared_ptr<const ThreatList> ThreatList::parse(const ThreatListFile& how,
                                                    std::string_view text, BadLines& bad) {
  std::vector<IpNetwork> networks;
  for_each_line(text, [&](std::size_t number, std::string_view raw) {
    const Line line = read_line(how, number, raw);
    if (line.skipped) {
      return;
    }
    const auto network = parse_network(line.address);
    if (!network) {
      bad.add(number, fmt::format("\"{}\" is no address or network", line.address.substr(0, 64)));
      return;
    }
    if (how.form == ThreatListForm::kIpsum && line.count < 0) {
      bad.add(number, "no count behind the address");
      return;
    }
    if (how.form == ThreatListForm::kIpsum && line.count < how.count_min) {
      return;
    }
    const bool v4 = network->base.is_v4() && network->prefix_bits >= 96;
    if (network->prefix_bits < (v4 ? kV4PrefixMin : kV6PrefixMin)) {
      bad.add(number, fmt::format("{} is too wide to be a threat", line.address.substr(0, 64)));
      return;
    }
    if (networks.size() >= kEntriesMax) {
      bad.add(number, "more entries than a list may have");
      return;
    }
    networks.push_back(*network);
  });
  std::shared_ptr<ThreatList> list(new ThreatList(how.name));
  list->build(std::move(networks));
  return list;
}

void ThreatList::build(std::vector<IpNetwork> networks) {
  std::size_t v4_count = 0;
  std::size_t v6_count = 0;
  for (const IpNetwork& network : networks) {
    if (network.prefix_bits == 128) {
      ++(network.base.is_v4() ? v4_count : v6_count);
    }
  }
  if (v4_count > 0) {
    v4_hosts_.resize(std::bit_ceil(v4_count * 2));
  }
  if (v6_count > 0) {
    v6_hosts_.resize(std::bit_ceil(v6_count * 2));
  }
  for (const IpNetwork& network : networks) {
    const bool v4 = network.base.is_v4();
    const bool zero = v4 ? network.base.v4() == 0 : network.base == IpAddress{};
    if (network.prefix_bits == 128 && !zero) {
      const bool fresh = v4 ? put(v4_hosts_, network.base.v4()) : put(v6_hosts_, network.base);
      host_count_ += fresh ? 1U : 0U;
    } else if (v4) {
      v4_networks_.push_back({network.base.v4(), network.last().v4()});
    } else {
      v6_networks_.push_back({network.base, network.last()});
    }
  }
  merge(v4_networks_);
  merge(v6_networks_);
}

bool ThreatList::contains(const IpAddress& address) const {
  if (address.is_v4()) {
    const std::uint32_t v4 = address.v4();
    return (v4 != 0 && holds(v4_hosts_, v4)) || covers(v4_networks_, v4);
  }
  return (address != IpAddress{} && holds(v6_hosts_, address)) || covers(v6_networks_, address);
}

std::size_t ThreatList::memory_bytes() const {
  return v4_hosts_.size() * sizeof(std::uint32_t) + v6_hosts_.size() * sizeof(IpAddress) +
         v4_networks_.size() * sizeof(RangeV4) + v6_networks_.size() * sizeof(RangeV6);
}

}  // namespace tocsin
