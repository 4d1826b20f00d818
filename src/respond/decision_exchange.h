// Decisions as files: JSON and CSV as CrowdSec's `cscli decisions` writes and reads them, and plain
// lists of values. Pure; the parser takes bytes from anybody.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "respond/decision_snapshot.h"
#include "respond/new_decision.h"

namespace tocsin {

enum class ExchangeFormat : std::uint8_t { kJson, kCsv, kPlain };
std::optional<ExchangeFormat> parse_exchange_format(std::string_view word);

inline constexpr std::size_t kImportBytesMax = std::size_t{256} << 20U;
inline constexpr std::size_t kImportEntriesMax = 1'000'000;
inline constexpr std::size_t kImportMistakesKept = 100;

struct ImportMistake {
  std::size_t entry = 0;  // number of the line, or of the element of the array, from 1
  std::string what;
};

struct Import {
  std::vector<NewDecision> decisions;
  std::size_t mistakes = 0;
  std::vector<ImportMistake> shown;  // the first of them
};

// `pattern` gives what an entry does not say: proposer, kind, duration, reason, decided_by, origin.
// Words of CrowdSec: "ban" is block, "captcha" challenge; scopes "Ip", "Range", "AS", "Country",
// "username". An entry whose duration is over is a mistake. kInvalid when the whole is unreadable,
// kTooLarge past the limits.
Result<Import> parse_import(std::string_view text, ExchangeFormat format,
                            const NewDecision& pattern);

// What stands at `now`. JSON and CSV can be read by cscli, JSON names more than cscli reads.
std::string export_decisions(const DecisionSnapshot& decisions, Micros now, ExchangeFormat format);

// "3h59m52s", "24h", "-5s", "1.5h"; and our own "30d". Nothing for other texts.
std::optional<Span> parse_list_duration(std::string_view text);
// CrowdSec's words for a kind: "ban", "captcha", else our own.
std::string_view list_type_name(DecisionKind kind);

}  // namespace tocsin
