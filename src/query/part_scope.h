// PartScope: what field names mean in the parts of one shape, and whether a part can match at all.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "index/event_store.h"
#include "query/ast.h"
#include "query/scope.h"

namespace tocsin {

class PartScope final : public Scope {
 public:
  // `part` stands for all parts of its shape and outlives the scope.
  PartScope(const TablePart& part, Micros now) : part_(part), now_(now) {}

  FieldAccess access(const std::string& field) const override;
  std::vector<FieldAccess> accesses(const std::string& pattern) const override;
  std::vector<FieldAccess> texts() const override;
  Micros now() const override { return now_; }

 private:
  const TablePart& part_;
  Micros now_;
};

// The fields of its own that every event has.
bool is_base_field(std::string_view field);

enum class Verdict : std::uint8_t { kNo, kMaybe, kYes };
// Whether the part's events satisfy the condition, as far as its catalogue entry and its token
// filter can tell.
Verdict judge(const Expr& condition, const TablePart& part, Micros now);

// Parts with equal shapes answer the same SQL. `all_fields`: the condition looks at every field.
enum class Reach : std::uint8_t { kNamed, kAllFields };
std::string shape_of(const TablePart& part, const std::set<std::string>& fields, Reach reach);
// Fields that a condition names, and whether it reaches further.
Reach condition_reach(const Expr& condition);

}  // namespace tocsin
