// Records: log entries as received. RecordBatch is how they travel from intake to the journal and
// from the journal to the workers.
//
// A batch owns its bytes; a Record is a view into it. A batch is filled by one thread, then
// immutable (shared as std::shared_ptr<const RecordBatch>).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong.h"
#include "base/time.h"

namespace tocsin {

// Where records came from. Kept with them in the journal, because decoding happens again on replay.
struct Origin {
  std::string
      source;        // name of the Source, e.g. "file:/var/log/auth.log", "http:shop", "syslog-udp"
  std::string peer;  // address of the sender in text, or empty
  std::string hint;  // format or dataset that the sender declared ("nginx.access"), or empty

  bool operator==(const Origin&) const = default;
};

struct Record {
  Seq seq;  // 0 before the journal has taken it
  Micros received;
  const Origin* origin = nullptr;  // never null; owned by the batch
  std::string_view bytes;          // without the line end; may be any bytes, may be empty
};

class RecordBatch {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{1} << 30U;

  // Index to be given to add(). Equal origins are stored once.
  std::uint32_t add_origin(const Origin& origin);
  // Copies the bytes. False when the batch would exceed kBytesMax (nothing is added then).
  [[nodiscard]] bool add(std::uint32_t origin, Micros received, std::string_view bytes);
  void reserve(std::size_t records, std::size_t bytes);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::size_t bytes() const { return bytes_.size(); }
  Record operator[](std::size_t index) const;
  std::uint32_t origin_index(std::size_t index) const { return entries_[index].origin; }
  const std::vector<Origin>& origins() const { return origins_; }

  // Set by the journal when the batch has its place: record i has Seq first + i.
  void set_first_seq(Seq first) { first_seq_ = first; }
  Seq first_seq() const { return first_seq_; }
  Seq end_seq() const { return seq_plus(first_seq_, entries_.size()); }

 private:
  struct Entry {
    std::uint32_t offset;
    std::uint32_t size;
    std::uint32_t origin;
    Micros received;
  };

  Seq first_seq_;
  std::vector<Origin> origins_;
  std::vector<Entry> entries_;
  std::string bytes_;
};

}  // namespace tocsin
