// RadixMap: a persistent map from 64-bit keys to counted objects. Copying it costs one pointer; a
// changed copy shares all but a few small nodes with the original (path copying).
//
// A tree of 32-way nodes over the key's bits, from the highest, with empty levels left out, so that
// iteration is in the order of keys and dense keys are as well served as hashes. A map belongs to
// one thread; what it holds is immutable, so copies on several threads are safe.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "respond/packed_decision.h"

namespace tocsin {

// KeyOf{}(const T&) gives the key of an object. T counts itself (see Ref).
template <class T, class KeyOf>
class RadixMap {
 public:
  RadixMap() = default;
  RadixMap(const RadixMap& other) : root_(other.root_) { retain(root_); }
  RadixMap(RadixMap&& other) noexcept : root_(std::exchange(other.root_, 0)) {}
  RadixMap& operator=(RadixMap other) noexcept {
    std::swap(root_, other.root_);
    return *this;
  }
  ~RadixMap() { release(root_); }

  bool empty() const { return root_ == 0; }

  const T* find(std::uint64_t key) const {
    Slot at = root_;
    while (at != 0 && !is_leaf(at)) {
      const Node& node = node_of(at);
      if (!node.covers(key) || !node.has(node.digit(key))) {
        return nullptr;
      }
      at = node.slots()[node.index(node.digit(key))];
    }
    return at != 0 && key_of(at) == key ? leaf_of(at) : nullptr;
  }

  // Replaces what has the same key.
  void insert(Ref<T> object) {
    const std::uint64_t key = KeyOf{}(*object);
    const Slot leaf = leaf_slot(object.leak());
    const Slot before = root_;
    root_ = root_ == 0 ? leaf : with(root_, key, leaf);
    release(before);
  }

  // Gives whether it was there.
  bool erase(std::uint64_t key) {
    if (find(key) == nullptr) {
      return false;
    }
    const Slot before = root_;
    root_ = without(root_, key);
    release(before);
    return true;
  }

  // In the order of keys, those above or at `from`; visit(const T&) gives false to end.
  template <class Visit>
  void for_each(std::uint64_t from, Visit&& visit) const {
    if (root_ != 0) {
      walk(root_, from, visit);
    }
  }

 private:
  using Slot = std::uintptr_t;  // 0, a Node*, or a leaf's T* with the lowest bit set
  static constexpr unsigned kBits = 5;

  struct Node {
    mutable std::atomic<std::uint32_t> refs{1};
    std::uint32_t bitmap = 0;
    std::uint64_t prefix = 0;  // the key's bits above shift + kBits, the rest zero
    unsigned shift = 0;        // of the digit

    Slot* slots() { return std::launder(reinterpret_cast<Slot*>(this + 1)); }
    const Slot* slots() const { return std::launder(reinterpret_cast<const Slot*>(this + 1)); }
    unsigned digit(std::uint64_t key) const { return (key >> shift) & 31U; }
    bool has(unsigned digit) const { return (bitmap >> digit & 1U) != 0; }
    unsigned index(unsigned digit) const {
      return static_cast<unsigned>(std::popcount(bitmap & ((1U << digit) - 1U)));
    }
    unsigned size() const { return static_cast<unsigned>(std::popcount(bitmap)); }
    bool covers(std::uint64_t key) const { return prefix_at(key, shift) == prefix; }
  };

  static std::uint64_t prefix_at(std::uint64_t key, unsigned shift) {
    return shift + kBits >= 64 ? 0 : key >> (shift + kBits) << (shift + kBits);
  }
  static bool is_leaf(Slot slot) { return (slot & 1U) != 0; }
  static const Node& node_of(Slot slot) { return *reinterpret_cast<const Node*>(slot); }
  static const T* leaf_of(Slot slot) { return reinterpret_cast<const T*>(slot & ~Slot{1}); }
  static Slot leaf_slot(const T* object) { return reinterpret_cast<Slot>(object) | 1U; }
  static Slot node_slot(const Node* node) { return reinterpret_cast<Slot>(node); }
  static std::uint64_t key_of(Slot leaf) { return KeyOf{}(*leaf_of(leaf)); }

  static void retain(Slot slot) {
    if (slot == 0) {
      return;
    }
    if (is_leaf(slot)) {
      leaf_of(slot)->retain();
    } else {
      node_of(slot).refs.fetch_add(1, std::memory_order_relaxed);
    }
  }
  static void release(Slot slot) {
    if (slot == 0) {
      return;
    }
    if (is_leaf(slot)) {
      leaf_of(slot)->release();
      return;
    }
    const Node& node = node_of(slot);
    if (node.refs.fetch_sub(1, std::memory_order_acq_rel) != 1) {
      return;
    }
    for (unsigned i = 0; i < node.size(); ++i) {
      release(node.slots()[i]);
    }
    node.~Node();
    ::operator delete(reinterpret_cast<void*>(slot));
  }

  static Node* make(std::uint64_t key, unsigned shift, std::uint32_t bitmap) {
    void* memory = ::operator new(sizeof(Node) +
                                  sizeof(Slot) * static_cast<std::size_t>(std::popcount(bitmap)));
    Node* node = new (memory) Node;
    node->prefix = prefix_at(key, shift);
    node->shift = shift;
    node->bitmap = bitmap;
    return node;
  }

  // A node for two slots whose keys differ first at some digit; takes over both counts.
  static Slot join(std::uint64_t key_a, Slot a, std::uint64_t key_b, Slot b) {
    const unsigned highest = 63U - static_cast<unsigned>(std::countl_zero(key_a ^ key_b));
    const unsigned shift = highest / kBits * kBits;
    const unsigned digit_a = (key_a >> shift) & 31U;
    const unsigned digit_b = (key_b >> shift) & 31U;
    Node* node = make(key_a, shift, (1U << digit_a) | (1U << digit_b));
    node->slots()[digit_a < digit_b ? 0 : 1] = a;
    node->slots()[digit_a < digit_b ? 1 : 0] = b;
    return node_slot(node);
  }

  // The tree at `at` with `leaf` in it; takes over the count of `leaf`, leaves that of `at`.
  static Slot with(Slot at, std::uint64_t key, Slot leaf) {
    if (is_leaf(at)) {
      if (key_of(at) == key) {
        return leaf;
      }
      retain(at);
      return join(key_of(at), at, key, leaf);
    }
    const Node& old = node_of(at);
    if (!old.covers(key)) {
      retain(at);
      return join(old.prefix, at, key, leaf);
    }
    const unsigned digit = old.digit(key);
    const unsigned index = old.index(digit);
    const bool replaces = old.has(digit);
    Node* node = make(key, old.shift, old.bitmap | 1U << digit);
    for (unsigned i = 0; i < old.size(); ++i) {
      if (replaces && i == index) {
        node->slots()[i] = with(old.slots()[i], key, leaf);
        continue;
      }
      retain(old.slots()[i]);
      node->slots()[i + (!replaces && i >= index ? 1U : 0U)] = old.slots()[i];
    }
    if (!replaces) {
      node->slots()[index] = leaf;
    }
    return node_slot(node);
  }

  // The tree at `at` without the key, which is in it; 0 when nothing is left.
  static Slot without(Slot at, std::uint64_t key) {
    if (is_leaf(at)) {
      return 0;
    }
    const Node& old = node_of(at);
    const unsigned digit = old.digit(key);
    const unsigned index = old.index(digit);
    const Slot below = without(old.slots()[index], key);
    if (below == 0 && old.size() == 2) {
      const Slot other = old.slots()[1 - index];
      retain(other);
      return other;
    }
    Node* node = make(key, old.shift, below == 0 ? old.bitmap & ~(1U << digit) : old.bitmap);
    unsigned to = 0;
    for (unsigned i = 0; i < old.size(); ++i) {
      if (i != index) {
        retain(old.slots()[i]);
        node->slots()[to++] = old.slots()[i];
      } else if (below != 0) {
        node->slots()[to++] = below;
      }
    }
    return node_slot(node);
  }

  template <class Visit>
  static bool walk(Slot at, std::uint64_t from, Visit& visit) {
    if (is_leaf(at)) {
      return key_of(at) < from || visit(*leaf_of(at));
    }
    const Node& node = node_of(at);
    const std::uint64_t span = node.shift + kBits >= 64
                                   ? ~std::uint64_t{0}
                                   : (std::uint64_t{1} << (node.shift + kBits)) - 1;
    if ((node.prefix | span) < from) {
      return true;
    }
    for (unsigned i = 0; i < node.size(); ++i) {
      if (!walk(node.slots()[i], from, visit)) {
        return false;
      }
    }
    return true;
  }

  Slot root_ = 0;
};

}  // namespace tocsin
