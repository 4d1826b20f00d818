// The other half of DecisionsResource: lists in and out, approvals, arming, the breaker.
#include <algorithm>
#include <span>

#include "api/decision_json.h"
#include "api/decisions_resource.h"
#include "api/playbooks_resource.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "respond/decision_exchange.h"

namespace tocsin {
namespace {

constexpr std::size_t kImportBatch = 10'000;

std::string_view media_type(ExchangeFormat format) {
  switch (format) {
    case ExchangeFormat::kJson:
      return "application/json";
    case ExchangeFormat::kCsv:
      return "text/csv";
    case ExchangeFormat::kPlain:
      return "text/plain";
  }
  return "text/plain";
}

Result<ExchangeFormat> format_of(const Parameters& given) {
  TRY_ASSIGN(const std::optional<std::string> word, given.text("format"));
  const std::optional<ExchangeFormat> format = parse_exchange_format(word.value_or("json"));
  if (!format) {
    return fail(ErrorCode::kInvalid, "format is not json, csv or plain: {}", word->substr(0, 32));
  }
  return *format;
}

struct ImportCount {
  std::uint64_t taken = 0;
  std::uint64_t standing = 0;
  std::uint64_t refused = 0;
  std::uint64_t dry_run = 0;
  std::uint64_t failed = 0;
  std::vector<std::string> sentences;  // of the first that were refused or failed

  void add(const Result<Outcome>& outcome) {
    if (!outcome) {
      ++failed;
      name(outcome.error().full_text());
      return;
    }
    switch (outcome->kind) {
      case OutcomeKind::kTaken:
        ++taken;
        return;
      case OutcomeKind::kStanding:
        ++standing;
        return;
      case OutcomeKind::kDryRun:
        ++dry_run;
        return;
      case OutcomeKind::kRefused:
      case OutcomeKind::kWaiting:
        ++refused;
        name(outcome->sentence);
        return;
    }
  }
  void name(const std::string& sentence) {
    if (sentences.size() < kImportMistakesKept) {
      sentences.push_back(sentence);
    }
  }
};

HttpResponse import_answer(const ImportCount& count, const Import& import) {
  JsonWriter json;
  json.begin_object();
  json.member("taken", count.taken);
  json.member("standing", count.standing);
  json.member("refused", count.refused);
  json.member("dry_run", count.dry_run);
  json.member("failed", count.failed);
  json.member("mistakes", std::uint64_t{import.mistakes});
  json.key("sentences").begin_array();
  for (const ImportMistake& mistake : import.shown) {
    json.value(fmt::format("entry {}: {}", mistake.entry, mistake.what));
  }
  for (const std::string& sentence : count.sentences) {
    json.value(sentence);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

}  // namespace

Result<HttpResponse> DecisionsResource::export_all(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_query(call.request, {"format"}));
  TRY_ASSIGN(const ExchangeFormat format, format_of(given));
  const std::shared_ptr<const DecisionSnapshot> active = of_.book.active();
  return HttpResponse::bytes(200, media_type(format),
                             export_decisions(*active, of_.book.now(), format));
}

Result<HttpResponse> DecisionsResource::import_list(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_query(call.request,
                                  {"format", "kind", "duration", "reason", "origin", "rate"}));
  TRY_ASSIGN(const ExchangeFormat format, format_of(given));
  TRY_ASSIGN(NewDecision pattern, read_proposal(given, actor_of(call)));
  TRY_ASSIGN(const std::optional<std::string> origin, given.text("origin"));
  pattern.proposer = Proposer::kImport;
  pattern.origin = origin.value_or("cscli-import");
  pattern.reason = given.has("reason") ? pattern.reason : "imported list";
  pattern.duration = pattern.duration.value_or(span_s(86'400));
  TRY_ASSIGN(const Import import, parse_import(call.request.body, format, pattern));
  ImportCount count;
  const std::span<const NewDecision> all = import.decisions;
  for (std::size_t from = 0; from < all.size(); from += kImportBatch) {
    const auto part = all.subspan(from, std::min(kImportBatch, all.size() - from));
    TRY_ASSIGN(const auto outcomes, of_.book.propose_all(part));
    for (const Result<Outcome>& outcome : outcomes) {
      count.add(outcome);
    }
  }
  return import_answer(count, import);
}

Result<HttpResponse> DecisionsResource::approvals(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const std::vector<Approval> waiting, of_.book.approvals());
  JsonWriter json;
  json.begin_object().key("approvals").begin_array();
  for (const Approval& approval : waiting) {
    write_approval(json, approval);
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> DecisionsResource::answer_approval(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_json(call.request.body, {"approve", "why"}));
  TRY_ASSIGN(const std::optional<bool> approve, given.flag("approve"));
  TRY_ASSIGN(const std::optional<std::string> why, given.text("why"));
  if (!approve) {
    return fail(ErrorCode::kInvalid, "say \"approve\": true or false");
  }
  const std::string& id = call.path_values[0];
  if (!*approve) {
    TRY(of_.book.reject(id, actor_of(call), why.value_or("")));
    return HttpResponse::empty(204);
  }
  TRY_ASSIGN(const Outcome outcome, of_.book.approve(id, actor_of(call)));
  JsonWriter json;
  write_outcome(json, outcome, of_.book);
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> DecisionsResource::armed(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  JsonWriter json;
  json.begin_object().key("armed").begin_array();
  for (const Armed& one : of_.guards.parts().armed.list()) {
    const Result<RuleInfo> rule =
        one.what == "rule" ? rule_in_force(one.id) : Result<RuleInfo>(RuleInfo());
    json.begin_object();
    json.member("what", one.what);
    json.member("id", one.id);
    json.member("version", one.version);
    json.member("title", rule ? rule->title : std::string());
    // What changed since acts no more.
    json.member("in_force",
                one.what == "rule"
                    ? rule && rule->version == one.version
                    : playbook_version(base_.playbooks, one.id, one.version).has_value());
    json.member("by", one.by);
    json.member("at", iso_time(one.at));
    json.end_object();
  }
  json.end_array().end_object();
  return HttpResponse::json(200, json.take());
}

Result<RuleInfo> DecisionsResource::rule_in_force(const std::string& id) const {
  const RulesInForce now = base_.rules.current();
  for (const Rule& rule : now.rules->rules()) {
    if (rule.info->id == id) {
      return *rule.info;
    }
  }
  for (const sigma::Correlation& correlation : now.rules->correlations()) {
    if (correlation.info->id == id) {
      return *correlation.info;
    }
  }
  return fail(ErrorCode::kNotFound, "there is no rule {} in force", id.substr(0, 64));
}

Result<HttpResponse> DecisionsResource::arm(const Call& call) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(call.request.body, {"what", "id", "version", "armed"}));
  TRY_ASSIGN(const std::optional<std::string> what, given.text("what"));
  TRY_ASSIGN(const std::optional<std::string> id, given.text("id"));
  TRY_ASSIGN(std::optional<std::string> version, given.text("version"));
  TRY_ASSIGN(const std::optional<bool> wanted, given.flag("armed"));
  const std::string kind = what.value_or("rule");
  const std::string actor = actor_of(call);
  const bool arming = wanted.value_or(true);
  if (!id) {
    return fail(ErrorCode::kInvalid, "arming needs the id of a rule or a playbook");
  }
  if (arming && kind == "rule") {
    TRY_ASSIGN(const RuleInfo rule, rule_in_force(*id));
    if (version && *version != rule.version) {
      return fail(ErrorCode::kConflict, "the rule {} is in force in the version {}, not {}",
                  rule.title, rule.version, version->substr(0, 64));
    }
    version = rule.version;
  } else if (arming && kind == "playbook" && !version) {
    TRY_ASSIGN(version, playbook_version(base_.playbooks, *id, version));
  }
  ArmBook& book = of_.guards.parts().armed;
  if (arming) {
    TRY(book.arm(kind, *id, version.value_or(""), actor));
  } else {
    TRY(book.disarm(kind, *id));
  }
  of_.audit.record({of_.book.now(),
                    actor,
                    arming ? "armed" : "disarmed",
                    fmt::format("{} {} the {} {}", actor, arming ? "armed" : "disarmed", kind, *id),
                    {},
                    "arming"});
  return HttpResponse::empty(204);
}

HttpResponse DecisionsResource::breaker_state() const {
  const BreakerState state = of_.book.breaker();
  JsonWriter json;
  json.begin_object();
  json.member("open", state.open);
  json.key("since");
  if (state.open) {
    json.value(iso_time(state.since));
  } else {
    json.null();
  }
  json.member("reason", state.reason);
  json.member("held_back", state.held_back);
  json.end_object();
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> DecisionsResource::breaker(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  return breaker_state();
}

Result<HttpResponse> DecisionsResource::set_breaker(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_json(call.request.body, {"open", "why"}));
  TRY_ASSIGN(const std::optional<bool> open, given.flag("open"));
  TRY_ASSIGN(const std::optional<std::string> why, given.text("why"));
  if (!open) {
    return fail(ErrorCode::kInvalid, "say \"open\": true or false");
  }
  if (*open) {
    TRY(of_.book.open_breaker(actor_of(call), why.value_or("by hand")));
  } else {
    TRY(of_.book.close_breaker(actor_of(call)));
  }
  return breaker_state();
}

}  // namespace tocsin
