#include "enrich/network_owner.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"
#include "enrich/text_lines.h"

namespace tocsin {
namespace {

constexpr std::size_t kNameBytesMax = 256;

}  // namespace

// Collects ranges as they come, then sorts and cuts them.
class NetworkOwnerBuilder {
 public:
  // Why the line is bad; "" when it was taken.
  std::string_view add_line(std::string_view line) {
    std::size_t at = 0;
    const auto first = parse_ip(next_csv_field(line, at));
    if (!first) {
      return "the first column is no address";
    }
    const auto last =
        at == std::string_view::npos ? std::nullopt : parse_ip(next_csv_field(line, at));
    if (!last || first->is_v4() != last->is_v4() || *last < *first) {
      return "the second column is no address at or after the first";
    }
    const auto number =
        at == std::string_view::npos ? std::nullopt : parse_int(next_csv_field(line, at));
    if (!number || *number < 0 || *number > 0xFFFF'FFFFLL) {
      return "the third column is no AS number";
    }
    if (ranges_.size() >= NetworkOwnerTable::kRangesMax) {
      return "more ranges than the table may have";
    }
    const std::string_view name =
        at == std::string_view::npos ? std::string_view{} : next_csv_field(line, at);
    ranges_.push_back({*first, *last, owner(static_cast<std::uint32_t>(*number), name)});
    return {};
  }

  std::shared_ptr<const NetworkOwnerTable> build() {
    // By start; of equal starts the later line last.
    std::vector<std::uint32_t> order(ranges_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, {},
                      [this](std::uint32_t at) { return std::pair(ranges_[at].first, at); });
    for (std::size_t i = 0; i < order.size(); ++i) {
      const NetworkOwnerTable::RangeV6& range = ranges_[order[i]];
      const IpAddress* next = i + 1 < order.size() ? &ranges_[order[i + 1]].first : nullptr;
      if (next != nullptr && *next == range.first) {
        continue;  // the later line wins wholly
      }
      const bool cut = next != nullptr && *next <= range.last;
      keep(range, cut ? before(*next) : range.last);
    }
    table_->v4_first_.shrink_to_fit();
    table_->v4_last_.shrink_to_fit();
    table_->v4_owner_.shrink_to_fit();
    table_->v6_.shrink_to_fit();
    table_->owners_.shrink_to_fit();
    table_->names_.shrink_to_fit();
    return table_;
  }

 private:
  static IpAddress before(IpAddress address) {
    address.high -= address.low == 0 ? 1U : 0U;
    address.low -= 1;
    return address;
  }

  void keep(const NetworkOwnerTable::RangeV6& range, const IpAddress& last) {
    if (range.first.is_v4()) {
      table_->v4_first_.push_back(range.first.v4());
      table_->v4_last_.push_back(last.v4());
      table_->v4_owner_.push_back(range.owner);
    } else {
      table_->v6_.push_back({range.first, last, range.owner});
    }
  }

  std::uint32_t owner(std::uint32_t number, std::string_view raw_name) {
    const std::string valid = to_valid_utf8(raw_name);
    const std::string_view name = utf8_prefix(valid, kNameBytesMax);
    std::string key = std::to_string(number);
    key.append(1, ' ').append(name);
    const auto [found, fresh] =
        owners_.try_emplace(std::move(key), static_cast<std::uint32_t>(table_->owners_.size()));
    if (fresh) {
      table_->owners_.push_back({number, static_cast<std::uint32_t>(table_->names_.size()),
                                 static_cast<std::uint32_t>(name.size())});
      table_->names_.append(name);
    }
    return found->second;
  }

  std::shared_ptr<NetworkOwnerTable> table_ = std::make_shared<NetworkOwnerTable>();
  std::vector<NetworkOwnerTable::RangeV6> ranges_;
  std::unordered_map<std::string, std::uint32_t> owners_;
};

std::shared_ptr<const NetworkOwnerTable> NetworkOwnerTable::parse(
    const std::vector<std::string_view>& csvs, BadLines& bad) {
  NetworkOwnerBuilder builder;
  for (const std::string_view csv : csvs) {
    for_each_line(csv, [&](std::size_t number, std::string_view line) {
      if (line.empty() || line.front() == '#') {
        return;
      }
      if (const std::string_view reason = builder.add_line(line); !reason.empty()) {
        bad.add(number, std::string(reason));
      }
    });
  }
  return builder.build();
}

NetworkOwner NetworkOwnerTable::owner_at(std::uint32_t index) const {
  const Owner& owner = owners_[index];
  return {owner.number, std::string_view(names_).substr(owner.name_at, owner.name_size)};
}

std::optional<NetworkOwner> NetworkOwnerTable::find(const IpAddress& address) const {
  if (address.is_v4()) {
    const auto after = std::ranges::upper_bound(v4_first_, address.v4());
    if (after == v4_first_.begin()) {
      return std::nullopt;
    }
    const auto at = static_cast<std::size_t>(after - v4_first_.begin() - 1);
    return address.v4() <= v4_last_[at] ? std::optional(owner_at(v4_owner_[at])) : std::nullopt;
  }
  const auto after = std::ranges::upper_bound(v6_, address, {}, &RangeV6::first);
  if (after == v6_.begin() || std::prev(after)->last < address) {
    return std::nullopt;
  }
  return owner_at(std::prev(after)->owner);
}

std::size_t NetworkOwnerTable::memory_bytes() const {
  return v4_first_.capacity() * 3 * sizeof(std::uint32_t) + v6_.capacity() * sizeof(RangeV6) +
         owners_.capacity() * sizeof(Owner) + names_.capacity();
}

}  // namespace tocsin
