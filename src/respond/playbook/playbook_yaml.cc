#include "respond/playbook/playbook_yaml.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"
#include "config/section.h"
#include "respond/playbook/step_yaml.h"

namespace tocsin {
namespace {

constexpr std::size_t kTextBytesMax = 256 * 1024;
constexpr std::size_t kVariablesMax = 64;
constexpr std::size_t kValueBytesMax = 200;
constexpr std::size_t kProblemsMax = 50;
constexpr std::size_t kVersionDigits = 16;
constexpr Span kRunMax = span_s(366LL * 86'400);

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= Playbook::kNameBytesMax &&
         std::ranges::all_of(text, [](char c) {
           return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' ||
                  c == '_' || c == '.';
         });
}

// A value stands in the middle of YAML: only what is a plain scalar wherever it stands.
bool is_value(std::string_view text) {
  constexpr std::string_view kMarks = "-_./:@%+=?";
  return !text.empty() && text.size() <= kValueBytesMax && !text.ends_with(':') &&
         std::ranges::all_of(text, [&](char c) {
           return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
                  kMarks.find(c) != std::string_view::npos;
         });
}

using Values = std::map<std::string, std::string>;

Result<std::string> filled_in(std::string_view text, const std::string& file,
                              const Values& values) {
  std::string out;
  while (true) {
    const std::size_t at = text.find("${");
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) {
      return out;
    }
    const std::size_t end = text.find('}', at);
    const std::string name(
        text.substr(at + 2, end == std::string_view::npos ? kValueBytesMax : end - at - 2));
    const auto found = values.find(name);
    if (end == std::string_view::npos || found == values.end()) {
      const auto line = std::ranges::count(out, '\n') + 1;
      return fail(ErrorCode::kInvalid, "{}:{}: ${{{}}} is no variable of this playbook", file, line,
                  name.substr(0, 64));
    }
    out += found->second;
    if (out.size() > kTextBytesMax) {
      return fail(ErrorCode::kTooLarge, "{}: longer than {} bytes with its variables", file,
                  kTextBytesMax);
    }
    text.remove_prefix(end + 1);
  }
}

Result<Values> read_variables(const YamlFile& file, const Values& given) {
  Values values;
  if (file.documents().size() != 1 || !file.documents()[0].root->is_mapping()) {
    return fail(ErrorCode::kInvalid, "{}:1:1: a playbook is one mapping (key: value)", file.name());
  }
  const YamlNode* node = file.documents()[0].root->find("variables");
  if (node == nullptr || node->is_null()) {
    return values;
  }
  if (!node->is_mapping() || node->entries().size() > kVariablesMax) {
    return file.error_at(*node, "\"variables\" is a mapping of at most 64 names to values");
  }
  for (const YamlEntry& entry : node->entries()) {
    const std::string& name = entry.key->text();
    const auto wins = given.find(name);
    const std::string value = wins != given.end()        ? wins->second
                              : entry.value->is_scalar() ? entry.value->text()
                                                         : std::string();
    if (!is_name(name) || !is_value(value)) {
      return file.error_at(*entry.value,
                           "a variable's value is a word of letters, digits and -_./:@%+=?");
    }
    values[name] = value;
  }
  return values;
}

std::string version_of(std::string_view text) {
  return hex_encode(digest_view(sha256(text))).substr(0, kVersionDigits);
}

// A technique of RE&CT ("RA3101") or D3FEND ("D3-ITF") that is misspelt. Other labels are free.
bool is_misspelt(std::string_view label) {
  const std::string small = to_lower(label);
  const std::string_view rest = label.substr(std::min<std::size_t>(label.size(), 2));
  if (small.starts_with("ra") && small.size() > 2 && is_digit(small[2])) {
    return !label.starts_with("RA") || rest.size() != 4 || !std::ranges::all_of(rest, is_digit);
  }
  if (small.starts_with("d3-")) {
    return !label.starts_with("D3-") || label.size() < 5 ||
           !std::ranges::all_of(label.substr(3), [](char c) { return c >= 'A' && c <= 'Z'; });
  }
  return false;
}

void read_head(Section& head, Playbook& playbook) {
  static constexpr std::array<std::string_view, 1> kType = {"playbook"};
  static constexpr std::array<std::string_view, 8> kTypes = {
      "attack",     "detection",    "engagement", "investigation",
      "mitigation", "notification", "prevention", "remediation"};
  std::string type = "playbook";
  head.word("type", kType, type);
  head.text("name", playbook.name);
  head.text("description", playbook.description);
  head.texts("playbook_types", playbook.types);
  head.texts("labels", playbook.labels);
  head.number("priority", 0, 100, playbook.priority);
  head.number("severity", 0, 100, playbook.severity);
  head.span("timeout", span_s(1), kRunMax, playbook.timeout);
  if (!is_name(playbook.name)) {
    head.problem_at("name", "must be 1 to 64 letters, digits, - _ and .");
  }
  for (const std::string& word : playbook.types) {
    if (std::ranges::find(kTypes, word) == kTypes.end()) {
      head.problem_at("playbook_types", fmt::format("\"{}\" is none of CACAO's", word));
    }
  }
  for (const std::string& label : playbook.labels) {
    if (is_misspelt(label)) {
      head.problem_at("labels",
                      fmt::format("\"{}\" is no id like RA3101 (RE&CT) or D3-ITF (D3FEND)", label));
    }
  }
}

Error together(std::vector<std::string> problems) {
  if (problems.size() > kProblemsMax) {
    problems.resize(kProblemsMax);
    problems.emplace_back("… and more");
  }
  return fail(ErrorCode::kInvalid, "{}", fmt::join(problems, "\n"));
}

}  // namespace

Result<Playbook> parse_playbook(std::string_view text, const std::string& file,
                                const std::map<std::string, std::string>& values) {
  const YamlLimits limits{kTextBytesMax, 16, 20'000, 1};
  Playbook playbook;
  playbook.file = file;
  TRY_ASSIGN(const YamlFile draft, YamlFile::parse(text, file, limits));
  TRY_ASSIGN(playbook.variables, read_variables(draft, values));
  TRY_ASSIGN(playbook.text, filled_in(text, file, playbook.variables));
  TRY_ASSIGN(const YamlFile yaml, YamlFile::parse(playbook.text, file, limits));
  if (yaml.documents().size() != 1) {
    return fail(ErrorCode::kInvalid, "{}:1:1: a playbook is one mapping (key: value)", file);
  }
  const YamlNode* root = yaml.documents()[0].root;
  std::vector<std::string> problems;
  Section head(yaml, root, "", problems);
  read_head(head, playbook);
  static_cast<void>(head.section("variables"));  // read above
  head.section("trigger");
  {
    Section trigger(yaml, root->find("trigger"), "trigger", problems);
    trigger.flag("linked", playbook.trigger.linked);
    read_condition(trigger, playbook.trigger.when);
    trigger.finish();
    if (!playbook.trigger.linked && playbook.trigger.when == PlaybookCondition{}) {
      head.problem_at("trigger", "needs a condition, or linked: true");
    }
  }
  read_workflow(yaml, *root, head, problems, playbook);
  head.finish();
  if (problems.empty()) {
    for (const std::string& problem : workflow_problems(playbook)) {
      problems.push_back(fmt::format("{}:1:1: {}", file, problem));
    }
  }
  if (!problems.empty()) {
    return together(std::move(problems));
  }
  playbook.version = version_of(playbook.text);
  return playbook;
}

std::vector<std::string> workflow_problems(const Playbook& playbook) {
  enum class Mark : std::uint8_t { kNew, kOpen, kDone };
  std::vector<std::string> problems;
  std::map<std::string_view, Mark> marks;
  for (const PlaybookStep& step : playbook.steps) {
    if (!marks.emplace(step.name, Mark::kNew).second) {
      problems.push_back(fmt::format("there are two steps \"{}\"", step.name));
    }
  }
  if (playbook.steps.empty()) {
    return {"a playbook needs steps"};
  }
  const auto visit = [&](const auto& self, const PlaybookStep& step) -> void {
    marks[step.name] = Mark::kOpen;
    for (const std::string* next : {&step.on_success, &step.on_failure}) {
      if (next->empty()) {
        continue;
      }
      const PlaybookStep* to = playbook.find(*next);
      if (to == nullptr) {
        problems.push_back(
            fmt::format("the step \"{}\" goes to \"{}\", which is not there", step.name, *next));
      } else if (marks[to->name] == Mark::kOpen) {
        problems.push_back(fmt::format("the steps go in a circle through \"{}\"", to->name));
      } else if (marks[to->name] == Mark::kNew) {
        self(self, *to);
      }
    }
    marks[step.name] = Mark::kDone;
  };
  visit(visit, playbook.steps.front());
  for (const auto& [name, mark] : marks) {
    if (mark == Mark::kNew) {
      problems.push_back(fmt::format("the step \"{}\" is never reached", name));
    }
  }
  return problems;
}

}  // namespace tocsin
