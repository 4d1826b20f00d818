#include "respond/decision_exchange.h"

#include <algorithm>
#include <array>
#include <map>

#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

// What one entry of a file says; empty texts say nothing.
struct Entry {
  std::string value, type, scope, duration, reason, origin;
};

struct ScopeWord {
  std::string_view word;
  ScopeKind scope;
};
constexpr std::array<ScopeWord, 7> kScopeWordsOfLists = {{
    {"ip", ScopeKind::kAddress},
    {"range", ScopeKind::kNetwork},
    {"as", ScopeKind::kNetworkOwner},
    {"country", ScopeKind::kCountry},
    {"username", ScopeKind::kUser},
    {"user", ScopeKind::kUser},
    {"session", ScopeKind::kSession},
}};

std::string_view list_scope_name(ScopeKind scope) {
  switch (scope) {
    case ScopeKind::kAddress:
      return "Ip";
    case ScopeKind::kNetwork:
      return "Range";
    case ScopeKind::kNetworkOwner:
      return "AS";
    case ScopeKind::kCountry:
      return "Country";
    case ScopeKind::kUser:
      return "username";
    case ScopeKind::kSession:
      return "session";
    case ScopeKind::kApiKey:
      return "api_key";
  }
  return "Ip";
}

std::optional<DecisionTarget> target_of(const Entry& entry) {
  if (entry.scope.empty()) {
    return target_of_text(entry.value);
  }
  std::optional<ScopeKind> scope = parse_scope_kind(entry.scope);
  for (const ScopeWord& word : kScopeWordsOfLists) {
    if (equals_ignore_case(word.word, entry.scope)) {
      scope = word.scope;
    }
  }
  if (!scope) {
    return std::nullopt;
  }
  const Result<DecisionTarget> target = canonical_target(*scope, entry.value);
  return target ? std::optional(*target) : std::nullopt;
}

std::optional<DecisionKind> kind_of(std::string_view type) {
  if (type == "ban") {
    return DecisionKind::kBlock;
  }
  return type == "captcha" ? DecisionKind::kChallenge : parse_decision_kind(type);
}

class Importer {
 public:
  explicit Importer(const NewDecision& pattern) : pattern_(pattern) {}

  Status take(const Entry& entry) {
    ++number_;
    if (number_ > kImportEntriesMax) {
      return fail(ErrorCode::kTooLarge, "a list has more than {} entries", kImportEntriesMax);
    }
    NewDecision wanted = pattern_;
    const std::optional<DecisionTarget> target = target_of(entry);
    if (!target) {
      return mistake("is not an address, a network or another known scope", entry.value);
    }
    wanted.scope = target->scope;
    wanted.value = target->value;
    if (!entry.type.empty()) {
      const std::optional<DecisionKind> kind = kind_of(entry.type);
      if (!kind || *kind == DecisionKind::kCustom || *kind == DecisionKind::kRedirect) {
        return mistake("is not a type that a list can have", entry.type);
      }
      wanted.kind = *kind;
    }
    if (!entry.duration.empty()) {
      const std::optional<Span> duration = parse_list_duration(entry.duration);
      if (!duration || *duration <= Span(0)) {
        return mistake("is not a duration that is left", entry.duration);
      }
      wanted.duration = *duration;
    }
    if (!entry.reason.empty()) {
      wanted.reason = entry.reason;
    }
    if (!entry.origin.empty()) {
      wanted.origin = entry.origin;
    }
    result.decisions.push_back(std::move(wanted));
    return {};
  }
  void skip_line() { ++number_; }
  Status mistake(std::string_view what, std::string_view value) {
    ++result.mistakes;
    if (result.shown.size() < kImportMistakesKept) {
      result.shown.push_back(
          {number_, fmt::format("\"{}\" {}", utf8_prefix(to_valid_utf8(value), 60), what)});
    }
    return {};
  }

  Import result;

 private:
  const NewDecision& pattern_;
  std::size_t number_ = 0;
};

std::string text_of(simdjson::dom::object object, std::string_view name) {
  std::string_view text;
  return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

Status import_json(std::string_view text, Importer& importer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(simdjson::padded_string(text)).get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalid, "the list is not JSON");
  }
  simdjson::dom::array array;
  if (root.is_null()) {  // cscli's word for none
    return {};
  }
  if (root.get(array) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalid, "the list is not a JSON array");
  }
  for (const simdjson::dom::element element : array) {
    simdjson::dom::object object;
    if (element.get(object) != simdjson::SUCCESS) {
      importer.skip_line();
      TRY(importer.mistake("is not an object", simdjson::minify(element)));
      continue;
    }
    // `cscli decisions list -o json` has alerts with their decisions inside.
    simdjson::dom::array inner;
    if (object["decisions"].get(inner) == simdjson::SUCCESS) {
      for (const simdjson::dom::element each : inner) {
        simdjson::dom::object decision;
        if (each.get(decision) == simdjson::SUCCESS) {
          TRY(importer.take({text_of(decision, "value"), text_of(decision, "type"),
                             text_of(decision, "scope"), text_of(decision, "duration"),
                             text_of(decision, "scenario"), text_of(decision, "origin")}));
        }
      }
      continue;
    }
    const std::string reason = text_of(object, "reason");
    TRY(importer.take({text_of(object, "value"), text_of(object, "type"), text_of(object, "scope"),
                       text_of(object, "duration"),
                       reason.empty() ? text_of(object, "scenario") : reason,
                       text_of(object, "origin")}));
  }
  return {};
}

// RFC 4180 cells of one line; a quote that does not close ends with the line.
constexpr std::string_view kFormulaSigns = "=+-@\t";

std::vector<std::string> csv_cells(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      if (c != '"') {
        cells.back() += c;
      } else if (i + 1 < line.size() && line[i + 1] == '"') {
        cells.back() += line[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"' && cells.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

Status import_csv(std::string_view text, Importer& importer) {
  std::map<std::string, std::size_t, std::less<>> columns;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line);
    if (line.empty()) {
      importer.skip_line();
      continue;
    }
    const std::vector<std::string> cells = csv_cells(line);
    if (columns.empty()) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        columns.emplace(to_lower(trim(cells[i])), i);
      }
      if (!columns.contains("value")) {
        return fail(ErrorCode::kInvalid, "the first line names no column \"value\"");
      }
      importer.skip_line();
      continue;
    }
    const auto cell = [&](std::string_view name) {
      const auto at = columns.find(name);
      std::string said =
          at != columns.end() && at->second < cells.size() ? cells[at->second] : std::string();
      if (said.size() > 1 && said[0] == '\'' && kFormulaSigns.contains(said[1])) {
        said.erase(0, 1);  // see csv_cell()
      }
      return said;
    };
    TRY(importer.take({cell("value"), cell("type"), cell("scope"), cell("duration"), cell("reason"),
                       cell("origin")}));
  }
  return {};
}

Status import_plain(std::string_view text, Importer& importer) {
  for (std::string_view line : split(text, '\n')) {
    line = trim(line.substr(0, line.find_first_of("#;")));
    if (line.empty()) {
      importer.skip_line();
      continue;
    }
    TRY(importer.take({std::string(line), "", "", "", "", ""}));
  }
  return {};
}

std::string go_text(Span span) {
  const std::int64_t seconds = span.value / kMicrosPerSecond;
  return fmt::format("{}h{}m{}s", seconds / 3'600, seconds / 60 % 60, seconds % 60);
}

std::string csv_cell(std::string_view text) {
  // A cell that begins like a formula is text for spreadsheets too.
  const bool formula = !text.empty() && kFormulaSigns.contains(text.front());
  std::string cell = formula ? "'" : "";
  cell += text;
  if (cell.find_first_of(",\"\n\r") == std::string::npos) {
    return cell;
  }
  std::string quoted = "\"";
  for (const char c : cell) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

void write_json(JsonWriter& json, const PackedDecision& decision, Micros now) {
  json.begin_object();
  json.member("value", decision.value());
  json.member("type", list_type_name(decision.kind()));
  json.member("scope", list_scope_name(decision.scope()));
  json.member("duration", go_text(decision.until() - now));
  json.member("reason", decision.reason());
  json.member("origin", decision.context().origin);
  json.member("until", iso_time(decision.until()));
  json.member("rule_id", decision.context().rule_id);
  json.member("decided_by", decision.context().decided_by);
  json.end_object();
}

}  // namespace

std::optional<ExchangeFormat> parse_exchange_format(std::string_view word) {
  if (word == "json") {
    return ExchangeFormat::kJson;
  }
  if (word == "csv") {
    return ExchangeFormat::kCsv;
  }
  return word == "plain" ? std::optional(ExchangeFormat::kPlain) : std::nullopt;
}

std::string_view list_type_name(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kBlock:
      return "ban";
    case DecisionKind::kChallenge:
      return "captcha";
    case DecisionKind::kThrottle:
    case DecisionKind::kRedirect:
    case DecisionKind::kDisable:
    case DecisionKind::kCustom:
      break;
  }
  return decision_kind_name(kind);
}

std::optional<Span> parse_list_duration(std::string_view text) {
  constexpr double kSecondsMax = 1e9;
  const bool negative = text.starts_with('-');
  text.remove_prefix(negative ? 1 : 0);
  double seconds = 0;
  bool any = false;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::optional<double> number = parse_double(text.substr(0, digits));
    text.remove_prefix(digits);
    const std::size_t letters = std::min(text.find_first_of("0123456789."), text.size());
    const std::string_view unit = text.substr(0, letters);
    text.remove_prefix(letters);
    const double scale = unit == "d"    ? 86'400
                         : unit == "h"  ? 3'600
                         : unit == "m"  ? 60
                         : unit == "s"  ? 1
                         : unit == "ms" ? 1e-3
                         : unit == "us" ? 1e-6
                         : unit == "ns" ? 1e-9
                                        : 0;
    if (!number || scale == 0) {
      return std::nullopt;
    }
    seconds += *number * scale;
    any = true;
    if (seconds > kSecondsMax) {
      return std::nullopt;
    }
  }
  if (!any) {
    return std::nullopt;
  }
  const auto micros = static_cast<std::int64_t>(seconds * 1e6);
  return Span(negative ? -micros : micros);
}

Result<Import> parse_import(std::string_view text, ExchangeFormat format,
                            const NewDecision& pattern) {
  if (text.size() > kImportBytesMax) {
    return fail(ErrorCode::kTooLarge, "a list of {} bytes, at most {} are read", text.size(),
                kImportBytesMax);
  }
  Importer importer(pattern);
  switch (format) {
    case ExchangeFormat::kJson:
      TRY(import_json(text, importer));
      break;
    case ExchangeFormat::kCsv:
      TRY(import_csv(text, importer));
      break;
    case ExchangeFormat::kPlain:
      TRY(import_plain(text, importer));
      break;
  }
  return std::move(importer.result);
}

std::string export_decisions(const DecisionSnapshot& decisions, Micros now, ExchangeFormat format) {
  JsonWriter json;
  std::string text =
      format == ExchangeFormat::kCsv ? "duration,origin,reason,scope,type,value\n" : std::string();
  json.begin_array();
  decisions.for_each([&](const PackedDecision& decision) {
    if (decision.until() <= now) {
      return;
    }
    switch (format) {
      case ExchangeFormat::kJson:
        write_json(json, decision, now);
        return;
      case ExchangeFormat::kCsv:
        text += fmt::format("{},{},{},{},{},{}\n", go_text(decision.until() - now),
                            csv_cell(decision.context().origin), csv_cell(decision.reason()),
                            list_scope_name(decision.scope()), list_type_name(decision.kind()),
                            csv_cell(decision.value()));
        return;
      case ExchangeFormat::kPlain:
        text += decision.value() + '\n';
        return;
    }
  });
  json.end_array();
  return format == ExchangeFormat::kJson ? json.take() : text;
}

}  // namespace tocsin
