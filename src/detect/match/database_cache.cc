#include "detect/match/database_cache.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"

namespace tocsin::match {
namespace {

// File: magic (8 bytes), key (64), CRC-32C of the rest in 8 hexadecimal digits, the rest:
// PatternDatabase::to_bytes().
constexpr std::string_view kMagic = "TCSNPDB1";
constexpr std::string_view kEnding = ".patterns";
constexpr std::size_t kKeyBytes = 64;
constexpr std::size_t kSumBytes = 8;
// Smaller sets are compiled in less time than a file takes.
constexpr std::size_t kLiteralsWorthAFile = 32;

bool is_worth_a_file(const PatternSet& set) {
  return set.kind == PatternKind::kRegexes || set.patterns.size() >= kLiteralsWorthAFile;
}

std::string sum_of(std::string_view bytes) {
  const std::uint32_t sum = crc32c(bytes);
  std::string raw;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    raw += static_cast<char>(sum >> shift);
  }
  return hex_encode(raw);
}

// The serialised database inside a file's bytes.
Result<std::string_view> opened(std::string_view bytes, std::string_view key) {
  const auto take = [&bytes](std::size_t size) {
    const std::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(taken.size());
    return taken;
  };
  const std::string_view magic = take(kMagic.size());
  if (magic != kMagic || take(kKeyBytes) != key) {
    return fail(ErrorCode::kInvalid, "not the pattern database {}", key);
  }
  const std::string_view sum = take(kSumBytes);
  if (sum != sum_of(bytes)) {
    return fail(ErrorCode::kCorrupt, "the checksum of the pattern database {} is wrong", key);
  }
  return bytes;
}

bool fits(const PatternDatabase& database, const PatternSet& set) {
  return std::ranges::all_of(database.refused(),
                             [&set](std::uint32_t number) { return number < set.patterns.size(); });
}

}  // namespace

DatabaseCache::DatabaseCache(FileSystem& files, std::string folder)
    : files_(folder.empty() ? nullptr : &files), folder_(std::move(folder)) {}

Result<std::shared_ptr<const PatternDatabase>> DatabaseCache::obtain(const PatternSet& set) {
  const std::string key = set.key();
  {
    MutexLock lock(mutex_);
    if (const auto found = known_.find(key); found != known_.end()) {
      if (auto alive = found->second.lock()) {
        ++counts_.shared;
        return alive;
      }
    }
  }
  const bool filed = files_ != nullptr && is_worth_a_file(set);
  std::shared_ptr<const PatternDatabase> database = filed ? read(key, set) : nullptr;
  const bool is_new = database == nullptr;
  if (is_new) {
    TRY_ASSIGN(database, PatternDatabase::compile(set));
    if (filed) {
      write(key, *database);
    }
  }
  MutexLock lock(mutex_);
  ++(is_new ? counts_.compiled : counts_.read);
  known_[key] = database;
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  return database;
}

DatabaseCacheCounts DatabaseCache::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

std::string DatabaseCache::path_of(const std::string& key) const {
  return folder_ + "/" + key + std::string(kEnding);
}

std::shared_ptr<const PatternDatabase> DatabaseCache::read(const std::string& key,
                                                           const PatternSet& set) {
  const auto bytes = read_file(*files_, path_of(key), kFileBytesMax);
  if (!bytes && bytes.error().code() == ErrorCode::kNotFound) {
    return nullptr;
  }
  if (bytes) {
    if (const auto inner = opened(*bytes, key)) {
      if (auto database = PatternDatabase::from_bytes(*inner); database && fits(**database, set)) {
        return std::move(*database);
      }
    }
  }
  MutexLock lock(mutex_);
  ++counts_.unusable;
  return nullptr;
}

void DatabaseCache::write(const std::string& key, const PatternDatabase& database) {
  const auto inner = database.to_bytes();
  const bool fitting = inner && inner->size() < kFileBytesMax - 1024;
  const bool written = fitting && files_->create_directories(folder_) &&
                       write_file_atomically(*files_, path_of(key),
                                             std::string(kMagic) + key + sum_of(*inner) + *inner);
  if (!written) {
    MutexLock lock(mutex_);
    ++counts_.unwritten;
  }
}

void DatabaseCache::trim(std::uint64_t bytes_max) {
  if (files_ == nullptr) {
    return;
  }
  struct Known {
    std::string path;
    std::uint64_t size;
    Micros modified;
  };
  std::vector<Known> all;
  std::uint64_t total = 0;
  for (const std::string& name : files_->list(folder_).value_or(std::vector<std::string>{})) {
    const std::string path = folder_ + "/" + name;
    const auto info = files_->info(path);
    if (name.ends_with(kEnding) && info && !info->is_directory) {
      all.push_back({path, info->size, info->modified});
      total += info->size;
    }
  }
  std::ranges::sort(all, {}, &Known::modified);
  for (const Known& known : all) {
    if (total <= bytes_max) {
      return;
    }
    if (files_->remove(known.path)) {
      total -= known.size;
    }
  }
}

}  // namespace tocsin::match
