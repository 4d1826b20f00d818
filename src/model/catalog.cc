#include "model/catalog.h"

#include <algorithm>

#include "base/check.h"

namespace tocsin {

std::optional<std::uint32_t> NameTable::intern(std::string_view name) {
  MutexLock lock(mutex_);
  if (const auto found = ids_.find(name); found != ids_.end()) {
    return found->second;
  }
  if (names_.size() >= names_max_) {
    return std::nullopt;
  }
  const auto id = static_cast<std::uint32_t>(names_.size());
  names_.emplace_back(name);
  ids_.emplace(names_.back(), id);
  return id;
}

std::optional<std::uint32_t> NameTable::find(std::string_view name) const {
  MutexLock lock(mutex_);
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::string_view NameTable::name(std::uint32_t id) const {
  MutexLock lock(mutex_);
  CHECK(id < names_.size());
  return names_[id];
}

std::size_t NameTable::size() const {
  MutexLock lock(mutex_);
  return names_.size();
}

FieldCatalog::FieldCatalog() : table_(kFieldsMax) {
  for (const KnownField& field : kKnownFields) {
    CHECK(table_.intern(field.name).has_value());
  }
}

std::optional<FieldId> FieldCatalog::intern(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) {
    return std::nullopt;
  }
  const auto id = table_.intern(name);
  return id ? std::optional(FieldId(*id)) : std::nullopt;
}

std::optional<FieldId> FieldCatalog::find(std::string_view name) const {
  const auto id = table_.find(name);
  return id ? std::optional(FieldId(*id)) : std::nullopt;
}

DatasetId DatasetCatalog::intern(std::string_view name) {
  const bool clean = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  }) && name.front() != '.';
  const auto id = table_.intern(clean ? name : kUndecodedDataset);
  if (id) {
    return DatasetId(*id);
  }
  const auto undecoded = table_.find(kUndecodedDataset);
  return DatasetId(undecoded.value_or(0));
}

std::optional<DatasetId> DatasetCatalog::find(std::string_view name) const {
  const auto id = table_.find(name);
  return id ? std::optional(DatasetId(*id)) : std::nullopt;
}

std::optional<FieldId> FieldNames::intern(std::string_view name) {
  if (const auto found = seen_.find(name); found != seen_.end()) {
    return found->second;
  }
  const auto id = catalog_.intern(name);
  if (id) {
    seen_.emplace(catalog_.name(*id), *id);
  }
  return id;
}

}  // namespace tocsin
