#include "alert/notify/text_template.h"

#include <algorithm>
#include <array>

#include <simdjson.h>

#include "alert/notify/neutral_text.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time_text.h"
#include "http/url.h"

namespace tocsin {
namespace {

constexpr std::string_view kKeyPrefix = "alert.key.";
constexpr std::size_t kValueBytesMax = 4'096;

using Get = std::string (*)(const Notice&);
struct Variable {
  std::string_view name;
  Get get;
};

std::string tags_text(const Notice& notice) {
  std::string text;
  for (const std::string& tag : notice.alert.tags) {
    text += (text.empty() ? "" : ",") + tag;
  }
  return text;
}

// One line a variable: this list is what a template may say.
constexpr std::array kVariables = {
    Variable{"notice.id", [](const Notice& n) { return n.id; }},
    Variable{"notice.kind", [](const Notice& n) { return std::string(notice_kind_name(n.kind)); }},
    Variable{"notice.headline", [](const Notice& n) { return headline(n); }},
    Variable{"notice.text", [](const Notice& n) { return plain_text(n); }},
    Variable{"notice.at", [](const Notice& n) { return iso_time(n.at); }},
    Variable{"notice.count", [](const Notice& n) { return fmt::format("{}", n.count); }},
    Variable{"notice.who", [](const Notice& n) { return n.who; }},
    Variable{"notice.link", [](const Notice& n) { return n.link; }},
    Variable{"alert.id", [](const Notice& n) { return n.alert.id; }},
    Variable{"alert.rule_id", [](const Notice& n) { return n.alert.rule_id; }},
    Variable{"alert.title", [](const Notice& n) { return n.alert.title; }},
    Variable{"alert.level", [](const Notice& n) { return std::string(level_name(n.alert.level)); }},
    Variable{"alert.state",
             [](const Notice& n) { return std::string(alert_state_name(n.alert.state)); }},
    Variable{"alert.verdict",
             [](const Notice& n) { return std::string(alert_verdict_name(n.alert.verdict)); }},
    Variable{"alert.about", [](const Notice& n) { return key_text(n.alert.key); }},
    Variable{"alert.tags", tags_text},
    Variable{"alert.assignee", [](const Notice& n) { return n.alert.assignee; }},
    Variable{"alert.note", [](const Notice& n) { return n.alert.note; }},
    Variable{"alert.sentence", [](const Notice& n) { return n.alert.sentence; }},
    Variable{"alert.first", [](const Notice& n) { return iso_time(n.alert.first); }},
    Variable{"alert.last", [](const Notice& n) { return iso_time(n.alert.last); }},
    Variable{"alert.opened", [](const Notice& n) { return iso_time(n.alert.opened); }},
    Variable{"alert.findings", [](const Notice& n) { return fmt::format("{}", n.alert.findings); }},
    Variable{"alert.events", [](const Notice& n) { return fmt::format("{}", n.alert.events); }},
};

const Variable* find_variable(std::string_view name) {
  const auto found = std::ranges::find(kVariables, name, &Variable::name);
  return found == kVariables.end() ? nullptr : &*found;
}

std::string value_of(const Notice& notice, std::string_view name) {
  if (const Variable* const variable = find_variable(name)) {
    return variable->get(notice);
  }
  const std::string_view field = name.substr(kKeyPrefix.size());
  for (const KeyPart& part : notice.alert.key) {
    if (part.field == field) {
      return part.value;
    }
  }
  return {};
}

std::string escaped(std::string_view text, TemplateEscape escape) {
  switch (escape) {
    case TemplateEscape::kJson: {
      std::string quoted;
      append_json_string(quoted, text);
      return quoted.substr(1, quoted.size() - 2);
    }
    case TemplateEscape::kForm:
      return percent_encode(text);
    case TemplateEscape::kMarkup:
      return html_escaped(text);
    case TemplateEscape::kText:
      return std::string(text);
  }
  return {};
}

Error error_at(std::string_view text, std::size_t at, std::string_view what) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t line_start = before.rfind('\n');
  const std::size_t column = line_start == std::string_view::npos ? at + 1 : at - line_start;
  return fail(ErrorCode::kInvalid, "template:{}:{}: {}", line, column, what);
}

Status check_name(std::string_view text, std::size_t at, std::string_view name) {
  if (find_variable(name) != nullptr ||
      (name.starts_with(kKeyPrefix) && name.size() > kKeyPrefix.size())) {
    return {};
  }
  std::vector<std::string_view> known;
  for (const Variable& variable : kVariables) {
    known.push_back(variable.name);
  }
  const std::string_view near = closest_word(name, known);
  return error_at(text, at,
                  fmt::format("{{{{{}}}}} is not known; {}", name.substr(0, 64),
                              near.empty() ? fmt::format("known: {}", fmt::join(known, ", "))
                                           : fmt::format("did you mean {}?", near)));
}

// Values that break a template which is careless with its quotes.
constexpr std::array<std::string_view, 2> kProbes = {"\"}],\\\n\x01<&>'", "zz"};

bool is_number(std::string_view name) {
  return name == "notice.count" || name == "alert.findings" || name == "alert.events";
}

}  // namespace

TemplateEscape template_escape_of(std::string_view content_type) {
  if (content_type == "application/json") {
    return TemplateEscape::kJson;
  }
  if (content_type == "application/x-www-form-urlencoded") {
    return TemplateEscape::kForm;
  }
  return content_type == "text/html" || content_type == "application/xml" ? TemplateEscape::kMarkup
                                                                          : TemplateEscape::kText;
}

Result<TextTemplate> TextTemplate::parse(std::string_view text, TemplateEscape escape) {
  if (text.size() > kBytesMax) {
    return fail(ErrorCode::kInvalid, "template: {} bytes, more than {}", text.size(), kBytesMax);
  }
  TextTemplate made;
  made.escape_ = escape;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t open = std::min(text.find("{{", at), text.size());
    if (open > at) {
      made.pieces_.push_back({std::string(text.substr(at, open - at)), {}});
    }
    if (open == text.size()) {
      break;
    }
    const std::size_t close = text.find("}}", open);
    if (close == std::string_view::npos) {
      return error_at(text, open, "\"{{\" has no \"}}\"");
    }
    const std::string_view name = trim(text.substr(open + 2, close - open - 2));
    TRY(check_name(text, open, name));
    made.pieces_.push_back({{}, std::string(name)});
    at = close + 2;
  }
  if (made.pieces_.size() > 2 * kVariablesMax) {
    return fail(ErrorCode::kInvalid, "template: more than {} variables", kVariablesMax);
  }
  if (escape == TemplateEscape::kJson) {
    for (const std::string_view probe : kProbes) {
      const std::string json = made.render_with([probe](const std::string& name) {
        return is_number(name) ? std::string("1") : std::string(probe);
      });
      simdjson::dom::parser parser;
      if (parser.parse(json).error() != simdjson::SUCCESS) {
        return fail(ErrorCode::kInvalid,
                    "template:1:1: it does not give JSON: put quotes around each variable");
      }
    }
  }
  return made;
}

std::string TextTemplate::render_with(
    const std::function<std::string(const std::string&)>& value) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.text;
    if (!piece.variable.empty()) {
      out += escaped(value(piece.variable), escape_);
    }
  }
  return out;
}

std::string TextTemplate::render(const Notice& notice) const {
  return render_with([&notice](const std::string& name) {
    const std::string value = value_of(notice, name);
    // These are made here, neutral already, and one of them has lines.
    const bool is_made_here = name == "notice.text" || name == "notice.link";
    return is_made_here ? value : neutral(value, kValueBytesMax);
  });
}

}  // namespace tocsin
