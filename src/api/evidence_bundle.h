// The bundle of journal/evidence.h, from a Journal. A border of its own between journal/evidence.h
// and index/event_store.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "journal/journal.h"

namespace tocsin {

// `ranges`: half-open, ascending. Gives how many records were written.
Result<std::uint64_t> write_bundle(Journal& journal, const std::vector<std::pair<Seq, Seq>>& ranges,
                                   const std::string& query, Micros now,
                                   const std::function<Status(std::string_view)>& out);

}  // namespace tocsin
