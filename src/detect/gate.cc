#include "detect/gate.h"

#include <algorithm>
#include <array>

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

void Gate::make_key(EventView& view) {
  key_.clear();
  const auto add = [this, &view](FieldId field) {
    for (std::uint32_t slot = view.first(field); slot != EventView::kNone; slot = view.next(slot)) {
      key_ += static_cast<char>('0' + static_cast<int>(view.value(slot).kind()));
      key_ += view.text(slot);
      key_ += '\x1f';
    }
    key_ += '\x1e';
  };
  for (const FieldId field : kWords) {
    add(field);
  }
  for (const FieldId field : rules_->gate_fields()) {
    add(field);
  }
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

const std::vector<std::uint32_t>& Gate::candidates(Evaluator& evaluator) {
  make_key(evaluator.view());
  if (last_ != nullptr && key_ == last_key_) {
    return *last_;
  }
  if (key_.size() > kKeyBytesMax) {
    // A hostile value in a gate field: remembered only until the next event.
    key_.resize(kKeyBytesMax);
    known_.erase(key_);
    ++forgotten_;
    last_ = nullptr;
  }
  if (known_.size() >= kCombinationsMax) {
    known_.clear();
    ++forgotten_;
    last_ = nullptr;
  }
  const auto [at, is_new] = known_.try_emplace(key_);
  if (is_new) {
    const std::vector<Logsource> sources = logsources(evaluator);
    const std::vector<Rule>& rules = rules_->rules();
    for (std::uint32_t i = 0; i < rules.size(); ++i) {
      if (admits_any(sources, rules[i].logsource)) {
        at->second.push_back(i);
      }
    }
  }
  last_key_ = key_;
  last_ = &at->second;
  return at->second;
}

}  // namespace tocsin
