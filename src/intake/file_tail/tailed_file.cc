#include "intake/file_tail/tailed_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"

namespace tocsin {

Status take_fingerprint(File& file, std::uint64_t size, FilePosition& position) {
  std::array<char, kFingerprintBytesMax> first;
  const std::size_t want = std::min<std::uint64_t>(size, first.size());
  TRY_ASSIGN(const std::size_t got, file.read_at(0, std::span(first).first(want)));
  position.fingerprint_bytes = static_cast<std::uint32_t>(got);
  position.fingerprint = hash64({first.data(), got});
  return {};
}

Result<bool> has_fingerprint(File& file, const FilePosition& position) {
  FilePosition now;
  const std::uint32_t bytes = std::min(position.fingerprint_bytes, kFingerprintBytesMax);
  TRY(take_fingerprint(file, bytes, now));
  return now.fingerprint_bytes == position.fingerprint_bytes &&
         now.fingerprint == position.fingerprint;
}

Result<bool> TailedFile::unchanged() {
  if (position_.finished) {
    return true;
  }
  TRY_ASSIGN(const std::uint64_t size, file_->size());
  return was_at_end_ && size == size_at_end_;
}

Status TailedFile::look_for_replacement(Taken& taken, std::uint64_t size) {
  FilePosition& position = taken.position;
  TRY_ASSIGN(const bool same, has_fingerprint(*file_, position));
  if (!same || (!is_gzip_ && size < position.offset)) {
    taken.replaced = true;
    taken.bytes_lost = size_seen_ > position.offset;
    position.offset = 0;
    position.skipping = false;
    position.after_partial = false;
    position.fingerprint_bytes = 0;
    size_seen_ = 0;
  }
  if (position.fingerprint_bytes < kFingerprintBytesMax && size > position.fingerprint_bytes) {
    TRY(take_fingerprint(*file_, size, position));
  }
  return {};
}

Result<TailedFile::Taken> TailedFile::take(const Limits& limits, PartialLine partial, Micros now,
                                           std::string& scratch, const OnLine& on_line) {
  Taken taken;
  taken.position = position_;
  TRY_ASSIGN(const std::uint64_t size, file_->size());
  if (!is_gzip_) {
    TRY(look_for_replacement(taken, size));
  }
  if (size != size_seen_ || last_growth_.value == 0) {
    last_growth_ = now;
  }
  size_seen_ = size;
  scratch.resize(std::max(scratch.size(), std::max(limits.bytes_max, limits.line_bytes_max + 2)));
  TRY_ASSIGN(const std::size_t got, file_->read_at(taken.position.offset, scratch));
  const std::uint64_t start = taken.position.offset;
  split(std::string_view(scratch).substr(0, got), limits, partial, taken, on_line);
  const std::uint64_t left = start + got - taken.position.offset;
  // Fewer bytes than the buffer holds: this was the end.
  const bool reached_end = got < scratch.size();
  taken.at_end =
      reached_end && (left <= limits.line_bytes_max) &&
      std::string_view(scratch).substr(got - left, left).find('\n') == std::string_view::npos;
  if (is_gzip_ && taken.at_end) {
    std::array<char, 1> beyond;
    const Result<std::size_t> probe = file_->read_at(start + got, beyond);
    if (!probe) {
      taken.damage = probe.error();
    }
    taken.position.finished = left == 0 && !taken.damage;
  }
  was_at_end_ = taken.at_end;
  size_at_end_ = size;
  has_partial_ = taken.at_end && (left != 0 || taken.damage);
  at_end = taken.at_end;
  return taken;
}

void TailedFile::split(std::string_view data, const Limits& limits, PartialLine partial,
                       Taken& taken, const OnLine& on_line) {
  FilePosition& position = taken.position;
  const std::size_t whole = data.size();
  const auto moved = [&] { return whole - data.size(); };
  if (position.after_partial && !data.empty()) {
    const bool crlf = data.starts_with("\r\n");
    data.remove_prefix(crlf ? 2 : data[0] == '\n' ? 1 : 0);
    position.after_partial = false;
  }
  while (!data.empty() && moved() < limits.bytes_max) {
    const std::size_t end = data.find('\n');
    if (position.skipping) {
      position.skipping = end == std::string_view::npos;
      data.remove_prefix(position.skipping ? data.size() : end + 1);
      continue;
    }
    std::string_view line = data.substr(0, end);
    if (end == std::string_view::npos && line.size() <= limits.line_bytes_max + 1) {
      if (partial == PartialLine::kWait) {
        break;
      }
      position.after_partial = true;
    }
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    const bool cut = line.size() > limits.line_bytes_max;
    if (!line.empty()) {
      on_line(line.substr(0, limits.line_bytes_max), cut ? Cut::kYes : Cut::kNo);
    }
    position.skipping = end == std::string_view::npos && !position.after_partial;
    data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
  }
  position.offset += moved();
}

}  // namespace tocsin
