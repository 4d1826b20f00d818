// TailedFile: one open file that is being followed: takes whole lines from it, notices when it was
// cut short or replaced in place. One thread; no clock and no names of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "intake/file_tail/positions.h"
#include "sys/file_system.h"

namespace tocsin {

enum class PartialLine : bool { kWait, kTake };

class TailedFile {
 public:
  struct Limits {
    std::size_t line_bytes_max;
    std::size_t bytes_max;  // of one take(); a line that begins before it is taken whole
  };
  enum class Cut : bool { kNo, kYes };
  using OnLine = std::function<void(std::string_view, Cut)>;

  // What one take() found. Nothing has moved yet: confirm() the position when the lines are
  // durable.
  struct Taken {
    FilePosition position;
    bool at_end = false;          // nothing but perhaps the beginning of a line is left
    bool replaced = false;        // it was truncated or overwritten: reading began again at 0
    bool bytes_lost = false;      // of those that were seen before it was replaced
    std::optional<Error> damage;  // a gzip file cannot be read beyond the position
  };

  TailedFile(std::unique_ptr<File> file, FilePosition position, bool is_gzip)
      : file_(std::move(file)), position_(std::move(position)), is_gzip_(is_gzip) {}

  // `scratch` is grown as needed and shared between files.
  Result<Taken> take(const Limits& limits, PartialLine partial, Micros now, std::string& scratch,
                     const OnLine& on_line);
  void confirm(FilePosition position) { position_ = std::move(position); }

  const FilePosition& position() const { return position_; }
  FilePosition& position() { return position_; }
  bool is_gzip() const { return is_gzip_; }
  // When it was last seen to have grown (or was opened).
  Micros last_growth() const { return last_growth_; }
  // take() would find nothing new: same size as when its end was reached.
  Result<bool> unchanged();
  bool has_partial() const { return has_partial_; }

  std::string source_path;  // the name that its records carry; stays when it is renamed
  bool detached = false;    // its path now names another file, or none
  std::weak_ptr<TailedFile> predecessor;  // must be read to its end before this one is begun
  bool at_end = false;

 private:
  Status look_for_replacement(Taken& taken, std::uint64_t size);
  void split(std::string_view data, const Limits& limits, PartialLine partial, Taken& taken,
             const OnLine& on_line);

  const std::unique_ptr<File> file_;
  FilePosition position_;
  const bool is_gzip_;
  std::uint64_t size_seen_ = 0;
  std::uint64_t size_at_end_ = 0;
  Micros last_growth_;
  bool was_at_end_ = false;
  bool has_partial_ = false;
};

// The hash of the file's first bytes, at most kFingerprintBytesMax: sets both members.
inline constexpr std::uint32_t kFingerprintBytesMax = 256;
Status take_fingerprint(File& file, std::uint64_t size, FilePosition& position);
// Does the file begin as `position` remembers?
Result<bool> has_fingerprint(File& file, const FilePosition& position);

}  // namespace tocsin
