#include "query/match_sql.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"
#include "base/time_text.h"
#include "index/tokens.h"

namespace tocsin {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Calls on(literal char) and on_any() along a pattern.
template <class OnChar, class OnAny>
void walk_pattern(const MatchValue& value, OnChar on_char, OnAny on_any) {
  for (std::size_t i = 0; i < value.text.size(); ++i) {
    const char c = value.text[i];
    if (value.pattern && c == '\\' && i + 1 < value.text.size()) {
      on_char(value.text[++i]);
    } else if (value.pattern && c == '*') {
      on_any();
    } else {
      on_char(c);
    }
  }
}

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80U;
}

// Whether a text element x satisfies the match.
class TextTest {
 public:
  TextTest(const Expr& match, const FieldAccess& field) : match_(match), field_(field) {
    if (match.op != CompareOp::kEqual) {
      number_ = match.value.quoted ? std::nullopt : parse_double(match.value.text);
      return;
    }
    const bool may_be_address = field.meaning == FieldType::kIp || !field.known;
    if (may_be_address && !match.value.pattern) {
      const bool is_network = match.value.text.find('/') != std::string::npos;
      network_ = is_network ? parse_network(match.value.text) : std::nullopt;
      if (const auto address = parse_ip(match.value.text);
          address && field.meaning == FieldType::kIp) {
        address_ = ip_text(*address);
      }
    }
  }

  Sql on(const Sql& x) const {
    const MatchValue& value = match_.value;
    if (match_.op != CompareOp::kEqual) {
      return ordered(x);
    }
    if (field_.meaning == FieldType::kText) {
      return words(x);
    }
    if (value.pattern) {
      return sql_of("(", x, " ILIKE ").bind(like_pattern(value)).add(" ESCAPE '\\')");
    }
    if (network_) {
      return in_network(x);
    }
    return sql_of(x, " = ").bind(address_.empty() ? value.text : address_);
  }
  // "x = ?" and nothing more.
  bool is_plain_equality() const {
    return match_.op == CompareOp::kEqual && field_.meaning != FieldType::kText &&
           !match_.value.pattern && !network_;
  }

 private:
  Sql ordered(const Sql& x) const {
    const std::string op = fmt::format(" {} ", compare_op_text(match_.op));
    if (number_) {
      return sql_of("TRY_CAST(", x, " AS DOUBLE)", op).bind(*number_);
    }
    return sql_of(x, op).bind(match_.value.text);
  }
  Sql words(const Sql& x) const {
    if (!match_.value.pattern) {
      return sql_of("tocsin_has_word(", x, ", ").bind(match_.value.text).add(")");
    }
    return sql_of("regexp_matches(", x, ", ").bind(words_regex(match_.value)).add(", 's')");
  }
  Sql in_network(const Sql& x) const {
    constexpr unsigned kV4Bits = 96;
    constexpr unsigned kOctetBits = 8;
    Sql out = "(";
    const bool v4 = network_->base.is_v4() && network_->prefix_bits >= kV4Bits + kOctetBits;
    if (v4) {  // the octets that are fixed, in text, spare most addresses the reading
      const unsigned octets = (network_->prefix_bits - kV4Bits) / kOctetBits;
      std::string start;
      for (unsigned i = 0; i < octets; ++i) {
        start +=
            fmt::format("{}{}", network_->base.v4() >> (24 - 8 * i) & 0xFFU, i == 3 ? "" : ".");
      }
      out.add(sql_of("starts_with(", x, ", ").bind(start).add(") AND "));
    }
    out.add(sql_of("tocsin_in_network(", x, ", ").bind(match_.value.text).add("))"));
    return out;
  }

  const Expr& match_;
  const FieldAccess& field_;
  std::optional<double> number_;
  std::optional<IpNetwork> network_;
  std::string address_;
};

Sql text_match(const Expr& match, const FieldAccess& field) {
  const TextTest test(match, field);
  if (!field.several) {
    return test.on(field.value);
  }
  const Sql list = sql_of("string_split(", field.value, ", chr(31))");
  if (test.is_plain_equality()) {
    return sql_of("(", test.on(field.value), " OR (contains(", field.value,
                  ", chr(31)) AND len(list_filter(", list, ", lambda x: ", test.on("x"),
                  ")) > 0))");
  }
  return sql_of("(len(list_filter(", list, ", lambda x: ", test.on("x"), ")) > 0)");
}

Sql number_match(const Expr& match, const FieldAccess& field) {
  if (match.value.pattern) {
    if (match.op != CompareOp::kEqual) {
      return "FALSE";
    }
    return sql_of("(CAST(", field.value, " AS VARCHAR) ILIKE ")
        .bind(like_pattern(match.value))
        .add(" ESCAPE '\\')");
  }
  const std::string op = fmt::format(" {} ", compare_op_text(match.op));
  if (const auto whole = parse_int(match.value.text)) {
    return sql_of(field.value, op).bind(*whole);
  }
  if (const auto real = parse_double(match.value.text)) {
    return sql_of(field.value, op).bind(*real);
  }
  return "FALSE";
}

Sql bool_match(const Expr& match, const FieldAccess& field) {
  const bool truth = equals_ignore_case(match.value.text, "true");
  if (match.op != CompareOp::kEqual || (!truth && !equals_ignore_case(match.value.text, "false"))) {
    return "FALSE";
  }
  return sql_of(field.value, " = ").bind(truth);
}

Sql time_match(const Expr& match, const FieldAccess& field, Micros now) {
  const auto span = match.value.pattern ? std::nullopt : parse_query_time(match.value.text, now);
  if (!span) {
    return "FALSE";
  }
  switch (match.op) {
    case CompareOp::kEqual:
      return sql_of("(", field.value, " >= ")
          .bind(span->begin)
          .add(sql_of(" AND ", field.value, " < ").bind(span->end))
          .add(")");
    case CompareOp::kNotEqual:
      return "FALSE";  // the parser writes it as not (=)
    case CompareOp::kLess:
      return sql_of(field.value, " < ").bind(span->begin);
    case CompareOp::kLessEqual:
      return sql_of(field.value, " < ").bind(span->end);
    case CompareOp::kMore:
      return sql_of(field.value, " >= ").bind(span->end);
    case CompareOp::kMoreEqual:
      return sql_of(field.value, " >= ").bind(span->begin);
  }
  return "FALSE";
}

Sql column_match(const Expr& match, const FieldAccess& field, Micros now) {
  switch (field.type) {
    case ColumnType::kText:
      return text_match(match, field);
    case ColumnType::kTextList:
      return sql_of("(len(list_filter(", field.value,
                    ", lambda x: ", TextTest(match, field).on("x"), ")) > 0)");
    case ColumnType::kLong:
    case ColumnType::kDouble:
      return number_match(match, field);
    case ColumnType::kBool:
      return bool_match(match, field);
    case ColumnType::kTime:
      return time_match(match, field, now);
  }
  return "FALSE";
}

// Values in _overflow are texts, whatever the field is; a number may be among them.
Sql overflow_match(const Expr& match, const FieldAccess& field) {
  FieldAccess as_text = field;
  as_text.type = ColumnType::kText;
  Sql test = TextTest(match, as_text).on("x");
  if (field.type != ColumnType::kText && match.op == CompareOp::kEqual && !match.value.pattern) {
    if (const auto number = parse_double(match.value.text)) {
      test = sql_of("(", test, " OR TRY_CAST(x AS DOUBLE) = ").bind(*number).add(")");
    }
  }
  return sql_of("(len(list_filter(", field.overflow, ", lambda x: ", test, ")) > 0)");
}

}  // namespace

std::string like_pattern(const MatchValue& value) {
  std::string out;
  walk_pattern(
      value,
      [&out](char c) {
        if (c == '%' || c == '_' || c == '\\') {
          out.push_back('\\');
        }
        out.push_back(c);
      },
      [&out] { out.push_back('%'); });
  return out;
}

std::string plain_text(const MatchValue& value) {
  std::string out;
  walk_pattern(value, [&out](char c) { out.push_back(c); }, [&out] { out.push_back('*'); });
  return out;
}

std::vector<std::uint64_t> word_tokens(const MatchValue& value) {
  const bool ascii =
      std::ranges::all_of(value.text, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
  return value.pattern || !ascii ? std::vector<std::uint64_t>() : tokens_of_words(value.text);
}

// A word ends where no letter, digit, '_' or non-ASCII character goes on (as in index/tokens.h).
std::string words_regex(const MatchValue& value) {
  constexpr std::string_view kBefore = R"((?:^|[^0-9A-Za-z_\x{80}-\x{10FFFF}]))";
  constexpr std::string_view kBehind = R"((?:$|[^0-9A-Za-z_\x{80}-\x{10FFFF}]))";
  std::string body;
  bool first_is_word = false;
  bool last_is_word = false;
  bool any = false;
  walk_pattern(
      value,
      [&](char c) {
        last_is_word = is_word_char(c);
        first_is_word = any ? first_is_word : last_is_word;
        any = true;
        if (!is_word_char(c)) {
          body.push_back('\\');
        }
        if (c == '\n') {
          body += "n";
        } else {
          body.push_back(c);
        }
      },
      [&] {
        body += ".*";
        last_is_word = false;
        any = true;
      });
  return fmt::format("(?i){}{}{}", first_is_word ? kBefore : "", body, last_is_word ? kBehind : "");
}

std::optional<TimeSpan> parse_query_time(std::string_view text, Micros now) {
  constexpr std::size_t kDateBytes = 10;
  if (text.starts_with("now")) {
    std::string_view rest = text.substr(3);
    std::int64_t at = now.value;
    if (!rest.empty()) {
      const auto span = parse_span(rest.substr(1));
      if (!span || (rest[0] != '-' && rest[0] != '+')) {
        return std::nullopt;
      }
      at += rest[0] == '-' ? -span->value : span->value;
    }
    return TimeSpan{Micros(at), Micros(at + 1)};
  }
  const auto time = parse_iso_time(text);
  if (!time) {
    return std::nullopt;
  }
  const std::int64_t length = text.size() == kDateBytes ? kMicrosPerDay : 1;
  return TimeSpan{*time, Micros(time->value + length)};
}

Sql match_sql(const Expr& match, const FieldAccess& field, Micros now) {
  if (!field.present) {
    return "FALSE";
  }
  if (field.overflow.empty()) {
    return column_match(match, field, now);
  }
  if (field.value.empty()) {
    return overflow_match(match, field);
  }
  return sql_of("(", column_match(match, field, now), " OR ", overflow_match(match, field), ")");
}

Sql exists_sql(const FieldAccess& field) {
  if (!field.present) {
    return "FALSE";
  }
  if (field.overflow.empty()) {
    return sql_of(field.value, " IS NOT NULL");
  }
  if (field.value.empty()) {
    return sql_of("(len(", field.overflow, ") > 0)");
  }
  return sql_of("(", field.value, " IS NOT NULL OR len(", field.overflow, ") > 0)");
}

Sql word_sql(const MatchValue& word, const FieldAccess& field) {
  if (word.pattern) {
    return sql_of("regexp_matches(", field.value, ", ").bind(words_regex(word)).add(", 's')");
  }
  if (field.meaning == FieldType::kIp && !field.several && is_address_word(word.text)) {
    return sql_of(field.value, " = ").bind(word.text);
  }
  return sql_of("tocsin_has_word(", field.value, ", ").bind(word.text).add(")");
}

}  // namespace tocsin
