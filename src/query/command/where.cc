// where CONDITION
#include "query/command/list.h"
#include "query/expression_parser.h"
#include "query/stage.h"

namespace tocsin {
namespace {

class Where final : public Command {
 public:
  explicit Where(ExprPtr condition) : condition_(std::move(condition)) {}

  void collect_fields(std::set<std::string>& names) const override {
    tocsin::collect_fields(*condition_, names);
  }
  Status apply(Stage& stage) const override {
    TRY_ASSIGN(const Sql condition, predicate_sql(*condition_, stage));
    stage.filter(condition);
    return {};
  }
  bool is_row_wise() const override { return true; }
  ExprPtr condition() const override { return condition_; }

 private:
  ExprPtr condition_;
};

}  // namespace

Result<CommandPtr> parse_where(Cursor& cursor) {
  TRY_ASSIGN(ExprPtr condition, parse_expression(cursor));
  return CommandPtr(std::make_unique<const Where>(std::move(condition)));
}

}  // namespace tocsin
