// KeyedState: what the states of all models share: a table of keys, and how it is saved and shown.
//
// `Key` is what a model knows of one key; it has save(std::string&) and load(ByteReader&).
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "detect/baseline/key_table.h"
#include "detect/baseline/monitor_state.h"

namespace tocsin {

template <class Key>
class KeyedState : public MonitorState {
 public:
  using Slot = typename KeyTable<Key>::Slot;

  KeyedState(const sigma::Monitor& monitor, const MonitorFrame& frame)
      : monitor_(&monitor), frame_(frame), table_(monitor.keys_max, frame.hash_seed) {}

  void rebind(const sigma::Monitor& monitor) override { monitor_ = &monitor; }

  void save(std::string& out) const override {
    put_varint(out, table_.size());
    table_.for_each([&out](const Slot& slot) {
      put_varint(out, slot.key.size());
      out += slot.key;
      put(out, slot.hits);
      put(out, slot.first.value);
      put(out, slot.touched.value);
      slot.state.save(out);
    });
  }

  bool load(ByteReader& in) override {
    const std::uint64_t size = in.varint();
    for (std::uint64_t i = 0; i < size && in.ok(); ++i) {
      const std::string_view key = in.take(in.varint());
      const auto hits = in.get<std::uint64_t>();
      const Micros first(in.get<std::int64_t>());
      const Micros touched(in.get<std::int64_t>());
      Key state;
      state.load(in);
      if (in.ok()) {
        table_.restore(key, hits, first, touched).state = std::move(state);
      }
    }
    return in.ok();
  }

  std::size_t keys() const override { return table_.size(); }
  std::uint64_t evicted() const override { return table_.evicted(); }

  std::vector<KeyKnowledge> knowledge(std::string_view text, std::size_t most,
                                      Micros now) const override {
    std::vector<const Slot*> found;
    table_.for_each([&](const Slot& slot) {
      if (key_fits(parts(slot), text)) {
        found.push_back(&slot);
      }
    });
    const auto middle = found.begin() + static_cast<std::ptrdiff_t>(std::min(most, found.size()));
    std::partial_sort(found.begin(), middle, found.end(), [](const Slot* a, const Slot* b) {
      return a->hits != b->hits ? a->hits > b->hits : a->key < b->key;
    });
    std::vector<KeyKnowledge> known;
    for (auto slot = found.begin(); slot != middle; ++slot) {
      KeyKnowledge one = describe(**slot, now);
      one.key = parts(**slot);
      one.events = (*slot)->hits;
      one.first = (*slot)->first;
      one.last = (*slot)->touched;
      known.push_back(std::move(one));
    }
    return known;
  }

 protected:
  // Fills baseline, sentence and learning.
  virtual KeyKnowledge describe(const Slot& slot, Micros now) const = 0;

  std::vector<KeyPart> parts(const Slot& slot) const {
    return monitor_key_parts(monitor_->group_by, slot.key);
  }
  const sigma::Monitor& monitor() const { return *monitor_; }

  const sigma::Monitor* monitor_;  // of the rule set in force, which outlives its use
  const MonitorFrame frame_;
  KeyTable<Key> table_;
};

}  // namespace tocsin
