// `field:value` as SQL. The meaning of every form is in docs/query.md; query/oracle_test.cc holds
// it against a naive evaluation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "query/ast.h"
#include "query/field_scope.h"

namespace tocsin {

// True or null-or-false: put `IS NOT TRUE` behind it to negate.
Sql match_sql(const Expr& match, const FieldAccess& field, Micros now);
Sql exists_sql(const FieldAccess& field);
// A bare word or phrase in one text.
Sql word_sql(const MatchValue& word, const FieldAccess& field);

// "2026-11-23", full ISO times, "now", "now-15m"; a date alone is a whole day.
struct TimeSpan {
  Micros begin;
  Micros end;  // exclusive; begin + 1 µs for a point
};
std::optional<TimeSpan> parse_query_time(std::string_view text, Micros now);

// The pattern as a LIKE pattern (escape character '\'), and as a regular expression of words.
std::string like_pattern(const MatchValue& value);
std::string words_regex(const MatchValue& value);
// The tokens that a text needs to satisfy a bare word or phrase; none when they cannot be told.
std::vector<std::uint64_t> word_tokens(const MatchValue& value);
// Without escapes, for values that are no patterns.
std::string plain_text(const MatchValue& value);

}  // namespace tocsin
