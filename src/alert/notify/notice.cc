#include "alert/notify/notice.h"

#include <array>

#include <fmt/format.h>
#include <simdjson.h>

#include "alert/notify/neutral_text.h"
#include "alert/triage.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"

namespace tocsin {
namespace {

constexpr std::size_t kTitleBytesMax = 200;
constexpr std::size_t kAboutBytesMax = 300;
constexpr std::size_t kTextBytesMax = 1'000;

constexpr std::array kKinds = {
    NoticeKind::kOpened,    NoticeKind::kAcknowledged, NoticeKind::kClosed, NoticeKind::kReopened,
    NoticeKind::kEscalated, NoticeKind::kDigest,       NoticeKind::kTest};

std::string_view spoken(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::kOpened:
      return "New alert";
    case NoticeKind::kAcknowledged:
      return "Acknowledged";
    case NoticeKind::kClosed:
      return "Closed";
    case NoticeKind::kReopened:
      return "Opened again";
    case NoticeKind::kEscalated:
      return "Still not acknowledged";
    case NoticeKind::kDigest:
      return "Alerts";
    case NoticeKind::kTest:
      return "Test message";
  }
  return "Alert";
}

void write_alert_snapshot(JsonWriter& json, const Alert& alert) {
  json.begin_object();
  json.member("id", alert.id).member("rule_id", alert.rule_id).member("title", alert.title);
  json.member("level", level_name(alert.level));
  json.key("tags").begin_array();
  for (const std::string& tag : alert.tags) {
    json.value(tag);
  }
  json.end_array();
  json.key("key").begin_array();
  for (const KeyPart& part : alert.key) {
    json.begin_object().member("field", part.field).member("value", part.value).end_object();
  }
  json.end_array();
  json.member("state", alert_state_name(alert.state));
  json.member("verdict", alert_verdict_name(alert.verdict));
  json.member("assignee", alert.assignee).member("note", alert.note);
  json.member("first", iso_time(alert.first)).member("last", iso_time(alert.last));
  json.member("opened", iso_time(alert.opened));
  json.member("findings", alert.findings).member("events", alert.events);
  json.member("sentence", alert.sentence);
  json.end_object();
}

// Members of a stored snapshot; what is not there stays empty.
class Snapshot {
 public:
  explicit Snapshot(simdjson::dom::object object) : object_(object) {}

  std::string text(std::string_view name) const {
    std::string_view value;
    return object_[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
  }
  std::uint64_t number(std::string_view name) const {
    std::uint64_t value = 0;
    return object_[name].get(value) == simdjson::SUCCESS ? value : 0;
  }
  Micros time(std::string_view name) const { return parse_iso_time(text(name)).value_or(Micros()); }
  // Calls `each` for every element of a list; never when there is none.
  template <class Each>
  void elements(std::string_view name, Each each) const {
    simdjson::dom::array value;
    if (object_[name].get(value) == simdjson::SUCCESS) {
      for (const simdjson::dom::element element : value) {
        each(element);
      }
    }
  }
  std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    elements(name, [&all](simdjson::dom::element element) {
      std::string_view value;
      if (element.get(value) == simdjson::SUCCESS) {
        all.emplace_back(value);
      }
    });
    return all;
  }

 private:
  simdjson::dom::object object_;
};

Alert alert_of(const Snapshot& from) {
  Alert alert;
  alert.id = from.text("id");
  alert.rule_id = from.text("rule_id");
  alert.title = from.text("title");
  alert.level = parse_level(from.text("level"));
  alert.tags = from.texts("tags");
  from.elements("key", [&alert](simdjson::dom::element part) {
    simdjson::dom::object object;
    if (part.get(object) == simdjson::SUCCESS) {
      const Snapshot pair(object);
      alert.key.push_back({pair.text("field"), pair.text("value")});
    }
  });
  alert.state = parse_alert_state(from.text("state")).value_or(AlertState::kNew);
  alert.verdict = parse_alert_verdict(from.text("verdict")).value_or(AlertVerdict::kNone);
  alert.assignee = from.text("assignee");
  alert.note = from.text("note");
  alert.first = from.time("first");
  alert.last = from.time("last");
  alert.opened = from.time("opened");
  alert.findings = from.number("findings");
  alert.events = from.number("events");
  alert.sentence = from.text("sentence");
  return alert;
}

std::string about(const Alert& alert) {
  return neutral(key_text(alert.key), kAboutBytesMax);
}

std::string short_time(Micros time) {
  return iso_time(time).substr(0, 19) + "Z";
}

}  // namespace

std::string_view notice_kind_name(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::kOpened:
      return "opened";
    case NoticeKind::kAcknowledged:
      return "acknowledged";
    case NoticeKind::kClosed:
      return "closed";
    case NoticeKind::kReopened:
      return "reopened";
    case NoticeKind::kEscalated:
      return "escalated";
    case NoticeKind::kDigest:
      return "digest";
    case NoticeKind::kTest:
      return "test";
  }
  return "test";
}

std::optional<NoticeKind> parse_notice_kind(std::string_view word) {
  for (const NoticeKind kind : kKinds) {
    if (notice_kind_name(kind) == word) {
      return kind;
    }
  }
  return std::nullopt;
}

std::string thread_key(const Notice& notice) {
  const bool of_one = notice.kind != NoticeKind::kDigest && notice.kind != NoticeKind::kTest;
  return fmt::format("tocsin-{}", of_one ? notice.alert.id : notice.id);
}

std::string headline(const Notice& notice) {
  if (notice.kind == NoticeKind::kTest) {
    return "Test message of Tocsin: this channel works";
  }
  if (notice.kind == NoticeKind::kDigest) {
    return fmt::format("{} alert messages together, up to {}", notice.count,
                       level_name(notice.alert.level));
  }
  const std::string who = about(notice.alert);
  return fmt::format("{}, {}: {}{}", spoken(notice.kind), level_name(notice.alert.level),
                     neutral(notice.alert.title, kTitleBytesMax),
                     who.empty() ? "" : fmt::format(" ({})", who));
}

std::vector<Fact> facts(const Notice& notice) {
  std::vector<Fact> all;
  const auto add = [&all](std::string_view name, std::string value) {
    if (!value.empty()) {
      all.emplace_back(name, std::move(value));
    }
  };
  const Alert& alert = notice.alert;
  if (notice.kind == NoticeKind::kTest) {
    add("Sent", short_time(notice.at));
    return all;
  }
  if (notice.kind == NoticeKind::kDigest) {
    for (const std::string& line : notice.lines) {
      add("Alert", neutral(line, kAboutBytesMax + kTitleBytesMax));
    }
    if (notice.count > notice.lines.size()) {
      add("And", fmt::format("{} more", notice.count - notice.lines.size()));
    }
    return all;
  }
  add("Why", neutral(alert.sentence, kTextBytesMax));
  add("About", about(alert));
  add("Level", std::string(level_name(alert.level)));
  add("Events",
      fmt::format("{}, {} to {}", alert.events, short_time(alert.first), short_time(alert.last)));
  if (notice.kind == NoticeKind::kClosed) {
    add("Verdict", std::string(alert_verdict_name(alert.verdict)));
  }
  add("By", neutral(notice.who, kAboutBytesMax));
  add("Assignee", neutral(alert.assignee, kAboutBytesMax));
  add("Note", neutral(alert.note, kTextBytesMax));
  add("Rule", neutral(alert.rule_id, kAboutBytesMax));
  add("Alert", alert.id);
  return all;
}

std::string plain_text(const Notice& notice) {
  std::string text = headline(notice) + "\n\n";
  for (const auto& [name, value] : facts(notice)) {
    text += fmt::format("{}: {}\n", name, value);
  }
  if (!notice.link.empty()) {
    text += fmt::format("\n{}\n", notice.link);
  }
  return text;
}

std::string notice_json(const Notice& notice) {
  JsonWriter json;
  json.begin_object();
  json.member("id", notice.id).member("kind", notice_kind_name(notice.kind));
  json.member("at", iso_time(notice.at)).member("who", notice.who).member("link", notice.link);
  json.member("count", notice.count);
  json.key("lines").begin_array();
  for (const std::string& line : notice.lines) {
    json.value(line);
  }
  json.end_array();
  json.key("alert");
  write_alert_snapshot(json, notice.alert);
  return json.end_object().take();
}

Result<Notice> notice_of_json(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.parse(json).get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::kCorrupt, "a stored message is not JSON");
  }
  const Snapshot from(root);
  const std::optional<NoticeKind> kind = parse_notice_kind(from.text("kind"));
  simdjson::dom::object alert;
  if (!kind || root["alert"].get(alert) != simdjson::SUCCESS) {
    return fail(ErrorCode::kCorrupt, "a stored message has no kind or no alert");
  }
  Notice notice;
  notice.id = from.text("id");
  notice.kind = *kind;
  notice.at = from.time("at");
  notice.who = from.text("who");
  notice.link = from.text("link");
  notice.count = from.number("count");
  notice.lines = from.texts("lines");
  notice.alert = alert_of(Snapshot(alert));
  return notice;
}

}  // namespace tocsin
