// head [N]      the first N rows (10)
#include "query/command/head.h"

#include "base/text.h"
#include "query/command/list.h"
#include "query/stage.h"

namespace tocsin {

Status Head::apply(Stage& stage) const {
  stage.keep_first(rows_);
  return {};
}

Result<CommandPtr> parse_head(Cursor& cursor) {
  std::uint64_t rows = 10;
  if (!cursor.at_command_end()) {
    TRY_ASSIGN(rows, cursor.count("the number of rows", kRowsMax));
  }
  return CommandPtr(std::make_unique<const Head>(rows));
}

}  // namespace tocsin
