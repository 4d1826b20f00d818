#include "api/seq_query.h"

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

// The user's text was parsed by itself before: what follows the pipe cannot change its meaning.
Result<Query> narrowed(std::string_view text, Seq begin, Seq end, std::string_view rest) {
  const std::string range = fmt::format("_seq >= {} and _seq < {}{}", begin.value, end.value, rest);
  if (trim(text).empty()) {
    return parse_query(range);
  }
  TRY_ASSIGN(const Query alone, parse_query(text));
  if (!gives_events(alone)) {
    return fail(ErrorCode::kInvalid,
                "this wants a query that gives events: without stats, timechart, top and the like");
  }
  return parse_query(fmt::format("{} | where {}", text, range));
}

}  // namespace

Result<Query> query_of_seqs(std::string_view text, Seq begin, Seq end) {
  return narrowed(text, begin, end, "");
}

Result<Query> count_of_seqs(std::string_view text, Seq begin, Seq end) {
  return narrowed(text, begin, end, " | stats count");
}

}  // namespace tocsin
