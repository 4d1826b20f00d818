#include "detect/match/field_tests.h"

#include <algorithm>
#include <bit>

#include "detect/evaluator.h"

namespace tocsin::match {
namespace {

IpAddress masked(const IpAddress& address, unsigned bits) {
  const auto mask = [](unsigned ones) {
    return ones == 0 ? std::uint64_t{0} : ~std::uint64_t{0} << (64 - ones);
  };
  return {address.high & mask(std::min(bits, 64U)), bits > 64 ? address.low & mask(bits - 64) : 0};
}

}  // namespace

void NetworkTests::add(AtomId atom, const IpNetwork& network) {
  auto found = std::ranges::find(by_length_, network.prefix_bits, &Length::bits);
  if (found == by_length_.end()) {
    by_length_.push_back({network.prefix_bits, {}});
    found = by_length_.end() - 1;
  }
  found->networks[network.base].push_back(atom);
}

void NetworkTests::fired(const IpAddress& address, std::vector<AtomId>& out) const {
  for (const Length& length : by_length_) {
    const auto found = length.networks.find(masked(address, length.bits));
    if (found != length.networks.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
    }
  }
}

FieldTests::FieldTests(const Atoms& atoms) {
  Atoms texts;
  for (const auto& [id, atom] : atoms) {
    if (TextTests::takes(*atom)) {
      texts.emplace_back(id, atom);
    } else if (atom->op == sigma::Op::kCidr) {
      networks_.add(id, atom->network);
    } else if (atom->op == sigma::Op::kNumber) {
      add_number(id, *atom);
    }
  }
  texts_ = TextTests(texts);
}

void FieldTests::add_number(AtomId id, const sigma::Atom& atom) {
  numbers_.emplace_back(id, &atom);
  if (atom.compare != sigma::Compare::kEqual) {
    ordered_.emplace_back(id, &atom);
    return;
  }
  if (!atom.text.empty()) {
    number_texts_[atom.text].push_back(id);
  }
  if (atom.number.is_whole) {
    equal_whole_[atom.number.whole].push_back(id);
  } else {
    ordered_.emplace_back(id, &atom);
  }
}

void FieldTests::fired(EventView& view, std::uint32_t slot, TextScan& scan,
                       std::vector<AtomId>& out) const {
  if (!texts_.empty()) {
    texts_.fired(AskedText::of_slot(view, slot), scan, out);
  }
  if (!networks_.empty()) {
    if (const auto address = parse_ip_lenient(view.text(slot))) {
      networks_.fired(*address, out);
    }
  }
  if (!numbers_.empty()) {
    numbers_fired(view, slot, out);
  }
}

void FieldTests::numbers_fired(EventView& view, std::uint32_t slot,
                               std::vector<AtomId>& out) const {
  const Value& value = view.value(slot);
  const auto number = number_of(value);
  if (value.is_text()) {
    if (const auto found = number_texts_.find(view.folded(slot)); found != number_texts_.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
    }
  }
  if (!number) {
    return;
  }
  if (number->is_whole) {
    if (const auto found = equal_whole_.find(number->whole); found != equal_whole_.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
    }
  }
  // A fraction may equal whole numbers too (4624.0): then every comparison is made.
  for (const auto& [id, atom] : number->is_whole ? ordered_ : numbers_) {
    if (holds(atom->compare, *number, atom->number)) {
      out.push_back(id);
    }
  }
}

}  // namespace tocsin::match
