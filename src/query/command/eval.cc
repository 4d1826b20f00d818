// eval NAME = EXPRESSION [, NAME = EXPRESSION …]
#include "query/command/list.h"
#include "query/expression_parser.h"
#include "query/stage.h"

namespace tocsin {
namespace {

struct Assignment {
  std::string name;
  ExprPtr value;
};

class Eval final : public Command {
 public:
  explicit Eval(std::vector<Assignment> assignments) : assignments_(std::move(assignments)) {}

  void collect_fields(std::set<std::string>& names) const override {
    for (const Assignment& assignment : assignments_) {
      tocsin::collect_fields(*assignment.value, names);
    }
  }
  Status apply(Stage& stage) const override {
    for (const Assignment& assignment : assignments_) {
      TRY_ASSIGN(const TypedSql value, value_sql(*assignment.value, stage));
      stage.compute(assignment.name, value);
    }
    return {};
  }
  bool is_row_wise() const override { return true; }

 private:
  std::vector<Assignment> assignments_;
};

}  // namespace

Result<CommandPtr> parse_eval(Cursor& cursor) {
  constexpr std::size_t kAssignmentsMax = 32;
  std::vector<Assignment> assignments;
  do {
    Assignment assignment;
    TRY_ASSIGN(assignment.name, cursor.name("a name for the new field"));
    if (!cursor.take("=")) {
      return cursor.error("= and an expression are expected here");
    }
    TRY_ASSIGN(assignment.value, parse_expression(cursor));
    if (assignments.size() >= kAssignmentsMax) {
      return cursor.error("too many assignments");
    }
    assignments.push_back(std::move(assignment));
  } while (cursor.take(","));
  return CommandPtr(std::make_unique<const Eval>(std::move(assignments)));
}

}  // namespace tocsin
