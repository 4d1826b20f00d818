// Strong<Tag, T>: an integer that cannot be mixed up with another kind of integer.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace tocsin {

template <class Tag, class T>
struct Strong {
  T value{};

  constexpr Strong() = default;
  constexpr explicit Strong(T v) : value(v) {}

  constexpr auto operator<=>(const Strong&) const = default;
};

// Position of a record in the journal; the first record has Seq 1, 0 means "not journaled yet".
struct SeqTag;
using Seq = Strong<SeqTag, std::uint64_t>;

inline constexpr Seq seq_plus(Seq seq, std::uint64_t n) {
  return Seq(seq.value + n);
}

// Index into a FieldCatalog / DatasetCatalog (model/). Dense, small, valid for one process only.
struct FieldIdTag;
using FieldId = Strong<FieldIdTag, std::uint32_t>;
struct DatasetIdTag;
using DatasetId = Strong<DatasetIdTag, std::uint32_t>;

}  // namespace tocsin

template <class Tag, class T>
struct std::hash<tocsin::Strong<Tag, T>> {
  std::size_t operator()(const tocsin::Strong<Tag, T>& s) const noexcept {
    return std::hash<T>{}(s.value);
  }
};
