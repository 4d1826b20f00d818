// The commands' doors: each reads its own syntax, behind its name.
#pragma once

#include "query/command.h"
#include "query/cursor.h"

namespace tocsin {

Result<CommandPtr> parse_where(Cursor& cursor);
Result<CommandPtr> parse_eval(Cursor& cursor);
Result<CommandPtr> parse_stats(Cursor& cursor);
Result<CommandPtr> parse_timechart(Cursor& cursor);
Result<CommandPtr> parse_top(Cursor& cursor);
Result<CommandPtr> parse_rare(Cursor& cursor);
Result<CommandPtr> parse_sort(Cursor& cursor);
Result<CommandPtr> parse_head(Cursor& cursor);
Result<CommandPtr> parse_tail(Cursor& cursor);
Result<CommandPtr> parse_fields(Cursor& cursor);
Result<CommandPtr> parse_dedup(Cursor& cursor);

}  // namespace tocsin
