#include "index/duckdb/segment.h"

#include <vector>

#include "base/fail.h"
#include "base/hash.h"
#include "index/file_checksum.h"
#include "index/token_filter.h"
#include "index/tokens.h"

namespace tocsin::duck {
namespace {

FilterRead reader_of(const std::string& bytes) {
  return [&bytes](std::uint64_t at, std::span<char> out) -> Result<std::size_t> {
    return at > bytes.size() ? std::size_t{0} : bytes.copy(out.data(), out.size(), at);
  };
}

}  // namespace

Segment::Segment(FileSystem& files, std::shared_ptr<FilterMemory> memory, std::string directory,
                 SegmentEntry entry)
    : files_(files),
      memory_(std::move(memory)),
      directory_(std::move(directory)),
      entry_(std::move(entry)) {
  dataset = entry_.dataset;
  sealed = true;
  rows = entry_.rows;
  bytes = entry_.file_bytes + entry_.filter_bytes;
  time_min = entry_.time_min;
  time_max = entry_.time_max;
  ranges = entry_.ranges;
  columns = entry_.columns;
  has_overflow = entry_.has_overflow;
}

Segment::~Segment() {
  {
    MutexLock lock(mutex_);
    memory_->give_back(filter_bytes_.size());
  }
  if (retired_.load(std::memory_order_acquire)) {
    // A file that cannot be deleted now is a stray for the next start.
    static_cast<void>(files_.remove(path()).has_value());
    static_cast<void>(files_.remove(filter_path()).has_value());
  }
}

Status Segment::verify() const {
  MutexLock lock(mutex_);
  if (verified()) {
    return {};
  }
  TRY_ASSIGN(const auto file, files_.open(path(), OpenMode::kRead));
  TRY(check_file(*file, entry_.file_bytes, entry_.file_crc32c));
  verified_.store(true, std::memory_order_release);
  return {};
}

Result<std::unique_ptr<File>> Segment::open_filter() const {
  TRY_ASSIGN(auto file, files_.open(filter_path(), OpenMode::kRead));
  if (!filter_checked_) {
    TRY(check_file(*file, entry_.filter_bytes, entry_.filter_crc32c));
    filter_checked_ = true;
  }
  return file;
}

bool Segment::may_hold(std::string_view column, std::span<const std::uint64_t> tokens) const {
  if (tokens.empty() || entry_.filter_bytes == 0) {
    return true;
  }
  std::vector<std::uint64_t> in_column;
  const std::uint64_t seed = column_seed(column);
  for (const std::uint64_t token : tokens) {
    in_column.push_back(token_in_column(token, seed));
  }
  MutexLock lock(mutex_);
  return filter_useless_ || held_by_filter(in_column);
}

bool Segment::held_by_filter(std::span<const std::uint64_t> tokens) const {
  if (!filter_bytes_.empty()) {
    return filter_may_hold(reader_of(filter_bytes_), entry_.filter_bytes, tokens);
  }
  const auto file = open_filter();
  if (!file) {
    filter_useless_ = true;
    filter_damage_.store(true);
    return true;
  }
  if (memory_->take(entry_.filter_bytes)) {
    filter_bytes_.resize(entry_.filter_bytes);
    const auto got = (*file)->read_at(0, filter_bytes_);
    if (got && *got == filter_bytes_.size()) {
      return filter_may_hold(reader_of(filter_bytes_), entry_.filter_bytes, tokens);
    }
    memory_->give_back(filter_bytes_.size());
    filter_bytes_.clear();
  }
  return filter_may_hold(
      [&file](std::uint64_t at, std::span<char> out) { return (*file)->read_at(at, out); },
      entry_.filter_bytes, tokens);
}

}  // namespace tocsin::duck
