#include "model/record.h"

#include <algorithm>

#include "base/check.h"

namespace tocsin {

std::uint32_t RecordBatch::add_origin(const Origin& origin) {
  const auto found = std::ranges::find(origins_, origin);
  const auto index = static_cast<std::uint32_t>(found - origins_.begin());
  if (found == origins_.end()) {
    origins_.push_back(origin);
  }
  return index;
}

bool RecordBatch::add(std::uint32_t origin, Micros received, std::string_view bytes) {
  CHECK(origin < origins_.size());
  if (bytes.size() > kBytesMax - bytes_.size()) {
    return false;
  }
  entries_.push_back({static_cast<std::uint32_t>(bytes_.size()),
                      static_cast<std::uint32_t>(bytes.size()), origin, received});
  bytes_.append(bytes);
  return true;
}

void RecordBatch::reserve(std::size_t records, std::size_t bytes) {
  entries_.reserve(records);
  bytes_.reserve(bytes);
}

Record RecordBatch::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  Record record;
  record.seq = first_seq_.value == 0 ? Seq{} : seq_plus(first_seq_, index);
  record.received = entry.received;
  record.origin = &origins_[entry.origin];
  record.bytes = std::string_view(bytes_).substr(entry.offset, entry.size);
  return record;
}

}  // namespace tocsin
