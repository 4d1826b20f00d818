// FieldScope: what a field's name means at one place of a query, as SQL. The events of one kind of
// part are one scope (part_scope.h), the rows between two commands another (stage.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/event_store.h"
#include "model/ecs_fields.h"
#include "query/sql.h"

namespace tocsin {

struct FieldAccess {
  bool present = false;  // else nobody has it: matches nothing
  Sql value;             // null where absent; several texts joined by kValueSeparator
  ColumnType type = ColumnType::kText;
  FieldType meaning = FieldType::kKeyword;
  bool known = false;  // `meaning` is the catalogue's word, not a guess
  bool several = false;
  Sql overflow;  // VARCHAR[] of further values; empty when there can be none
};

class FieldScope {
 public:
  virtual ~FieldScope() = default;
  virtual FieldAccess access(const std::string& field) const = 0;
  // All fields whose name fits a pattern with `*`.
  virtual std::vector<FieldAccess> accesses(const std::string& pattern) const = 0;
  // What a bare word is looked for in: texts that may hold all of these tokens.
  virtual std::vector<FieldAccess> texts(std::span<const std::uint64_t> tokens) const = 0;
  virtual Micros now() const = 0;
};

// The catalogue's type of a field, if it has one.
std::optional<FieldType> known_type(std::string_view field);

// DuckDB's name of a column type.
std::string_view sql_type(ColumnType type);

}  // namespace tocsin
