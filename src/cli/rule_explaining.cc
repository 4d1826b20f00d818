#include "cli/rule_explaining.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/line_reader.h"
#include "cli/terminal.h"
#include "detect/explain.h"

namespace tocsin {
namespace {

bool is_called(const RuleInfo& info, std::string_view name, std::string_view wanted) {
  return info.id == wanted || name == wanted || equals_ignore_case(info.title, wanted);
}

// Indexes of the plain rules behind a correlation, through correlations of correlations.
void add_inputs(const RuleSet& rules, const sigma::Correlation& correlation,
                std::set<std::uint32_t>& found) {
  for (const sigma::CorrelationInput& input : correlation.inputs) {
    switch (input.kind) {
      case sigma::CorrelationInput::Kind::kRule:
        found.insert(input.index);
        break;
      case sigma::CorrelationInput::Kind::kCorrelation:
        add_inputs(rules, rules.correlations()[input.index], found);
        break;
    }
  }
}

Result<std::set<std::uint32_t>> find_rules(const RuleSet& rules, std::string_view wanted) {
  std::set<std::uint32_t> found;
  std::vector<std::string_view> titles;
  for (std::uint32_t i = 0; i < rules.rules().size(); ++i) {
    const Rule& rule = rules.rules()[i];
    titles.emplace_back(rule.info->title);
    if (is_called(*rule.info, rule.name, wanted)) {
      found.insert(i);
    }
  }
  for (const sigma::Correlation& correlation : rules.correlations()) {
    titles.emplace_back(correlation.info->title);
    if (is_called(*correlation.info, correlation.name, wanted)) {
      add_inputs(rules, correlation, found);
    }
  }
  if (found.empty()) {
    const std::string_view near = closest_word(wanted, titles);
    return fail(ErrorCode::kInvalid, "no rule has the id, name or title «{}»{}", wanted,
                near.empty() ? std::string() : fmt::format("; did you mean «{}»?", near));
  }
  return found;
}

void print_explanation(const RuleInfo& info, const RuleExplanation& explanation, std::uint64_t line,
                       bool as_json) {
  if (as_json) {
    JsonWriter json;
    json.begin_object().member("line", line).member("rule", info.title);
    json.member("matches", explanation.matches()).key("explanation");
    write_explanation(json, explanation);
    json.end_object();
    fmt::print("{}\n", json.take());
    return;
  }
  fmt::print("line {}: {} «{}»\n{}\n", line, explanation.matches() ? "matches" : "does not match",
             terminal_text(info.title), explanation_text(explanation));
}

}  // namespace

Status explain_lines(const ExplainArguments& arguments, ExitCode& exit_code) {
  PosixFileSystem files;
  SystemClock clock;
  FieldCatalog fields;
  DatasetCatalog datasets;
  Metrics metrics;
  Published<EnrichTables> tables;
  tables.publish(std::make_shared<const EnrichTables>());
  TRY_ASSIGN(const ChosenRules chosen, load_chosen_rules(files, arguments.rules, fields));
  TRY_ASSIGN(const std::set<std::uint32_t> wanted, find_rules(*chosen.rules, arguments.rule));
  TRY_ASSIGN(auto bytes, open_bytes(files, arguments.file));
  LineReader reader(std::move(bytes));
  EventMaker maker(arguments.decode, fields, datasets, tables, metrics);
  for (std::uint64_t number = 1; number <= arguments.lines_max; ++number) {
    TRY_ASSIGN(const auto line, reader.next());
    if (!line) {
      break;
    }
    auto batch = std::make_shared<RecordBatch>();
    if (!batch->add(batch->add_origin({"file:" + arguments.file, "", ""}), clock.now(), *line)) {
      return fail(ErrorCode::kTooLarge, "line {} is too long", number);
    }
    const auto events = maker.make(batch);
    for (const std::uint32_t rule : wanted) {
      const RuleExplanation explanation =
          explain(*chosen.rules, rule, *events, 0, fields, datasets);
      print_explanation(*chosen.rules->rules()[rule].info, explanation, number, arguments.json);
      if (explanation.matches()) {
        exit_code.value = kFound;
      }
    }
  }
  return {};
}

}  // namespace tocsin
