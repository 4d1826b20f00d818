#include "server/playbook_desk.h"

#include <algorithm>
#include <map>
#include <utility>

#include "api/evidence_bundle.h"
#include "base/fail.h"
#include "respond/playbook/playbook_yaml.h"
#include "shipped/shipped_files.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kFileBytesMax = 256 * 1024;
constexpr std::size_t kAlertsMax = 20'000;  // caught up at once

using Books = std::map<std::string, std::shared_ptr<const Playbook>>;

void add(Books& books, std::vector<std::string>& issues, Result<Playbook> read) {
  if (!read) {
    issues.push_back(read.error().full_text());
    return;
  }
  const std::string name = read->name;
  books[name] = std::make_shared<const Playbook>(std::move(*read));
}

std::vector<std::pair<Seq, Seq>> ranges_of(std::vector<Seq> seqs) {
  std::ranges::sort(seqs);
  std::vector<std::pair<Seq, Seq>> ranges;
  for (const Seq seq : seqs) {
    if (!ranges.empty() && ranges.back().second > seq) {
      continue;
    }
    if (!ranges.empty() && ranges.back().second == seq) {
      ranges.back().second = seq_plus(seq, 1);
    } else {
      ranges.emplace_back(seq, seq_plus(seq, 1));
    }
  }
  return ranges;
}

// A playbook's run and step as the name of a file.
std::string file_name(std::string_view name) {
  std::string safe(name);
  std::ranges::replace_if(
      safe,
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '.' || c == '-');
      },
      '_');
  return safe;
}

}  // namespace

Result<std::unique_ptr<PlaybookDesk>> PlaybookDesk::open(const PlaybookDeskParts& parts) {
  std::unique_ptr<PlaybookDesk> desk(new PlaybookDesk(parts));
  Response& response = parts.response;
  TRY_ASSIGN(desk->engine_, PlaybookEngine::open({response.book(),
                                                  response.armed(),
                                                  *desk,
                                                  parts.db,
                                                  response.audit(),
                                                  parts.clock,
                                                  parts.metrics,
                                                  parts.log,
                                                  parts.seed,
                                                  {}}));
  parts.alerts.add_listener([raw = desk.get()](std::span<const AlertEvent> events) {
    for (const AlertEvent& event : events) {
      raw->engine_->offer(event.alert);
    }
  });
  desk->reload();
  return desk;
}

void PlaybookDesk::reload() {
  auto set = std::make_shared<PlaybookSet>();
  Books books;
  const std::map<std::string, std::string>& variables = parts_.settings.playbook_variables;
  for (const ShippedFile& file : shipped_playbooks()) {
    add(books, set->issues,
        parse_playbook(file.text, "builtin:" + std::string(file.path), variables));
  }
  for (const std::string& path : parts_.settings.playbooks) {
    const Result<std::string> text = read_file(parts_.files, path, kFileBytesMax);
    add(books, set->issues,
        text ? parse_playbook(*text, path, variables) : Result<Playbook>(text.error()));
  }
  for (auto& [name, playbook] : books) {
    set->playbooks.push_back(std::move(playbook));
  }
  std::ranges::stable_sort(set->playbooks, {}, [](const auto& playbook) {
    return playbook->priority == 0 ? 101 : playbook->priority;
  });
  for (const std::string& issue : set->issues) {
    parts_.log.error("a playbook is not in force: {}", issue);
  }
  engine_->put_in_force(std::move(set));
  engine_->wake();
}

Result<std::vector<Alert>> PlaybookDesk::open_alerts(Micros changed) {
  AlertFilter filter;
  filter.states = {AlertState::kNew, AlertState::kAcknowledged};
  filter.limit = kAlertsPageMax;
  std::vector<Alert> found;
  do {
    TRY_ASSIGN(AlertPage page, parts_.alerts.list(filter));
    for (Alert& alert : page.alerts) {
      if (alert.updated >= changed) {
        found.push_back(std::move(alert));
      }
    }
    filter.cursor = page.next;
  } while (!filter.cursor.empty() && found.size() < kAlertsMax);
  return found;
}

std::string PlaybookDesk::playbook_of_rule(const std::string& rule_id) {
  const RulesInForce now = parts_.rules.current();
  for (const Rule& rule : now.rules->rules()) {
    if (rule.info->id == rule_id) {
      return rule.info->playbook;
    }
  }
  for (const sigma::Correlation& correlation : now.rules->correlations()) {
    if (correlation.info->id == rule_id) {
      return correlation.info->playbook;
    }
  }
  for (const sigma::Monitor& monitor : now.rules->monitors()) {
    if (monitor.info->id == rule_id) {
      return monitor.info->playbook;
    }
  }
  return {};
}

std::vector<std::string> PlaybookDesk::event_values(const Alert& alert, std::string_view field) {
  std::vector<std::string> values;
  for (const Seq seq : alert.samples) {
    const std::optional<std::string> value = parts_.fields.value(seq, field);
    if (value && std::ranges::find(values, *value) == values.end()) {
      values.push_back(*value);
    }
  }
  return values;
}

Result<std::vector<std::string>> PlaybookDesk::tell(const std::string& once,
                                                    const std::vector<std::string>& channels,
                                                    const Alert& alert, const std::string& text,
                                                    const std::string& who) {
  return parts_.notifier.tell(once, channels, alert, text, who);
}

Status PlaybookDesk::assign(const std::string& alert_id, const std::string& assignee,
                            const std::string& note, const std::string& state,
                            const std::string& who) {
  AlertPatch patch;
  if (!assignee.empty()) {
    patch.assignee = assignee;
  }
  if (!note.empty()) {
    patch.note = note;
  }
  if (!state.empty()) {
    patch.state = state == "new" ? AlertState::kNew : AlertState::kAcknowledged;
  }
  TRY(parts_.alerts.change({&alert_id, 1}, patch, who));
  return {};
}

Result<std::string> PlaybookDesk::keep_evidence(const Alert& alert, const std::string& name) {
  TRY(parts_.files.create_directories(parts_.evidence_folder));
  const std::string path =
      parts_.evidence_folder + "/" + file_name(alert.id + "." + name) + ".jsonl";
  std::string bundle;
  TRY_ASSIGN(const std::uint64_t records,
             write_bundle(parts_.journal, ranges_of(alert.samples), "alert " + alert.id,
                          parts_.clock.now(), [&](std::string_view piece) -> Status {
                            bundle += piece;
                            return {};
                          }));
  if (records == 0) {
    return fail(ErrorCode::kNotFound, "no record behind the alert is stored any more");
  }
  TRY(write_file_atomically(parts_.files, path, bundle, OpenMode::kCreatePrivate));
  return path;
}

}  // namespace tocsin
