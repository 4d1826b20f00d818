#include "enforce/file/file_format.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "enforce/decision_text.h"

namespace tocsin {
namespace {

struct FormatWord {
  std::string_view word;
  FileFormat format;
};
constexpr auto kFormats = std::to_array<FormatWord>({
    {"plain", FileFormat::kPlain},
    {"nginx-deny", FileFormat::kNginxDeny},
    {"nginx-geo", FileFormat::kNginxGeo},
    {"nginx-map", FileFormat::kNginxMap},
    {"apache", FileFormat::kApache},
    {"haproxy-map", FileFormat::kHaproxyMap},
    {"json", FileFormat::kJson},
});

constexpr std::string_view kHeading = "# Written by tocsin enforce; changes are overwritten.\n";

bool is_network_scope(ScopeKind scope) {
  return scope == ScopeKind::kAddress || scope == ScopeKind::kNetwork;
}

std::string kind_word(const EnforcedDecision& decision) {
  return decision.kind == DecisionKind::kCustom ? decision.custom
                                                : std::string(decision_kind_name(decision.kind));
}

// Of several decisions on one value a map can say one: the strongest.
unsigned strength(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kBlock:
      return 5;
    case DecisionKind::kRedirect:
      return 4;
    case DecisionKind::kDisable:
      return 3;
    case DecisionKind::kChallenge:
      return 2;
    case DecisionKind::kThrottle:
      return 1;
    case DecisionKind::kCustom:
      return 0;
  }
  return 0;
}

bool is_plain_word(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

// nginx's quoted text; nothing when a control character or '$' (a variable) is in it.
std::optional<std::string> nginx_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '$') {
      return std::nullopt;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + "\"";
}

// nginx takes "~…" as a pattern, "\…" as an escape, and some words as commands of the map block.
bool means_itself_in_map(std::string_view value) {
  constexpr std::array<std::string_view, 4> kCommands = {"default", "hostnames", "include",
                                                         "volatile"};
  return !value.empty() && value.front() != '~' && value.front() != '\\' &&
         std::ranges::find(kCommands, value) == kCommands.end();
}

// One line; nothing when the format cannot say it.
std::optional<std::string> line_of(FileFormat format, const EnforcedDecision& of) {
  const std::string word = kind_word(of);
  switch (format) {
    case FileFormat::kPlain:
      return of.value + "\n";
    case FileFormat::kNginxDeny:
      return "deny " + of.value + ";\n";
    case FileFormat::kNginxGeo:
      return is_plain_word(word) ? std::optional(of.value + " " + word + ";\n") : std::nullopt;
    case FileFormat::kNginxMap: {
      const std::optional<std::string> quoted = nginx_quoted(of.value);
      if (!quoted || !means_itself_in_map(of.value) || !is_plain_word(word)) {
        return std::nullopt;
      }
      return *quoted + " " + word + ";\n";
    }
    case FileFormat::kApache:
      return "Require not ip " + of.value + "\n";
    case FileFormat::kHaproxyMap:
      return is_plain_word(word) ? std::optional(of.value + " " + word + "\n") : std::nullopt;
    case FileFormat::kJson:
      return std::nullopt;
  }
  return std::nullopt;
}

std::vector<const Standing*> in_order(const StandingDecisions& all) {
  std::vector<const Standing*> order;
  order.reserve(all.size());
  for (const auto& [id, standing] : all.all()) {
    order.push_back(&standing);
  }
  std::ranges::sort(order, [](const Standing* a, const Standing* b) {
    if (a->decision.value != b->decision.value) {
      return a->decision.value < b->decision.value;
    }
    const unsigned left = strength(a->decision.kind);
    const unsigned right = strength(b->decision.kind);
    return left != right ? left > right : a->decision.id < b->decision.id;
  });
  return order;
}

std::string json_text(const std::vector<const Standing*>& order, Span now) {
  JsonWriter json;
  json.begin_array();
  for (const Standing* standing : order) {
    json.begin_object();
    write_enforced(json, *standing, DecisionMoment::kBegin, now);
    json.end_object();
  }
  json.end_array();
  return json.take() + "\n";
}

}  // namespace

std::optional<FileFormat> parse_file_format(std::string_view word) {
  const auto found = std::ranges::find(kFormats, word, &FormatWord::word);
  return found == kFormats.end() ? std::nullopt : std::optional(found->format);
}

std::string file_format_words() {
  std::vector<std::string_view> words;
  std::ranges::transform(kFormats, std::back_inserter(words), &FormatWord::word);
  return fmt::format("{}", fmt::join(words, ", "));
}

bool format_covers(FileFormat format, DecisionKind kind, ScopeKind scope) {
  switch (format) {
    case FileFormat::kPlain:
    case FileFormat::kNginxDeny:
    case FileFormat::kApache:
      return kind == DecisionKind::kBlock && is_network_scope(scope);
    case FileFormat::kNginxGeo:
    case FileFormat::kHaproxyMap:
      return is_network_scope(scope);
    case FileFormat::kNginxMap:
      return scope == ScopeKind::kUser || scope == ScopeKind::kSession ||
             scope == ScopeKind::kApiKey || scope == ScopeKind::kCountry;
    case FileFormat::kJson:
      return true;
  }
  return false;
}

FileText file_text(FileFormat format, const StandingDecisions& all, Span now) {
  const std::vector<const Standing*> order = in_order(all);
  FileText file;
  if (format == FileFormat::kJson) {
    file.text = json_text(order, now);
    return file;
  }
  file.text = kHeading;
  std::string_view last;
  for (const Standing* standing : order) {
    const EnforcedDecision& decision = standing->decision;
    if (decision.value == last) {
      continue;
    }
    const std::optional<std::string> line = line_of(format, decision);
    if (line) {
      file.text += *line;
      last = decision.value;
    } else {
      file.left_out.push_back({decision.id, "the file's format cannot say it"});
    }
  }
  return file;
}

}  // namespace tocsin
