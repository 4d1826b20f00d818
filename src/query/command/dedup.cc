// dedup [N] FIELD [, FIELD …]      the first N rows (1) of each combination of values
#include "base/text.h"
#include "query/aggregate.h"
#include "query/command/list.h"

namespace tocsin {
namespace {

class Dedup final : public Command {
 public:
  Dedup(std::uint64_t rows, std::vector<std::string> fields)
      : rows_(rows), fields_(std::move(fields)) {}

  void collect_fields(std::set<std::string>& names) const override {
    names.insert(fields_.begin(), fields_.end());
  }
  Status apply(Stage& stage) const override {
    std::vector<std::string> ids;
    for (const std::string& field : fields_) {
      const StageColumn* column = stage.find(field);
      ids.push_back(column != nullptr ? column->id : "CAST(NULL AS VARCHAR)");
    }
    stage.keep_first_of_each(ids, rows_);
    return {};
  }

 private:
  std::uint64_t rows_;
  std::vector<std::string> fields_;
};

}  // namespace

Result<CommandPtr> parse_dedup(Cursor& cursor) {
  std::uint64_t rows = 1;
  cursor.skip_space();
  if (is_digit(cursor.peek())) {
    TRY_ASSIGN(rows, cursor.count("the number of rows", kRowsMax));
  }
  TRY_ASSIGN(auto fields, parse_names(cursor, "a field"));
  return CommandPtr(std::make_unique<const Dedup>(rows, std::move(fields)));
}

}  // namespace tocsin
