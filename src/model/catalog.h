// NameTable: interns names as dense ids. FieldCatalog and DatasetCatalog are made of it.
//
// Thread-safe; names are never forgotten and ids never change while the process lives, so a
// string_view from name() is valid as long as the table. Bounded: past `names_max` intern() gives
// nothing and the caller counts what it could not name. Workers keep a NameCache in front.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/mutex.h"
#include "base/strong.h"
#include "model/ecs_fields.h"

namespace tocsin {

class NameTable {
 public:
  explicit NameTable(std::size_t names_max) : names_max_(names_max) {}

  std::optional<std::uint32_t> intern(std::string_view name) EXCLUDES(mutex_);
  std::optional<std::uint32_t> find(std::string_view name) const EXCLUDES(mutex_);
  std::string_view name(std::uint32_t id) const EXCLUDES(mutex_);
  std::size_t size() const EXCLUDES(mutex_);

 private:
  const std::size_t names_max_;
  mutable Mutex mutex_;
  std::deque<std::string> names_ GUARDED_BY(mutex_);  // a deque never moves its elements
  std::unordered_map<std::string_view, std::uint32_t> ids_ GUARDED_BY(mutex_);
};

class FieldCatalog {
 public:
  static constexpr std::size_t kFieldsMax = 20'000;
  static constexpr std::size_t kNameBytesMax = 256;

  FieldCatalog();

  // Nothing when the name is empty, longer than kNameBytesMax, or the catalogue is full.
  std::optional<FieldId> intern(std::string_view name);
  std::optional<FieldId> find(std::string_view name) const;
  std::string_view name(FieldId id) const { return table_.name(id.value); }
  // Unknown fields are kKeyword.
  static FieldType type(FieldId id) {
    return id.value < kKnownFields.size() ? kKnownFields[id.value].type : FieldType::kKeyword;
  }
  std::size_t size() const { return table_.size(); }

 private:
  NameTable table_;
};

class DatasetCatalog {
 public:
  static constexpr std::size_t kDatasetsMax = 1'000;

  DatasetCatalog() : table_(kDatasetsMax) {}

  // A name that is empty, too long, not made of [a-z0-9_.-], or one too many is "undecoded".
  DatasetId intern(std::string_view name);
  std::optional<DatasetId> find(std::string_view name) const;
  std::string_view name(DatasetId id) const { return table_.name(id.value); }
  std::size_t size() const { return table_.size(); }

 private:
  NameTable table_;
};

inline constexpr std::string_view kUndecodedDataset = "undecoded";

// A worker's own front of a FieldCatalog: no lock for a name seen before. One thread.
class FieldNames {
 public:
  explicit FieldNames(FieldCatalog& catalog) : catalog_(catalog) {}
  std::optional<FieldId> intern(std::string_view name);
  FieldCatalog& catalog() const { return catalog_; }

 private:
  FieldCatalog& catalog_;
  std::unordered_map<std::string_view, FieldId> seen_;  // keys are the catalogue's own views
};

}  // namespace tocsin
