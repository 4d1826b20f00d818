// A query of the language, narrowed to records of a Seq range.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "query/query.h"

namespace tocsin {

// `text` gives events (kInvalid otherwise) or is blank; [begin, end).
Result<Query> query_of_seqs(std::string_view text, Seq begin, Seq end);
// The same, counted.
Result<Query> count_of_seqs(std::string_view text, Seq begin, Seq end);

// The Seqs of the events that a query gives, ascending. kTooLarge when they are more than the
// request's rows_max.
Result<std::vector<Seq>> find_seqs(EventStore& events, const Query& query,
                                   const QueryRequest& request, const Cancel& cancel);

}  // namespace tocsin
