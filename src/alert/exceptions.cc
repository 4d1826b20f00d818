#include "alert/exceptions.h"

#include <algorithm>
#include <array>

#include "alert/exception_rows.h"
#include "alert/value_pattern.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kIdDigits = 8;

Status check_text(std::string_view name, const std::string& text, bool is_needed) {
  if (is_needed && trim(text).empty()) {
    return fail(ErrorCode::kInvalid, "{}: it is needed", name);
  }
  if (text.size() > kExceptionTextBytesMax || !is_valid_utf8(text)) {
    return fail(ErrorCode::kInvalid, "{}: more than {} bytes, or not UTF-8", name,
                kExceptionTextBytesMax);
  }
  return {};
}

Status check_spec(const ExceptionSpec& spec) {
  TRY(check_text("rule", spec.rule, true));
  TRY(check_text("owner", spec.owner, true));
  TRY(check_text("reason", spec.reason, true));
  TRY(check_text("alert_id", spec.alert_id, false));
  if (spec.rule.find('*') != std::string::npos && spec.rule != "*") {
    return fail(ErrorCode::kInvalid, "rule: \"{}\" is neither the id of a rule nor *", spec.rule);
  }
  if (spec.rule == "*" && spec.where.empty()) {
    return fail(ErrorCode::kInvalid, "where: an exception for every rule needs a condition");
  }
  if (spec.where.size() > kConditionsMax) {
    return fail(ErrorCode::kInvalid, "where: {} conditions, more than {}", spec.where.size(),
                kConditionsMax);
  }
  for (const ExceptionCondition& condition : spec.where) {
    TRY(check_text("where.field", condition.field, true));
    TRY(check_text("where.value", condition.value, true));
    if (spec.rule == "*" && std::ranges::all_of(condition.value, [](char c) { return c == '*'; })) {
      return fail(ErrorCode::kInvalid, "where: {}=* silences every rule", condition.field);
    }
  }
  return {};
}

Result<Micros> expiry_of(const ExceptionSpec& spec, Micros now) {
  const Micros expires = spec.expires.value_or(now + kExceptionDefaultSpan);
  if (expires <= now || expires > now + kExceptionSpanMax) {
    return fail(ErrorCode::kInvalid, "expires: {} is not within now and {}", iso_time(expires),
                span_text(kExceptionSpanMax));
  }
  return expires;
}

}  // namespace

struct ExceptionStore::Compiled {
  AlertException exception;
  std::optional<Schedule> schedule;
  std::vector<std::optional<IpNetwork>> networks;  // of spec.where[i]
};

ExceptionStore::ExceptionStore(StateDb& db, FileSystem& files, Clock& clock, Metrics& metrics)
    : db_(db),
      files_(files),
      clock_(clock),
      metrics_(metrics),
      silenced_(metrics.counter("tocsin_alert_findings_silenced_total",
                                "Findings that an exception silenced")) {}

Result<std::unique_ptr<ExceptionStore>> ExceptionStore::open(StateDb& db, FileSystem& files,
                                                             Clock& clock, Metrics& metrics) {
  TRY(db.migrate("exception", exception_migrations()));
  std::unique_ptr<ExceptionStore> store(new ExceptionStore(db, files, clock, metrics));
  TRY(store->reload());
  return store;
}

Result<std::shared_ptr<const ExceptionStore::Compiled>> ExceptionStore::compile(
    const AlertException& exception) const {
  auto compiled = std::make_shared<Compiled>();
  compiled->exception = exception;
  if (!exception.spec.schedule.empty()) {
    auto schedule = Schedule::parse(exception.spec.schedule, files_);
    if (!schedule) {
      return fail_because(schedule.error(), "schedule");
    }
    compiled->schedule = std::move(*schedule);
  }
  for (const ExceptionCondition& condition : exception.spec.where) {
    compiled->networks.push_back(parse_network(condition.value));
  }
  return std::shared_ptr<const Compiled>(std::move(compiled));
}

Status ExceptionStore::reload() {
  const MutexLock lock(mutex_);
  std::vector<AlertException> all;
  TRY(db_.read("reading exceptions", [&](soci::session& sql) -> Status {
    all = ExceptionRows(sql).list();
    return {};
  }));
  auto table = std::make_shared<Table>();
  for (const AlertException& exception : all) {
    if (exception.ended || exception.expires <= clock_.now()) {
      continue;
    }
    // One that cannot be compiled any more (a zone is gone) silences nothing.
    if (auto compiled = compile(exception)) {
      table->push_back(std::move(*compiled));
    }
  }
  table_.publish(std::move(table));
  return {};
}

Result<AlertException> ExceptionStore::add(const ExceptionSpec& spec, const std::string& who) {
  TRY(check_spec(spec));
  AlertException made;
  made.spec = spec;
  made.created = clock_.now();
  made.created_by = who;
  TRY_ASSIGN(made.expires, expiry_of(spec, made.created));
  TRY(compile(made));
  if (table_.get()->size() >= kExceptionsMax) {
    return fail(ErrorCode::kTooLarge, "there are {} exceptions in force already", kExceptionsMax);
  }
  TRY(db_.write("adding an exception", [&](soci::session& sql) -> Status {
    ExceptionRows rows(sql);
    const std::string seed = fmt::format("{}:{}:{}", made.created.value, rows.count(), spec.reason);
    made.id = "exc_" + hex_encode(digest_view(sha256(seed))).substr(0, kIdDigits);
    rows.insert(made);
    return {};
  }));
  TRY(reload());
  return made;
}

Status ExceptionStore::end(const std::string& id, const std::string& who) {
  TRY(db_.write("ending an exception", [&](soci::session& sql) -> Status {
    ExceptionRows rows(sql);
    if (!rows.get(id)) {
      return fail(ErrorCode::kNotFound, "there is no exception {}", id.substr(0, 64));
    }
    rows.end(id, who, clock_.now());
    return {};
  }));
  return reload();
}

Result<std::vector<AlertException>> ExceptionStore::list() {
  std::vector<AlertException> all;
  TRY(db_.read("listing exceptions", [&](soci::session& sql) -> Status {
    all = ExceptionRows(sql).list();
    return {};
  }));
  return all;
}

Result<AlertException> ExceptionStore::get(const std::string& id) {
  std::optional<AlertException> found;
  TRY(db_.read("reading an exception", [&](soci::session& sql) -> Status {
    found = ExceptionRows(sql).get(id);
    return {};
  }));
  if (!found) {
    return fail(ErrorCode::kNotFound, "there is no exception {}", id.substr(0, 64));
  }
  return std::move(*found);
}

Result<std::vector<SilencedKey>> ExceptionStore::silenced(const std::string& id,
                                                          std::size_t limit) {
  std::vector<SilencedKey> keys;
  TRY(db_.read("listing what was silenced", [&](soci::session& sql) -> Status {
    keys = ExceptionRows(sql).silenced(id, limit);
    return {};
  }));
  return keys;
}

bool ExceptionStore::silences(const Compiled& exception, const Finding& finding) const {
  const ExceptionSpec& spec = exception.exception.spec;
  if (spec.rule != "*" && spec.rule != finding.rule->id) {
    return false;
  }
  if (exception.schedule && !exception.schedule->covers(finding.time)) {
    return false;
  }
  std::vector<std::size_t> of_events;
  for (std::size_t i = 0; i < spec.where.size(); ++i) {
    const ExceptionCondition& condition = spec.where[i];
    const auto part = std::ranges::find(finding.key, condition.field, &KeyPart::field);
    if (part == finding.key.end()) {
      of_events.push_back(i);
    } else if (!value_matches(condition.value, exception.networks[i], part->value)) {
      return false;
    }
  }
  // What the key does not have must hold for every event that the finding names.
  const std::vector<Seq> seqs = finding.events.empty() ? std::vector{finding.seq} : finding.events;
  return std::ranges::all_of(of_events, [&](std::size_t i) {
    return std::ranges::all_of(seqs, [&](Seq seq) {
      const auto value =
          fields_ == nullptr ? std::nullopt : fields_->value(seq, spec.where[i].field);
      return value && value_matches(spec.where[i].value, exception.networks[i], *value);
    });
  });
}

std::vector<std::string> ExceptionStore::judge(std::span<const Finding> findings) {
  std::vector<std::string> by(findings.size());
  const std::shared_ptr<const Table> table = table_.get();
  if (table->empty()) {
    return by;
  }
  const Micros now = clock_.now();
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const auto found = std::ranges::find_if(*table, [&](const auto& exception) {
      return exception->exception.expires > now && silences(*exception, findings[i]);
    });
    if (found != table->end()) {
      by[i] = (*found)->exception.id;
    }
  }
  return by;
}

Status ExceptionStore::record(soci::session& sql, const std::string& exception_id,
                              const std::string& identity, const Finding& finding) {
  ExceptionRows(sql).add_silenced(exception_id, identity, finding);
  silenced_.add();
  metrics_
      .counter("tocsin_alert_exception_findings_total", "Findings silenced, by exception",
               {{"exception", exception_id}})
      .add();
  return {};
}

Seq ExceptionStore::silenced_through(soci::session& sql, const std::string& identity) {
  return ExceptionRows(sql).silenced_through(identity);
}

Result<ExceptionStore::Preview> ExceptionStore::preview(const ExceptionSpec& spec,
                                                        std::span<const Alert> alerts) {
  AlertException wanted;
  wanted.spec = spec;
  // A preview needs no owner and no reason yet.
  wanted.spec.owner = spec.owner.empty() ? "nobody yet" : spec.owner;
  wanted.spec.reason = spec.reason.empty() ? "none yet" : spec.reason;
  TRY(check_spec(wanted.spec));
  TRY_ASSIGN(wanted.expires, expiry_of(spec, clock_.now()));
  TRY_ASSIGN(const auto compiled, compile(wanted));
  Preview preview;
  for (const Alert& alert : alerts) {
    RuleInfo rule;
    rule.id = alert.rule_id;
    Finding finding;
    finding.rule = std::make_shared<const RuleInfo>(std::move(rule));
    finding.key = alert.key;
    finding.seq = alert.last_seq;
    finding.time = alert.last;
    finding.events = alert.samples;
    ++preview.looked_at;
    if (silences(*compiled, finding)) {
      preview.findings += alert.findings;
      preview.alerts.push_back(alert);
    }
  }
  return preview;
}

ExceptionSpec exception_from(const Alert& alert) {
  ExceptionSpec spec;
  spec.rule = alert.rule_id;
  spec.alert_id = alert.id;
  for (const KeyPart& part : alert.key) {
    std::string literal;
    // A key's value is no pattern: what would be one becomes "any one character".
    for (const char c : part.value) {
      literal += c == '*' ? '?' : c;
    }
    spec.where.push_back({part.field, literal});
  }
  return spec;
}

}  // namespace tocsin
