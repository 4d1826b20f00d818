#include "intake/file_tail/tailer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/fail.h"
#include "intake/file_tail/glob.h"
#include "intake/file_tail/gzip_file.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kStateBytesMax = 64U << 20U;
constexpr std::size_t kSiblingsMax = 4096;
constexpr Span kPartialCheck = span_s(1);
constexpr Span kSaveRetry = span_s(1);

bool is_gzip_name(std::string_view path) {
  return path.ends_with(".gz");
}

bool is_same_file(const FilePosition& position, const FileInfo& info) {
  return position.inode == info.inode && position.device == info.device;
}

bool is_read_to_end(TailedFile& file) {
  const Result<bool> unchanged = file.unchanged();
  return file.at_end && (!unchanged || *unchanged);
}

bool older_than(Micros since, Micros now, Span age) {
  return (now - since).value >= age.value;
}

}  // namespace

Tailer::Tailer(FileTailOptions options, FileSystem& files, const IntakeContext& context,
               std::function<void()> wake)
    : options_(std::move(options)),
      files_(files),
      context_(context),
      delivery_(context.sink, context.clock, context.log, std::move(wake)) {}

Status Tailer::load() {
  const Result<std::string> text = read_file(files_, options_.state_file, kStateBytesMax);
  if (!text) {
    if (text.error().code() == ErrorCode::kNotFound) {
      first_start_ = true;
      return {};
    }
    return text.error();
  }
  Result<std::vector<FilePosition>> positions = parse_positions(*text);
  if (!positions) {
    return fail_because(positions.error(), "reading {}", options_.state_file);
  }
  known_ = *std::move(positions);
  return {};
}

void Tailer::poll() {
  take_confirmation();
  const Span now = context_.clock.since_boot();
  if (now >= rescan_due_) {
    rescan_due_ = Span(now.value + options_.rescan_interval.value);
    rescan();
  }
  if (delivery_.idle()) {
    retire();
    offer_batch();
  }
  if (unsaved_ && now >= save_due_) {
    save_positions();
  }
}

Span Tailer::wait_time() const {
  const std::int64_t now = context_.clock.since_boot().value;
  std::int64_t wait = rescan_due_.value - now;
  if (const auto retry = delivery_.wait_time()) {
    wait = std::min(wait, retry->value);
  }
  if (unsaved_) {
    wait = std::min(wait, save_due_.value - now);
  }
  const bool partial =
      std::ranges::any_of(tailed_, [](const auto& file) { return file->has_partial(); });
  if (partial) {
    wait = std::min(wait, kPartialCheck.value);
  }
  return Span(std::max<std::int64_t>(0, wait));
}

std::string Tailer::source_name(const std::string& path) const {
  return options_.name.empty() ? "file:" + path : options_.name;
}

SourceCounters& Tailer::counters(const TailedFile& file) {
  return context_.stats.source(source_name(file.source_path), "file");
}

void Tailer::complain(const std::string& path, const Error& error) {
  if (complained_.size() < options_.files_max && complained_.insert(path).second) {
    context_.stats.source(source_name(path), "file").lost(IntakeLoss::kUnreadable);
    context_.log.warning("following {}: {}", path, error.full_text());
  }
}

void Tailer::rescan() {
  GlobMatches all;
  for (const std::string& glob : options_.globs) {
    GlobMatches found = expand_glob(files_, glob, options_.files_max);
    all.files.insert(all.files.end(), found.files.begin(), found.files.end());
    all.directories.insert(all.directories.end(), found.directories.begin(),
                           found.directories.end());
    all.over_limit += found.over_limit;
  }
  directories_ = std::move(all.directories);
  notice_renames();
  if (first_scan_) {
    find_rotated();
  }
  for (const std::string& path : all.files) {
    if (options_.read_gzip || !is_gzip_name(path)) {
      all.over_limit += meet(path) ? 0U : 1U;
    }
  }
  if (all.over_limit > over_limit_told_) {
    context_.stats.source(source_name(options_.globs[0]), "file")
        .lost(IntakeLoss::kTooManyFiles, all.over_limit - over_limit_told_);
    context_.log.warning("{} files match beyond the limit of {} and are not followed",
                         all.over_limit, options_.files_max);
    over_limit_told_ = all.over_limit;
  }
  if (first_scan_) {
    first_scan_ = false;
    known_.clear();
    save_positions();
  }
}

void Tailer::notice_renames() {
  for (const auto& file : tailed_) {
    if (!file->detached) {
      const auto info = files_.info(file->position().path);
      file->detached = !info || !is_same_file(file->position(), *info);
    }
  }
}

// False when there is no room for another file.
bool Tailer::meet(const std::string& path) {
  const auto info = files_.info(path);
  if (!info || info->is_directory) {
    return true;
  }
  for (const auto& file : tailed_) {
    if (is_same_file(file->position(), *info)) {
      // Renamed to a name that matches as well, or met by a second glob.
      file->position().path = path;
      file->detached = false;
      return true;
    }
  }
  if (tailed_.size() >= options_.files_max) {
    return false;
  }
  open(path, path);
  return true;
}

void Tailer::open(const std::string& path, const std::string& source_path) {
  const auto before = files_.info(path);
  Result<std::unique_ptr<File>> opened = files_.open(path, OpenMode::kRead);
  const auto info = files_.info(path);
  if (before && info && before->inode != info->inode) {
    // Renamed while it was opened: which of the two was opened cannot be known.
    rescan_soon();
    return;
  }
  if (!opened || !info) {
    if (!opened && opened.error().code() != ErrorCode::kNotFound) {
      complain(path, opened.error());
    }
    return;
  }
  Result<FilePosition> position = starting_position(**opened, path, *info);
  if (!position) {
    complain(path, position.error());
    return;
  }
  std::unique_ptr<File> file = *std::move(opened);
  const bool is_gzip = is_gzip_name(path);
  if (is_gzip) {
    file = make_gzip_file(std::move(file), options_.gzip_bytes_max);
  }
  auto tailed = std::make_shared<TailedFile>(std::move(file), *std::move(position), is_gzip);
  tailed->source_path = source_path;
  for (const auto& older : tailed_) {
    if (older->source_path == source_path && !is_gzip && !older->is_gzip()) {
      tailed->predecessor = older;
    }
  }
  tailed_.push_back(std::move(tailed));
  complained_.erase(path);
}

Result<FilePosition> Tailer::starting_position(File& file, const std::string& path,
                                               const FileInfo& info) {
  for (const FilePosition& known : known_) {
    if (known.inode != info.inode || (known.device != info.device && known.path != path)) {
      continue;
    }
    TRY_ASSIGN(const bool same, has_fingerprint(file, known));
    if (same && (is_gzip_name(path) || info.size >= known.offset)) {
      FilePosition position = known;
      position.path = path;
      position.device = info.device;
      return position;
    }
  }
  FilePosition position;
  position.path = path;
  position.device = info.device;
  position.inode = info.inode;
  TRY(take_fingerprint(file, info.size, position));
  const bool at_end = first_scan_ && first_start_ && options_.start == StartAt::kEnd;
  if (at_end && is_gzip_name(path)) {
    position.finished = true;
  } else if (at_end && info.size > 0) {
    std::array<char, 1> last{};
    TRY_ASSIGN(const std::size_t got, file.read_at(info.size - 1, last));
    position.offset = info.size;
    position.skipping = got == 1 && last[0] != '\n';
  }
  return position;
}

// Files that were rotated while nobody looked: the same inode under another name in the folder.
void Tailer::find_rotated() {
  for (const FilePosition& known : known_) {
    const auto info = files_.info(known.path);
    const bool still_there = info && info->inode == known.inode;
    if (still_there || is_gzip_name(known.path) || tailed_.size() >= options_.files_max) {
      continue;
    }
    const std::string directory = parent_directory(known.path);
    const auto names = files_.list(directory);
    if (!names) {
      continue;
    }
    for (std::size_t i = 0; i < std::min(names->size(), kSiblingsMax); ++i) {
      const std::string path = directory + "/" + (*names)[i];
      const auto sibling = files_.info(path);
      if (sibling && !sibling->is_directory && is_same_file(known, *sibling) &&
          !is_gzip_name(path)) {
        open(path, known.path);
        break;
      }
    }
  }
}

void Tailer::retire() {
  const Micros now = context_.clock.now();
  const auto is_over = [&](const std::shared_ptr<TailedFile>& file) {
    return file->detached && (file->at_end || file->position().finished) && !file->has_partial() &&
           older_than(file->last_growth(), now, options_.rotated_idle);
  };
  const std::size_t removed = std::erase_if(tailed_, is_over);
  if (removed != 0) {
    unsaved_ = true;
  }
}

void Tailer::offer_batch() {
  auto batch = std::make_shared<RecordBatch>();
  has_more_ = false;
  under_way_.clear();
  const std::size_t files = tailed_.size();
  for (std::size_t i = 0; i < files; ++i) {
    const std::size_t index = (next_file_ + i) % files;
    if (batch->bytes() >= options_.batch_bytes_max) {
      has_more_ = true;
      next_file_ = index;
      break;
    }
    take_from(tailed_[index], *batch);
  }
  if (batch->empty()) {
    under_way_.clear();
    return;
  }
  delivery_.send(std::move(batch));
  // The sink may have answered at once.
  take_confirmation();
}

void Tailer::take_from(const std::shared_ptr<TailedFile>& file, RecordBatch& batch) {
  if (const auto older = file->predecessor.lock(); older != nullptr && !is_read_to_end(*older)) {
    has_more_ = true;
    return;
  }
  const Micros now = context_.clock.now();
  const bool silent = older_than(file->last_growth(), now, options_.partial_timeout);
  const bool take_partial = file->has_partial() && silent;
  const Result<bool> unchanged = file->unchanged();
  if (unchanged && *unchanged && !take_partial) {
    return;
  }
  const std::uint32_t origin =
      batch.add_origin({source_name(file->source_path), "", options_.hint});
  Progress progress;
  std::size_t cuts = 0;
  const auto on_line = [&](std::string_view line, TailedFile::Cut cut) {
    cuts += cut == TailedFile::Cut::kYes ? 1U : 0U;
    if (batch.add(origin, now, line)) {
      ++progress.records;
      progress.bytes += line.size();
    }
  };
  Result<TailedFile::Taken> taken =
      file->take({options_.line_bytes_max, options_.file_share_bytes_max},
                 take_partial ? PartialLine::kTake : PartialLine::kWait, now, scratch_, on_line);
  if (!taken) {
    give_up_on(*file, taken.error());
    return;
  }
  counters(*file).lost(IntakeLoss::kLineTooLong, cuts);
  counters(*file).lost(IntakeLoss::kTruncatedFile, taken->bytes_lost ? 1 : 0);
  has_more_ |= !taken->at_end;
  if (taken->damage && take_partial) {
    complain(file->position().path, *taken->damage);
    taken->position.finished = true;
  }
  if (progress.records == 0) {
    unsaved_ |= taken->position != file->position();
    file->confirm(std::move(taken->position));
    return;
  }
  progress.file = file;
  progress.position = std::move(taken->position);
  under_way_.push_back(std::move(progress));
}

// Damaged gzip data is not read again; a plain file that cannot be read now is tried again.
void Tailer::give_up_on(TailedFile& file, const Error& error) {
  complain(file.position().path, error);
  if (file.is_gzip()) {
    file.position().finished = true;
    unsaved_ = true;
  }
  file.at_end = true;
}

void Tailer::take_confirmation() {
  const std::uint64_t waits = delivery_.waits();
  const BatchDelivery::Outcome outcome = delivery_.poll();
  if (delivery_.waits() != waits && !under_way_.empty()) {
    counters(*under_way_[0].file).waited();
  }
  if (outcome == BatchDelivery::Outcome::kNone) {
    return;
  }
  const Micros now = context_.clock.now();
  for (Progress& progress : under_way_) {
    SourceCounters& counted = counters(*progress.file);
    if (outcome == BatchDelivery::Outcome::kDurable) {
      counted.received(progress.records, progress.bytes, now);
    } else {
      counted.lost(IntakeLoss::kRefused, progress.records);
    }
    progress.position.path = progress.file->position().path;
    progress.file->confirm(std::move(progress.position));
  }
  under_way_.clear();
  save_positions();
}

void Tailer::save_positions() {
  std::vector<FilePosition> positions;
  positions.reserve(tailed_.size());
  for (const auto& file : tailed_) {
    positions.push_back(file->position());
  }
  const Status written =
      write_file_atomically(files_, options_.state_file, positions_text(positions));
  unsaved_ = !written;
  if (!written) {
    save_due_ = Span(context_.clock.since_boot().value + kSaveRetry.value);
    if (!std::exchange(save_complained_, true)) {
      context_.log.error("positions of followed files cannot be written: {}",
                         written.error().full_text());
    }
  } else {
    save_complained_ = false;
  }
}

}  // namespace tocsin
