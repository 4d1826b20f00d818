// A decision as JSON for receivers, and as the values of a command's placeholders.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"
#include "enforce/standing.h"

namespace tocsin {

// What happened to a decision; "begin" or "end".
enum class DecisionMoment : std::uint8_t { kBegin, kEnd };
std::string_view moment_name(DecisionMoment moment);

// The members of one decision, for an object that the caller has begun and ends.
void write_enforced(JsonWriter& json, const Standing& standing, DecisionMoment moment, Span now);

// "{id} {moment} {kind} {scope} {value} {seconds} {until} {reason} {rule} {origin} {rate}
// {redirect_to}" inside one word of a command; each is put in as it is, in this one word.
std::string filled(std::string_view word, const Standing& standing, DecisionMoment moment,
                   Span now);
// kInvalid for a placeholder that does not exist.
Status check_placeholders(std::string_view word);

// A command as a person writes it, cut into words: spaces separate, '…' and "…" hold together,
// nothing else has a meaning (no shell). kInvalid for an open quote or no word.
Result<std::vector<std::string>> command_words(std::string_view command);

}  // namespace tocsin
