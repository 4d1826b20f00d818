// The datasets that the program itself writes.
#pragma once

#include <string_view>

namespace tocsin {

// What people, keys and the program did; also the name of the source of both.
inline constexpr std::string_view kAuditDataset = "tocsin.audit";
// What people and keys looked for. A query sees it only when it names it: a search for "evil" must
// not find itself.
inline constexpr std::string_view kReadsDataset = "tocsin.reads";

}  // namespace tocsin
