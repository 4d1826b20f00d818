#include "query/part_scope.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"
#include "index/sql_text.h"
#include "index/tokens.h"
#include "query/match_sql.h"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 4> kBaseFields = {kSeqColumn, kTimeColumn, kIngestedColumn,
                                                         kDatasetField};

std::string json_pointer(std::string_view field) {
  std::string out = "/";
  for (const char c : field) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

FieldAccess access_column(const PartColumn& column) {
  FieldAccess access;
  access.present = true;
  access.type = column.type;
  const auto known = known_type(column.name);
  access.known = known.has_value();
  access.meaning = known.value_or(FieldType::kKeyword);
  access.several = column.several;
  if (column.stored) {
    access.value = Sql(sql_name(column.name));
  }
  if (column.overflow) {
    access.overflow = sql_of("TRY_CAST(json_extract(", sql_name(kOverflowColumn), ", ")
                          .bind(json_pointer(column.name))
                          .add(") AS VARCHAR[])");
  }
  return access;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

Verdict dataset_verdict(const Expr& match, const std::string& dataset) {
  if (match.op != CompareOp::kEqual) {
    return Verdict::kMaybe;
  }
  const bool same = match.value.pattern
                        ? glob_match(to_lower(plain_text(match.value)), to_lower(dataset))
                        : match.value.text == dataset;
  return same ? Verdict::kYes : Verdict::kNo;
}

Verdict time_verdict(const Expr& match, const TablePart& part, Micros now) {
  const auto span = match.value.pattern ? std::nullopt : parse_query_time(match.value.text, now);
  if (!span) {
    return Verdict::kNo;
  }
  switch (match.op) {
    case CompareOp::kEqual:
    case CompareOp::kNotEqual:
      return part.time_max < span->begin || part.time_min >= span->end ? Verdict::kNo
                                                                       : Verdict::kMaybe;
    case CompareOp::kLess:
      return part.time_min >= span->begin ? Verdict::kNo : Verdict::kMaybe;
    case CompareOp::kLessEqual:
      return part.time_min >= span->end ? Verdict::kNo : Verdict::kMaybe;
    case CompareOp::kMore:
      return part.time_max < span->end ? Verdict::kNo : Verdict::kMaybe;
    case CompareOp::kMoreEqual:
      return part.time_max < span->begin ? Verdict::kNo : Verdict::kMaybe;
  }
  return Verdict::kMaybe;
}

Verdict held(const TablePart& part, const std::string& column,
             const std::vector<std::uint64_t>& tokens) {
  return tokens.empty() || part.may_hold(column, tokens) ? Verdict::kMaybe : Verdict::kNo;
}

Verdict text_verdict(const Expr& match, const PartColumn& column, const TablePart& part) {
  const std::string& text = match.value.text;
  if (match.op != CompareOp::kEqual || match.value.pattern || column.overflow) {
    return Verdict::kMaybe;
  }
  const auto known = known_type(column.name);
  const FieldType meaning = known.value_or(FieldType::kKeyword);
  if (meaning == FieldType::kText) {
    return is_ascii(text) ? held(part, column.name, tokens_of_words(text)) : Verdict::kMaybe;
  }
  const bool may_be_network = meaning == FieldType::kIp || !known;
  if (may_be_network && text.find('/') != std::string::npos && parse_network(text)) {
    return Verdict::kMaybe;
  }
  const auto address = meaning == FieldType::kIp ? parse_ip(text) : std::nullopt;
  return held(part, column.name, tokens_of_value(address ? ip_text(*address) : text));
}

Verdict match_verdict(const Expr& match, const TablePart& part, Micros now) {
  if (match.name == kDatasetField) {
    return match.kind == ExprKind::kExists ? Verdict::kYes : dataset_verdict(match, part.dataset);
  }
  if (match.name.find('*') != std::string::npos) {
    return Verdict::kMaybe;
  }
  if (match.kind == ExprKind::kMatch && match.name == kTimeColumn) {
    return time_verdict(match, part, now);
  }
  if (is_base_field(match.name)) {
    return Verdict::kMaybe;
  }
  const PartColumn* column = part.column(match.name);
  if (column == nullptr) {
    return Verdict::kNo;
  }
  const bool text = match.kind == ExprKind::kMatch && column->type == ColumnType::kText;
  return text ? text_verdict(match, *column, part) : Verdict::kMaybe;
}

Verdict word_verdict(const MatchValue& word, const TablePart& part) {
  // What stands in _overflow is JSON there: its words may look different.
  if (part.has_overflow) {
    return Verdict::kMaybe;
  }
  const std::vector<std::uint64_t> tokens = word_tokens(word);
  const bool may = std::ranges::any_of(part.columns, [&](const PartColumn& column) {
    return column.stored && column.type == ColumnType::kText && part.may_hold(column.name, tokens);
  });
  return may ? Verdict::kMaybe : Verdict::kNo;
}

}  // namespace

bool is_base_field(std::string_view field) {
  return std::ranges::find(kBaseFields, field) != kBaseFields.end();
}

FieldAccess PartScope::access(const std::string& field) const {
  FieldAccess access;
  if (is_base_field(field)) {
    access.present = true;
    access.known = true;
    if (field == kDatasetField) {
      access.value = sql_of("CAST(").bind(part_.dataset).add(" AS VARCHAR)");
      return access;
    }
    access.value = Sql(sql_name(field));
    access.type = field == kSeqColumn ? ColumnType::kLong : ColumnType::kTime;
    access.meaning = field == kSeqColumn ? FieldType::kLong : FieldType::kDate;
    return access;
  }
  const PartColumn* column = part_.column(field);
  return column == nullptr ? access : access_column(*column);
}

std::vector<FieldAccess> PartScope::accesses(const std::string& pattern) const {
  std::vector<FieldAccess> out;
  for (const std::string_view field : kBaseFields) {
    if (glob_match(pattern, field)) {
      out.push_back(access(std::string(field)));
    }
  }
  for (const PartColumn& column : part_.columns) {
    if (glob_match(pattern, column.name)) {
      out.push_back(access_column(column));
    }
  }
  return out;
}

std::vector<FieldAccess> PartScope::texts(std::span<const std::uint64_t> tokens) const {
  std::vector<FieldAccess> out;
  for (const PartColumn& column : part_.columns) {
    const bool may = column.stored && column.type == ColumnType::kText &&
                     std::ranges::any_of(parts_, [&](const auto& part) {
                       return part->may_hold(column.name, tokens);
                     });
    if (may) {
      out.push_back(access_column(column));
    }
  }
  if (part_.has_overflow) {
    FieldAccess overflow;
    overflow.present = true;
    overflow.value = Sql(sql_name(kOverflowColumn));
    out.push_back(std::move(overflow));
  }
  return out;
}

Verdict judge(const Expr& condition, const TablePart& part, Micros now) {
  switch (condition.kind) {
    case ExprKind::kEverything:
      return Verdict::kYes;
    case ExprKind::kAnd: {
      Verdict verdict = Verdict::kYes;
      for (const ExprPtr& arg : condition.args) {
        verdict = std::min(verdict, judge(*arg, part, now));
        if (verdict == Verdict::kNo) {
          break;
        }
      }
      return verdict;
    }
    case ExprKind::kOr: {
      Verdict verdict = Verdict::kNo;
      for (const ExprPtr& arg : condition.args) {
        verdict = std::max(verdict, judge(*arg, part, now));
        if (verdict == Verdict::kYes) {
          break;
        }
      }
      return verdict;
    }
    case ExprKind::kNot: {
      const Verdict inner = judge(*condition.args[0], part, now);
      return inner == Verdict::kYes  ? Verdict::kNo
             : inner == Verdict::kNo ? Verdict::kYes
                                     : Verdict::kMaybe;
    }
    case ExprKind::kWord:
      return word_verdict(condition.value, part);
    case ExprKind::kMatch:
    case ExprKind::kExists:
      return match_verdict(condition, part, now);
    case ExprKind::kField:
    case ExprKind::kNumber:
    case ExprKind::kText:
    case ExprKind::kBool:
    case ExprKind::kNull:
    case ExprKind::kCompare:
    case ExprKind::kArithmetic:
    case ExprKind::kCall:
      return Verdict::kMaybe;
  }
  return Verdict::kMaybe;
}

std::string places_of_words(const Expr& condition, const TablePart& part) {
  std::string places;
  if (condition.kind == ExprKind::kWord) {
    const std::vector<std::uint64_t> tokens = word_tokens(condition.value);
    for (const PartColumn& column : part.columns) {
      const bool may =
          column.stored && column.type == ColumnType::kText && part.may_hold(column.name, tokens);
      places.push_back(may ? '1' : '0');
    }
  }
  for (const ExprPtr& arg : condition.args) {
    places += places_of_words(*arg, part);
  }
  return places;
}

Reach condition_reach(const Expr& condition) {
  const bool pattern =
      (condition.kind == ExprKind::kMatch || condition.kind == ExprKind::kExists) &&
      condition.name.find('*') != std::string::npos;
  const bool reaches = condition.kind == ExprKind::kWord || pattern ||
                       std::ranges::any_of(condition.args, [](const ExprPtr& arg) {
                         return condition_reach(*arg) == Reach::kAllFields;
                       });
  return reaches ? Reach::kAllFields : Reach::kNamed;
}

std::string shape_of(const TablePart& part, const std::set<std::string>& fields, Reach reach) {
  std::string shape = part.dataset + (part.has_overflow ? "+" : "-");
  const auto add = [&shape](const PartColumn& column) {
    shape += fmt::format("|{}:{}{}{}{}", column.name, static_cast<int>(column.type),
                         column.stored ? "c" : "", column.several ? "s" : "",
                         column.overflow ? "o" : "");
  };
  if (reach == Reach::kAllFields) {
    std::ranges::for_each(part.columns, add);
    return shape;
  }
  for (const std::string& field : fields) {
    if (const PartColumn* column = part.column(field)) {
      add(*column);
    }
  }
  return shape;
}

}  // namespace tocsin
