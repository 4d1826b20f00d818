#include "detect/gate.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/hash.h"
#include "detect/match/value_cache.h"

namespace tocsin {
namespace {

using sigma::Logsource;

constexpr std::array<FieldId, 3> kWords = {fields::logsource_category, fields::logsource_product,
                                           fields::logsource_service};

std::string word(EventView& view, FieldId field) {
  const std::uint32_t slot = view.first(field);
  return slot == EventView::kNone ? std::string() : std::string(view.folded(slot));
}

bool admits_any(const std::vector<Logsource>& sources, const Logsource& rule) {
  return std::ranges::any_of(sources, [&rule](const Logsource& s) { return covers(rule, s); });
}

}  // namespace

std::size_t Gate::KeyHash::operator()(std::string_view text) const {
  return hash64(text);
}

Gate::Gate(std::shared_ptr<const RuleSet> rules) : rules_(std::move(rules)) {
  const std::vector<Rule>& all = rules_->rules();
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    auto found = std::ranges::find(groups_, all[i].logsource, &Group::logsource);
    if (found == groups_.end()) {
      groups_.push_back({all[i].logsource, {}});
      found = groups_.end() - 1;
    }
    found->rules.push_back(i);
  }
  const auto mark = [this](FieldId field) {
    if (field.value >= is_gate_field_.size()) {
      is_gate_field_.resize(field.value + std::size_t{1});
    }
    is_gate_field_[field.value] = 1;
  };
  std::ranges::for_each(kWords, mark);
  std::ranges::for_each(rules_->gate_fields(), mark);
}

// Field and kind, size, bytes of each value of a gate field, in the event's order.
bool Gate::make_key(EventView& view) {
  std::array<char, 8> room{};
  key_size_ = 0;
  for (std::uint32_t slot = 0; slot < view.slots(); ++slot) {
    const FieldId field = view.field(slot);
    if (field.value >= is_gate_field_.size() || is_gate_field_[field.value] == 0) {
      continue;
    }
    const Value& value = view.value(slot);
    const std::string_view bytes = match::ValueCache::key_bytes(value, room);
    const std::array<std::uint32_t, 2> head = {
        field.value * 16 + static_cast<std::uint32_t>(value.kind()),
        static_cast<std::uint32_t>(bytes.size())};
    if (sizeof head + bytes.size() > key_room_.size() - key_size_) {
      return false;
    }
    std::memcpy(&key_room_[key_size_], head.data(), sizeof head);
    key_size_ += sizeof head;
    if (!bytes.empty()) {
      std::memcpy(&key_room_[key_size_], bytes.data(), bytes.size());
      key_size_ += bytes.size();
    }
  }
  return true;
}

std::vector<Logsource> Gate::logsources(Evaluator& evaluator) const {
  EventView& view = evaluator.view();
  std::vector<Logsource> sources{
      {word(view, kWords[0]), word(view, kWords[1]), word(view, kWords[2])}};
  for (const CoveredSource& covered : rules_->covered_sources()) {
    if (evaluator.fits(covered.when)) {
      sources.push_back(covered.logsource);
    }
  }
  return sources;
}

bool Gate::admits(Evaluator& evaluator, std::uint32_t rule) {
  return admits_any(logsources(evaluator), rules_->rules()[rule].logsource);
}

const std::vector<std::uint32_t>& Gate::list_of(Evaluator& evaluator) {
  const std::vector<Logsource> sources = logsources(evaluator);
  std::string admitted(groups_.size(), '0');
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    admitted[i] = admits_any(sources, groups_[i].logsource) ? '1' : '0';
  }
  if (const auto found = lists_.find(admitted); found != lists_.end()) {
    return found->second;
  }
  if (lists_.size() >= kListsMax) {
    known_.clear();
    lists_.clear();
    last_ = nullptr;
    ++forgotten_;
  }
  std::vector<std::uint32_t>& list = lists_[admitted];
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (admitted[i] == '1') {
      list.insert(list.end(), groups_[i].rules.begin(), groups_[i].rules.end());
    }
  }
  std::ranges::sort(list);
  return list;
}

const std::vector<std::uint32_t>& Gate::candidates(Evaluator& evaluator) {
  if (!make_key(evaluator.view())) {
    last_ = nullptr;
    return list_of(evaluator);  // a hostile value in a gate field is not worth remembering
  }
  if (last_ != nullptr && key() == last_key_) {
    return *last_;
  }
  const auto found = known_.find(key());
  if (found == known_.end()) {
    if (known_.size() >= kCombinationsMax) {
      known_.clear();
    }
    last_ = &list_of(evaluator);
    known_.emplace(key(), last_);
  } else {
    last_ = found->second;
  }
  last_key_ = key();
  return *last_;
}

}  // namespace tocsin
