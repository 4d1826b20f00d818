// PartScope: what field names mean in the parts of one shape, and whether a part can match at all.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "index/event_store.h"
#include "query/ast.h"
#include "query/field_scope.h"

namespace tocsin {

class PartScope final : public FieldScope {
 public:
  // The parts have one shape, are not none, and outlive the scope.
  PartScope(std::span<const std::shared_ptr<const TablePart>> parts, Micros now)
      : parts_(parts), part_(*parts.front()), now_(now) {}

  FieldAccess access(const std::string& field) const override;
  std::vector<FieldAccess> accesses(const std::string& pattern) const override;
  std::vector<FieldAccess> texts(std::span<const std::uint64_t> tokens) const override;
  Micros now() const override { return now_; }

 private:
  const std::span<const std::shared_ptr<const TablePart>> parts_;
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
// Where the part may hold each bare word of the condition: parts that agree are searched alike.
std::string places_of_words(const Expr& condition, const TablePart& part);
// Fields that a condition names, and whether it reaches further.
Reach condition_reach(const Expr& condition);

}  // namespace tocsin
