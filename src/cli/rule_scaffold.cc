#include "cli/rule_scaffold.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kEventRule = R"(title: {title}
id: {id}
status: experimental
description: What happened, in plain words, and why it matters.
author: Your name
date: {date}
tags:
  - attack.credential-access
  - attack.t1110
logsource:
  category: authentication
detection:
  selection:
    event.outcome: failure
    user.name: {word}
  condition: selection
falsepositives:
  - Who does this and means no harm.
level: medium
)";

constexpr std::string_view kCorrelationRule = R"(title: {title} (one event)
id: {base_id}
name: {name}_event
status: experimental
description: One failed log-in; counted by the correlation below, silent alone.
author: Your name
date: {date}
logsource:
  category: authentication
detection:
  failed:
    event.outcome: failure
    source.ip|exists: true
  condition: failed
level: informational
---
title: {title}
id: {id}
status: experimental
description: What happened, in plain words, and why it matters.
author: Your name
date: {date}
tags:
  - attack.credential-access
  - attack.t1110
correlation:
  type: event_count
  rules:
    - {name}_event
  group-by:
    - source.ip
  timespan: 5m
  condition:
    gte: 3
falsepositives:
  - Who does this and means no harm.
level: medium
)";

constexpr std::string_view kSample =
    R"({{"event.category": "authentication", "event.outcome": "{}", "user.name": "{}", )"
    R"("source.ip": "203.0.113.7", "@timestamp": "{}T12:00:{:02}Z"}})"
    "\n";

// The kernel's own version 4 UUIDs.
Result<std::string> fresh_uuid(FileSystem& files) {
  constexpr std::size_t kUuidBytes = 36;
  TRY_ASSIGN(const std::unique_ptr<File> file,
             files.open("/proc/sys/kernel/random/uuid", OpenMode::kRead));
  std::string uuid(kUuidBytes, '\0');
  TRY_ASSIGN(const std::size_t got, file->read_at(0, uuid));
  if (got != kUuidBytes) {
    return fail(ErrorCode::kIo, "the system gave no UUID");
  }
  return uuid;
}

bool is_name(std::string_view name) {
  return !name.empty() && name[0] >= 'a' && name[0] <= 'z' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-';
  });
}

std::string samples(const Scaffold& scaffold, std::string_view outcome, std::string_view word,
                    int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    lines += fmt::format(kSample, outcome, word, scaffold.date, i);
  }
  return lines;
}

}  // namespace

Status write_scaffold(FileSystem& files, const Scaffold& scaffold) {
  const std::string name = scaffold.folder.substr(scaffold.folder.rfind('/') + 1);
  if (!is_name(name)) {
    return fail(ErrorCode::kInvalid, "\"{}\" is no name for a rule: a-z, digits, '_' and '-'",
                name);
  }
  const std::string rule_path = scaffold.folder + "/rule.yml";
  if (files.info(rule_path)) {
    return fail(ErrorCode::kConflict, "{} is there already", rule_path);
  }
  std::string title = name;
  std::ranges::replace(title, '_', ' ');
  std::ranges::replace(title, '-', ' ');
  title[0] = static_cast<char>(title[0] - 'a' + 'A');
  std::string word = name;
  std::ranges::replace(word, '_', '-');
  TRY_ASSIGN(const std::string id, fresh_uuid(files));
  TRY_ASSIGN(const std::string base_id, fresh_uuid(files));
  const bool counts = scaffold.kind == ScaffoldKind::kCorrelation;
  const std::string rule =
      fmt::format(fmt::runtime(counts ? kCorrelationRule : kEventRule), fmt::arg("title", title),
                  fmt::arg("id", id), fmt::arg("base_id", base_id), fmt::arg("name", name),
                  fmt::arg("word", word), fmt::arg("date", scaffold.date));
  TRY(files.create_directories(scaffold.folder));
  TRY(write_file_atomically(files, rule_path, rule));
  TRY(write_file_atomically(files, scaffold.folder + "/must_fire.jsonl",
                            samples(scaffold, "failure", word, counts ? 3 : 1)));
  return write_file_atomically(
      files, scaffold.folder + "/must_not_fire.jsonl",
      counts ? samples(scaffold, "failure", word, 2) : samples(scaffold, "success", word, 1));
}

}  // namespace tocsin
