#include "index/verify_index.h"

#include <optional>
#include <utility>

#include "base/fail.h"
#include "index/catalogue.h"
#include "index/file_checksum.h"

namespace tocsin {
namespace {

constexpr int kLooksMax = 3;

Result<Catalogue> read_at(FileSystem& files, const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(files, path, kCatalogueBytesMax));
  return read_catalogue(text);
}

class StoreCheck {
 public:
  StoreCheck(FileSystem& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  Result<IndexReport> run() {
    const std::string main_path = directory_ + "/catalogue";
    const std::string copy_path = main_path + ".copy";
    auto main = read_at(files_, main_path);
    auto copy = read_at(files_, copy_path);
    const auto is_absent = [](const Result<Catalogue>& read) {
      return !read && read.error().code() == ErrorCode::kNotFound;
    };
    if (is_absent(main) && is_absent(copy)) {
      return main.error();
    }
    note_catalogue(main_path, main);
    note_catalogue(copy_path, copy);
    if (main || copy) {
      const Catalogue& catalogue = main ? *main : *copy;
      generation_ = catalogue.generation;
      check_segments(catalogue);
    }
    return std::move(report_);
  }

  std::uint64_t generation() const { return generation_; }

 private:
  void note(const std::string& file, std::string what) {
    report_.faults.push_back({file, std::move(what)});
  }

  void note_catalogue(const std::string& path, const Result<Catalogue>& read) {
    if (!read) {
      note(path, read.error().full_text());
    }
  }

  void check_segments(const Catalogue& catalogue) {
    for (const SegmentEntry& entry : catalogue.segments) {
      const std::string path = directory_ + "/" + entry.file;
      ++report_.segments;
      check(path, entry.file_bytes, entry.file_crc32c);
      if (entry.filter_bytes > 0) {
        check(path + ".filter", entry.filter_bytes, entry.filter_crc32c);
      }
    }
    for (const DamagedSegment& damaged : catalogue.damaged) {
      note(directory_ + "/" + damaged.file,
           fmt::format("was put aside: {}; its {} events wait to be rebuilt", damaged.reason,
                       damaged.rows));
    }
  }

  void check(const std::string& path, std::uint64_t bytes, std::uint32_t crc) {
    report_.bytes += bytes;
    auto file = files_.open(path, OpenMode::kRead);
    const Status holds = file ? check_file(**file, bytes, crc) : Status(file.error());
    if (!holds) {
      note(path, holds.error().full_text());
    }
  }

  FileSystem& files_;
  const std::string directory_;
  IndexReport report_;
  std::uint64_t generation_ = 0;
};

}  // namespace

Result<IndexReport> verify_index(FileSystem& files, const std::string& directory) {
  std::optional<std::uint64_t> generation;
  for (int look = 1;; ++look) {
    StoreCheck check(files, directory);
    TRY_ASSIGN(IndexReport report, check.run());
    // A server that compacts meanwhile removes files: only a catalogue that stays is judged.
    if (report.faults.empty() || look == kLooksMax || generation == check.generation()) {
      return report;
    }
    generation = check.generation();
  }
}

}  // namespace tocsin
