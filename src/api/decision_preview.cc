// DecisionsResource::simulate over history: the rule is run over the stored events again (or its
// stored alerts are taken for what it found), log-ins and events come from the index.
#include <algorithm>

#include "api/decision_json.h"
#include "api/decisions_resource.h"
#include "base/fail.h"
#include "query/query.h"
#include "respond/preview.h"

namespace tocsin {
namespace {

constexpr std::size_t kAlertsMax = 20'000;
constexpr Span kQueryTime = span_s(20);
constexpr Span kReplayTime = span_s(300);
constexpr Span kDefaultPeriod = span_s(86'400);

constexpr std::size_t kFindingsMax = 200'000;

std::optional<DecisionTarget> target_of(const std::vector<KeyPart>& key) {
  for (const KeyPart& part : key) {
    if (part.field == "source.ip") {
      return target_of_text(part.value);
    }
  }
  for (const KeyPart& part : key) {
    if (part.field == "user.name") {
      const Result<DecisionTarget> user = canonical_target(ScopeKind::kUser, part.value);
      return user ? std::optional(*user) : std::nullopt;
    }
  }
  return std::nullopt;
}

Status give_in_order(std::vector<PreviewFinding>& findings,
                     const std::function<bool(const PreviewFinding&)>& take) {
  std::ranges::stable_sort(findings, {}, &PreviewFinding::time);
  for (const PreviewFinding& finding : findings) {
    if (!take(finding)) {
      break;
    }
  }
  return {};
}

// What the rule as it is today finds in the stored events. Findings past kFindingsMax are left
// out; preview() cuts long before.
class ReplayedFindings final : public FindingSource {
 public:
  ReplayedFindings(BacktestResource& backtests, std::string rule, const Cancel& cancel)
      : backtests_(backtests), rule_(std::move(rule)), cancel_(cancel) {}

  Status each(Micros from, Micros until,
              const std::function<bool(const PreviewFinding&)>& take) override {
    std::vector<PreviewFinding> findings;
    BacktestRequest request;
    request.from = from;
    request.until = until;
    request.time_max = kReplayTime;
    request.on_finding = [&findings](const Finding& finding) {
      const std::optional<DecisionTarget> target = target_of(finding.key);
      if (target && findings.size() < kFindingsMax) {
        findings.push_back({*target, finding.first, finding.time});
      }
    };
    TRY(backtests_.look_back(rule_, std::move(request), cancel_));
    return give_in_order(findings, take);
  }

 private:
  BacktestResource& backtests_;
  const std::string rule_;
  const Cancel& cancel_;
};

// Each alert is a finding at its first event: a rule in earnest would have acted there.
class AlertFindings final : public FindingSource {
 public:
  AlertFindings(AlertStore& alerts, std::string rule_id)
      : alerts_(alerts), rule_id_(std::move(rule_id)) {}

  Status each(Micros from, Micros until,
              const std::function<bool(const PreviewFinding&)>& take) override {
    AlertFilter filter;
    filter.rule_id = rule_id_;
    filter.from = from;
    filter.to = until;
    filter.limit = kAlertsPageMax;
    std::vector<PreviewFinding> findings;
    do {
      TRY_ASSIGN(AlertPage page, alerts_.list(filter));
      for (const Alert& alert : page.alerts) {
        if (const std::optional<DecisionTarget> target = target_of(alert.key)) {
          const Micros first = std::max(alert.first, from);
          findings.push_back({*target, first, first});
        }
      }
      filter.cursor = page.next;
    } while (!filter.cursor.empty() && findings.size() < kAlertsMax);
    return give_in_order(findings, take);
  }

 private:
  AlertStore& alerts_;
  const std::string rule_id_;
};

// Reads the columns source.ip, user.name and @timestamp of events.
class LoginRows final : public RowSink {
 public:
  std::vector<PreviewLogin> logins;

  Status begin(std::span<const ResultColumn> columns) override {
    const auto place = [&](std::string_view name) {
      const auto found = std::ranges::find(columns, name, &ResultColumn::name);
      return static_cast<std::size_t>(found - columns.begin());
    };
    ip_ = place("source.ip");
    user_ = place("user.name");
    time_ = place("@timestamp");
    return {};
  }
  Status row(std::span<Cell> cells) override {
    if (std::max({ip_, user_, time_}) >= cells.size()) {
      return {};
    }
    const std::string ip = text_of(cells[ip_]);
    const std::optional<IpAddress> address = parse_ip(ip);
    const Micros* time = std::get_if<Micros>(&cells[time_]);
    std::string user = text_of(cells[user_]);
    if (address && time != nullptr && !user.empty()) {
      logins.push_back({*address, std::move(user), *time});
    }
    return {};
  }

 private:
  static std::string text_of(const Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) {
      return *text;
    }
    const auto* list = std::get_if<TextList>(&cell);
    return list != nullptr && !list->empty() ? list->front() : std::string();
  }

  std::size_t ip_ = 0;
  std::size_t user_ = 0;
  std::size_t time_ = 0;
};

class CountRow final : public RowSink {
 public:
  std::uint64_t count = 0;
  Status begin(std::span<const ResultColumn> columns) override {
    static_cast<void>(columns);
    return {};
  }
  Status row(std::span<Cell> cells) override {
    const auto* number = cells.empty() ? nullptr : std::get_if<std::int64_t>(cells.data());
    count = number == nullptr || *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
    return {};
  }
};

// As the query language quotes; canonical values hold no control characters.
std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      text += '\\';
    }
    text += c;
  }
  return text + '"';
}

// The filter for all events of a target. Nothing for sessions and keys: which field names them is
// the application's choice.
std::optional<std::string> filter_text(const DecisionTarget& target) {
  switch (target.scope) {
    case ScopeKind::kAddress:
    case ScopeKind::kNetwork:
      return fmt::format("source.ip:\"{}\"", target.value);
    case ScopeKind::kNetworkOwner:
      return fmt::format("source.as.number:{}", target.value.substr(2));
    case ScopeKind::kCountry:
      return fmt::format("source.geo.country_iso_code:\"{}\"", target.value);
    case ScopeKind::kUser:
      return "user.name:" + quoted(target.value);
    case ScopeKind::kSession:
    case ScopeKind::kApiKey:
      return std::nullopt;
  }
  return std::nullopt;
}

class IndexHistory final : public HistorySource {
 public:
  IndexHistory(EventStore& events, const Cancel& cancel, Micros now)
      : events_(events), cancel_(cancel), now_(now) {}

  Result<std::vector<PreviewLogin>> logins(Micros from, Micros until,
                                           std::size_t logins_max) override {
    LoginRows rows;
    TRY(
        run("event.category:authentication and event.outcome:success and source.ip:* and "
            "user.name:* | fields @timestamp, source.ip, user.name",
            from, until, logins_max, rows));
    return std::move(rows.logins);
  }

  Result<std::uint64_t> events(const DecisionTarget& target, Micros from, Micros until) override {
    const std::optional<std::string> filter = filter_text(target);
    if (!filter || from >= until) {
      return 0;
    }
    CountRow count;
    TRY(run(*filter + " | stats count", from, until, 1, count));
    return count.count;
  }

 private:
  Status run(const std::string& text, Micros from, Micros until, std::uint64_t rows_max,
             RowSink& sink) {
    TRY_ASSIGN(const Query query, parse_query(text));
    QueryRequest request;
    request.from = from;
    request.until = until;
    request.rows_max = rows_max;
    request.now = now_;
    request.limits.time = kQueryTime;
    TRY(run_query(events_, query, request, sink, cancel_));
    return {};
  }

  EventStore& events_;
  const Cancel& cancel_;
  const Micros now_;
};

}  // namespace

Result<HttpResponse> DecisionsResource::preview_rule(const Call& call, const Parameters& given,
                                                     const NewDecision& pattern) {
  TRY_ASSIGN(const std::optional<std::string> rule, given.text("rule"));
  const Micros now = base_.clock.now();
  TRY_ASSIGN(const std::optional<Micros> from, given.time("from", now));
  TRY_ASSIGN(const std::optional<Micros> until, given.time("to", now));
  PreviewWish wish{pattern, from.value_or(now - kDefaultPeriod), until.value_or(now)};
  wish.pattern.proposer = Proposer::kRule;
  TRY_ASSIGN(const std::optional<std::string> over, given.text("over"));
  if (over && *over != "events" && *over != "alerts") {
    return fail(ErrorCode::kInvalid, "over is neither events nor alerts: {}", over->substr(0, 32));
  }
  Cancel cancel;
  const Result<PreviewReport> report = [&] {
    const CancelWatch::Watched watched(base_.watch, cancel,
                                       [&call] { return call.responder.abandoned(); });
    return preview(*rule, wish, over == "alerts", cancel);
  }();
  if (!report) {
    return report.error();
  }
  JsonWriter json;
  write_preview(json, *report);
  return HttpResponse::json(200, json.take());
}

Result<PreviewReport> DecisionsResource::preview(const std::string& rule, const PreviewWish& wish,
                                                 bool from_alerts, const Cancel& cancel) {
  IndexHistory history(base_.events, cancel, base_.clock.now());
  if (from_alerts) {
    AlertFindings findings(base_.alerts, rule);
    return tocsin::preview(wish, {findings, history}, of_.guards.parts());
  }
  ReplayedFindings findings(base_.backtests, rule, cancel);
  return tocsin::preview(wish, {findings, history}, of_.guards.parts());
}

}  // namespace tocsin
