// tail [N]      the last N rows (10), in the same order
#include "base/text.h"
#include "query/command/list.h"
#include "query/stage.h"

namespace tocsin {
namespace {

class Tail final : public Command {
 public:
  explicit Tail(std::uint64_t rows) : rows_(rows) {}

  void collect_fields(std::set<std::string>&) const override {}
  Status apply(Stage& stage) const override {
    stage.keep_last(rows_);
    return {};
  }

 private:
  std::uint64_t rows_;
};

}  // namespace

Result<CommandPtr> parse_tail(Cursor& cursor) {
  std::uint64_t rows = 10;
  if (!cursor.at_command_end()) {
    TRY_ASSIGN(rows, cursor.count("the number of rows", kRowsMax));
  }
  return CommandPtr(std::make_unique<const Tail>(rows));
}

}  // namespace tocsin
