// YamlFile: YAML 1.2 text as an immutable tree that knows where each node stands in its file.
//
// For: configuration, rules, taxonomies. Not for: writing YAML, comments, tags (ignored), mappings
// whose keys are not scalars (refused). Plain scalars are typed by the YAML 1.2 core schema (so
// "yes" is text); quoted ones are text. Duplicate keys are errors. An alias is the same node again;
// the size of the tree with all aliases followed is limited, so that no file can grow when read.
// A value (movable); const use from several threads is safe.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tocsin {

enum class YamlKind : std::uint8_t { kNull, kBool, kInt, kDouble, kText, kSequence, kMapping };
std::string_view yaml_kind_name(YamlKind kind);  // "number", "text", "list", … for messages

class YamlNode;

struct YamlEntry {
  const YamlNode* key;  // always a scalar
  const YamlNode* value;
};

class YamlNode {
 public:
  YamlKind kind() const { return kind_; }
  int line() const { return line_; }      // from 1
  int column() const { return column_; }  // from 1
  bool is_scalar() const { return kind_ < YamlKind::kSequence; }
  bool is_sequence() const { return kind_ == YamlKind::kSequence; }
  bool is_mapping() const { return kind_ == YamlKind::kMapping; }
  bool is_null() const { return kind_ == YamlKind::kNull; }

  // A scalar's text as written, after quotes and escapes; empty for collections.
  const std::string& text() const { return text_; }
  // Valid for the kind only; as_double also for kInt.
  bool as_bool() const { return int_ != 0; }
  std::int64_t as_int() const { return int_; }
  double as_double() const;

  const std::vector<const YamlNode*>& items() const { return items_; }  // of a sequence
  const std::vector<YamlEntry>& entries() const { return entries_; }    // of a mapping, as written
  // Value of a key, or null pointer. Linear.
  const YamlNode* find(std::string_view key) const;

 private:
  friend class YamlReader;

  YamlKind kind_ = YamlKind::kNull;
  int line_ = 1;
  int column_ = 1;
  std::int64_t int_ = 0;
  double double_ = 0;
  std::uint64_t weight_ = 1;  // nodes below, aliases followed
  std::string text_;
  std::vector<const YamlNode*> items_;
  std::vector<YamlEntry> entries_;
};

struct YamlDocument {
  const YamlNode* root;
  std::string_view source;  // its text, a view into YamlFile::text()
};

struct YamlLimits {
  std::size_t bytes_max = 4U << 20U;
  std::size_t depth_max = 32;
  std::size_t nodes_max = 500'000;  // with aliases followed
  std::size_t documents_max = 1'000;
};

class YamlFile {
 public:
  // `name` is what errors call the file: "name:line:column: text".
  static Result<YamlFile> parse(std::string_view text, std::string name, const YamlLimits& = {});

  const std::string& name() const { return name_; }
  const std::string& text() const { return *text_; }
  // Documents that are not empty, in order.
  const std::vector<YamlDocument>& documents() const { return documents_; }

  // "name:line:column: what"
  Error error_at(const YamlNode& node, std::string_view what) const;

 private:
  friend class YamlReader;

  std::string name_;
  std::unique_ptr<const std::string> text_;
  std::deque<YamlNode> nodes_;
  std::vector<YamlDocument> documents_;
};

}  // namespace tocsin
