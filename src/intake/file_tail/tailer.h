// Tailer: the rules of following files, without threads, inotify or sleeping: whoever owns it calls
// poll() when something may have happened.
//
// - Files are known by device and inode and a hash of their first bytes, never by name alone, so
//   that rotation by rename, by copy-and-truncate and reused inodes are told apart.
// - A rotated file is read to its end before its successor is begun.
// - A record is a line without its end (LF or CRLF); NULs and any bytes are kept; empty lines are
//   skipped; a line over the limit is cut and its rest skipped (counted).
// - A last line without an end waits until it is complete, or until the file has not grown for
//   partial_timeout.
// - One batch is under way at a time. Positions move, and are written to the state file, only when
//   the sink has confirmed the batch; when it refuses, the same batch is offered again.
// After a crash between the sink's confirmation and the writing of the state file, the last batch
// (at most batch_bytes_max) is read again.
//
// One thread, except that the sink confirms from any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "intake/batch_delivery.h"
#include "intake/file_tail/positions.h"
#include "intake/file_tail/tailed_file.h"
#include "intake/intake_source.h"
#include "sys/file_system.h"

namespace tocsin {

// Of files that are there at the very first start; files that appear later are read from the
// beginning.
enum class StartAt : std::uint8_t { kBeginning, kEnd };

struct FileTailOptions {
  std::string name;                // of the Source; empty: "file:" and the path of each file
  std::vector<std::string> globs;  // "/var/log/*.log", "/srv/**/app.log"
  std::string state_file;          // positions
  StartAt start = StartAt::kBeginning;
  bool read_gzip = false;  // *.gz that match are unpacked and read once; else left alone
  std::string hint;        // Origin::hint
  std::size_t line_bytes_max = 1 << 20U;
  std::size_t batch_bytes_max = 1 << 20U;
  std::size_t file_share_bytes_max = 1 << 20U;  // of one file in a batch
  std::size_t files_max = 1024;
  std::uint64_t gzip_bytes_max = 64ULL << 30U;  // unpacked, of one file
  Span rescan_interval = span_s(5);
  Span partial_timeout = span_s(10);
  Span rotated_idle = span_s(30);  // a renamed file that has not grown for so long is let go
};

class Tailer {
 public:
  // `wake` is called on any thread when poll() should run soon (the sink has answered).
  Tailer(FileTailOptions options, FileSystem& files, const IntakeContext& context,
         std::function<void()> wake);

  // Reads the positions. Before the first poll().
  Status load();
  // One step: takes in the sink's answer, looks for files when due, offers the next batch.
  void poll();
  // Only takes in the sink's answer; for the end.
  void take_in_answer() { take_confirmation(); }
  // No batch is under way.
  bool idle() const { return delivery_.idle(); }
  // Looks for new and renamed files at the next poll().
  void rescan_soon() { rescan_due_ = Span(0); }
  // There is more to read at once; else wait for inotify or for wait_time().
  bool has_more() const { return has_more_; }
  Span wait_time() const;
  // Directories whose changes matter.
  const std::vector<std::string>& directories() const { return directories_; }

 private:
  struct Progress {
    std::shared_ptr<TailedFile> file;
    FilePosition position;
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
  };

  void rescan();
  void notice_renames();
  void find_rotated();
  bool meet(const std::string& path);
  void open(const std::string& path, const std::string& source_path);
  Result<FilePosition> starting_position(File& file, const std::string& path, const FileInfo& info);
  void retire();
  void take_confirmation();
  void offer_batch();
  void take_from(const std::shared_ptr<TailedFile>& file, RecordBatch& batch);
  void give_up_on(TailedFile& file, const Error& error);
  void save_positions();
  void complain(const std::string& path, const Error& error);
  std::string source_name(const std::string& path) const;
  SourceCounters& counters(const TailedFile& file);

  const FileTailOptions options_;
  FileSystem& files_;
  IntakeContext context_;
  BatchDelivery delivery_;
  std::vector<FilePosition> known_;  // of the state file, for files not met yet
  std::vector<std::shared_ptr<TailedFile>> tailed_;
  std::vector<Progress> under_way_;
  std::vector<std::string> directories_;
  std::size_t next_file_ = 0;
  std::set<std::string> complained_;  // paths that could not be read, each told once
  std::string scratch_;
  std::size_t over_limit_told_ = 0;
  Span rescan_due_{0};
  Span save_due_{0};
  bool unsaved_ = false;
  bool save_complained_ = false;
  bool first_start_ = false;  // there was no state file
  bool first_scan_ = true;
  bool has_more_ = false;
};

}  // namespace tocsin
