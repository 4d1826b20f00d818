#include "testing/faulty_file_system.h"

#include <algorithm>
#include <set>

#include "base/fail.h"

namespace tocsin {

class FaultyFile final : public File {
 public:
  FaultyFile(FaultyFileSystem& files, std::shared_ptr<FaultyFileSystem::Node> node,
             std::uint64_t life)
      : files_(files), node_(std::move(node)), life_(life) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
    MutexLock lock(files_.mutex_);
    TRY(alive());
    if (offset >= node_->now.size()) {
      return std::size_t{0};
    }
    return node_->now.copy(out.data(), out.size(), offset);
  }

  Status append(std::string_view bytes) override {
    MutexLock lock(files_.mutex_);
    TRY(alive());
    return files_.store(*node_, node_->now.size(), bytes);
  }

  Status write_at(std::uint64_t offset, std::string_view bytes) override {
    MutexLock lock(files_.mutex_);
    TRY(alive());
    return files_.store(*node_, offset, bytes);
  }

  Status sync_data() override {
    MutexLock lock(files_.mutex_);
    TRY(alive());
    bool half = false;
    TRY(files_.enter(half));
    node_->synced = node_->now;
    return {};
  }

  Status truncate(std::uint64_t size) override {
    MutexLock lock(files_.mutex_);
    TRY(alive());
    bool half = false;
    TRY(files_.enter(half));
    node_->now.resize(size);
    return {};
  }

  Result<std::uint64_t> size() override {
    MutexLock lock(files_.mutex_);
    TRY(alive());
    return node_->now.size();
  }

 private:
  Status alive() REQUIRES(files_.mutex_) {
    return life_ == files_.life_ ? Status{} : fail(ErrorCode::kIo, "the file's process is gone");
  }

  FaultyFileSystem& files_;
  std::shared_ptr<FaultyFileSystem::Node> node_;
  const std::uint64_t life_;
};

FaultyFileSystem::FaultyFileSystem() : capacity_(UINT64_MAX) {}

void FaultyFileSystem::fail_at(std::uint64_t n, FaultKind kind) {
  MutexLock lock(mutex_);
  fail_at_ = operations_ + n;
  fail_kind_ = kind;
  fault_happened_ = false;
}

bool FaultyFileSystem::fault_happened() const {
  MutexLock lock(mutex_);
  return fault_happened_;
}

std::uint64_t FaultyFileSystem::operations() const {
  MutexLock lock(mutex_);
  return operations_;
}

void FaultyFileSystem::set_capacity(std::uint64_t bytes) {
  MutexLock lock(mutex_);
  capacity_ = bytes;
}

Status FaultyFileSystem::enter(bool& half) {
  if (powerless_) {
    return fail(ErrorCode::kIo, "the power is gone");
  }
  if (++operations_ != fail_at_) {
    return {};
  }
  fault_happened_ = true;
  switch (fail_kind_) {
    case FaultKind::kIo:
      return fail(ErrorCode::kIo, "operation {} was told to fail", operations_);
    case FaultKind::kDiskFull:
      half = true;
      return fail(ErrorCode::kDiskFull, "operation {} finds the disk full", operations_);
    case FaultKind::kPowerCut:
      half = true;
      powerless_ = true;
      return fail(ErrorCode::kIo, "the power went at operation {}", operations_);
  }
  return {};
}

std::uint64_t FaultyFileSystem::used() const {
  std::set<const Node*> seen;
  std::uint64_t bytes = 0;
  for (const auto& [name, node] : names_) {
    bytes += seen.insert(node.get()).second ? node->now.size() : 0;
  }
  return bytes;
}

Status FaultyFileSystem::store(Node& node, std::uint64_t offset, std::string_view bytes) {
  bool half = false;
  Status status = enter(half);
  if (!status) {
    bytes = bytes.substr(0, half ? bytes.size() / 2 : 0);
  } else if (capacity_ != UINT64_MAX) {
    const std::uint64_t end = offset + bytes.size();
    const std::uint64_t grows = end > node.now.size() ? end - node.now.size() : 0;
    const std::uint64_t free = capacity_ - std::min(capacity_, used());
    if (grows > free) {
      status = fail(ErrorCode::kDiskFull, "the disk is full");
      bytes.remove_suffix(std::min<std::uint64_t>(bytes.size(), grows - free));
    }
  }
  if (!bytes.empty()) {
    node.now.resize(std::max<std::uint64_t>(node.now.size(), offset + bytes.size()));
    node.now.replace(offset, bytes.size(), bytes);
  }
  return status;
}

void FaultyFileSystem::power_cut(Rng& rng) {
  MutexLock lock(mutex_);
  names_ = durable_names_;
  std::set<Node*> seen;
  for (const auto& [name, node] : names_) {
    if (!seen.insert(node.get()).second) {
      continue;
    }
    if (node->now.starts_with(node->synced)) {
      const std::uint64_t unsynced = node->now.size() - node->synced.size();
      node->now.resize(node->synced.size() + rng.below(unsynced + 1));
    } else if (rng.chance(0.5)) {
      node->now = node->synced;  // an overwrite or a truncation that did not reach the disk
    }
    node->synced = node->now;
  }
  powerless_ = false;
  fail_at_ = 0;
  ++life_;
}

void FaultyFileSystem::kill() {
  MutexLock lock(mutex_);
  powerless_ = false;
  fail_at_ = 0;
  ++life_;
}

std::string FaultyFileSystem::contents(const std::string& path) const {
  MutexLock lock(mutex_);
  const auto found = names_.find(path);
  return found == names_.end() ? std::string() : found->second->now;
}

void FaultyFileSystem::set_contents(const std::string& path, std::string bytes) {
  MutexLock lock(mutex_);
  auto node = std::make_shared<Node>();
  node->now = bytes;
  node->synced = std::move(bytes);
  names_[path] = node;
  durable_names_[path] = node;
}

std::vector<std::string> FaultyFileSystem::paths() const {
  MutexLock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, node] : names_) {
    out.push_back(name);
  }
  return out;
}

Result<std::unique_ptr<File>> FaultyFileSystem::open(const std::string& path, OpenMode mode) {
  MutexLock lock(mutex_);
  const auto found = names_.find(path);
  const bool creates =
      mode == OpenMode::kAppend || mode == OpenMode::kCreateNew || mode == OpenMode::kCreatePrivate;
  if (found != names_.end()) {
    if (mode == OpenMode::kCreateNew || mode == OpenMode::kCreatePrivate) {
      return fail(ErrorCode::kConflict, "opening {}: it exists", path);
    }
    return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, found->second, life_));
  }
  if (!creates) {
    return fail(ErrorCode::kNotFound, "opening {}: it does not exist", path);
  }
  bool half = false;
  TRY(enter(half));
  const auto node = std::make_shared<Node>();
  names_[path] = node;
  return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, node, life_));
}

Result<FileInfo> FaultyFileSystem::info(const std::string& path) {
  MutexLock lock(mutex_);
  FileInfo info;
  const auto found = names_.find(path);
  if (found == names_.end()) {
    if (std::ranges::find(directories_, path) == directories_.end()) {
      return fail(ErrorCode::kNotFound, "looking at {}: it does not exist", path);
    }
    info.is_directory = true;
    return info;
  }
  info.size = found->second->now.size();
  return info;
}

Status FaultyFileSystem::rename(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  const auto found = names_.find(from);
  if (found == names_.end()) {
    return fail(ErrorCode::kNotFound, "renaming {}: it does not exist", from);
  }
  bool half = false;
  TRY(enter(half));
  names_[to] = found->second;
  names_.erase(found);
  return {};
}

Status FaultyFileSystem::remove(const std::string& path) {
  MutexLock lock(mutex_);
  if (!names_.contains(path)) {
    return fail(ErrorCode::kNotFound, "removing {}: it does not exist", path);
  }
  bool half = false;
  TRY(enter(half));
  names_.erase(path);
  return {};
}

Status FaultyFileSystem::create_directories(const std::string& path) {
  MutexLock lock(mutex_);
  if (std::ranges::find(directories_, path) == directories_.end()) {
    directories_.push_back(path);
  }
  return {};
}

Result<std::vector<std::string>> FaultyFileSystem::list(const std::string& path) {
  MutexLock lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, node] : names_) {
    if (parent_directory(name) == path) {
      out.push_back(name.substr(path.size() + 1));
    }
  }
  return out;
}

Status FaultyFileSystem::sync_directory(const std::string& path) {
  MutexLock lock(mutex_);
  bool half = false;
  TRY(enter(half));
  std::erase_if(durable_names_,
                [&path](const auto& entry) { return parent_directory(entry.first) == path; });
  for (const auto& [name, node] : names_) {
    if (parent_directory(name) == path) {
      durable_names_[name] = node;
    }
  }
  return {};
}

Result<std::uint64_t> FaultyFileSystem::free_bytes(const std::string& /*path*/) {
  MutexLock lock(mutex_);
  return capacity_ == UINT64_MAX ? UINT64_MAX : capacity_ - std::min(capacity_, used());
}

}  // namespace tocsin
