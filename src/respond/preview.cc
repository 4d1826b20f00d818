#include "respond/preview.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "base/fail.h"
#include "base/time_text.h"
#include "respond/guard/network_size.h"

namespace tocsin {
namespace {

constexpr std::size_t kInnocentsMax = 10'000;

class Previewing {
 public:
  Previewing(const PreviewWish& wish, const GuardParts& guards) : wish_(wish), guards_(guards) {
    const RespondSettings& settings = guards.settings;
    escalation_ = wish.pattern.escalation.value_or(
        Escalation{settings.first_duration, static_cast<double>(settings.factor), settings.steps,
                   settings.longest_duration, settings.forget_after});
  }

  void take_logins(std::vector<PreviewLogin> logins) {
    for (PreviewLogin& login : logins) {
      logins_.emplace(login.address, std::move(login));
    }
  }

  // False: no more can be taken.
  bool take(const PreviewFinding& finding) {
    ++report.findings;
    Last& last = last_[{finding.target.scope, finding.target.value}];
    if (last.subject != kNone && finding.time < report.subjects[last.subject].until) {
      ++report.subjects[last.subject].findings;
      return true;
    }
    if (report.subjects.size() >= PreviewReport::kSubjectsMax) {
      report.cut = true;
      return false;
    }
    const bool remembered = last.strike > 0 && finding.time - last.end <= escalation_.forget_after;
    const std::uint32_t strike = remembered ? last.strike + 1 : 1;
    PreviewSubject subject = judge(finding, strike);
    last.subject = report.subjects.size();
    if (subject.outcome == OutcomeKind::kTaken) {
      last.strike = strike;
      last.end = subject.until;
    }
    report.subjects.push_back(std::move(subject));
    return true;
  }

  Status finish(HistorySource& history) {
    std::set<std::string> all;
    for (PreviewSubject& subject : report.subjects) {
      if (subject.outcome != OutcomeKind::kTaken || subject.kind == DecisionKind::kThrottle) {
        continue;
      }
      const Micros until = std::min(subject.until, wish_.until);
      TRY_ASSIGN(subject.events_stopped, history.events(subject.target, subject.from, until));
      report.events_stopped += subject.events_stopped;
      const std::set<std::string> users = users_of(subject.target, subject.from, until);
      subject.innocent_users = named(users);
      all.insert(users.begin(), users.end());
    }
    for (const std::string& user : all) {
      if (report.innocent_users.size() >= kInnocentsMax) {
        report.cut = true;
        break;
      }
      report.innocent_users.push_back(user);
    }
    return {};
  }

  PreviewReport report;

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct Last {
    std::size_t subject = kNone;
    std::uint32_t strike = 0;
    Micros end;
  };

  PreviewSubject judge(const PreviewFinding& finding, std::uint32_t strike) {
    const RespondSettings& settings = guards_.settings;
    PreviewSubject subject;
    subject.target = finding.target;
    subject.kind = wish_.pattern.kind;
    subject.from = finding.time;
    subject.until = finding.time + wish_.pattern.duration.value_or(escalated(escalation_, strike));
    subject.findings = 1;
    const Micros settled = finding.first - settings.shared_settle;
    const std::set<std::string> known =
        users_of(finding.target, finding.time - settings.shared_window, settled);
    subject.known_users = named(known);

    const Proposal proposal{wish_.pattern, finding.target, wish_.pattern.kind, finding.time};
    const Judgement size = judge_size(proposal, settings);
    Judgement objection = size;
    if (objection.word == Word::kAllow) {
      objection = guards_.never_block.judge(finding.target);
    }
    if (objection.word == Word::kAllow) {
      objection = guards_.admins.judge(finding.target, finding.time);
    }
    if (objection.word != Word::kAllow) {
      subject.outcome =
          objection.word == Word::kApproval ? OutcomeKind::kWaiting : OutcomeKind::kRefused;
      say(subject, objection.guard, objection.why);
      return subject;
    }
    if (subject.kind == DecisionKind::kBlock && known.size() >= settings.shared_users_min) {
      subject.kind = DecisionKind::kThrottle;
      say(subject, "shared_address",
          fmt::format("{} different users had logged in from it; throttled instead", known.size()));
    }
    if (over_the_rate(finding.time)) {
      subject.outcome = OutcomeKind::kDryRun;
      say(subject, "breaker", "too many decisions within a minute");
    }
    return subject;
  }

  static void say(PreviewSubject& subject, std::string_view guard, std::string_view why) {
    subject.guard = guard;
    subject.sentence = fmt::format("{}: {}", target_text(subject.target), why);
  }

  bool over_the_rate(Micros time) {
    while (!taken_.empty() && time - taken_.front() >= span_s(60)) {
      taken_.pop_front();
    }
    if (taken_.size() >= guards_.settings.breaker_per_minute) {
      return true;
    }
    taken_.push_back(time);
    return false;
  }

  std::set<std::string> users_of(const DecisionTarget& target, Micros from, Micros until) const {
    std::set<std::string> users;
    if (target.scope == ScopeKind::kUser) {
      for (const auto& [address, login] : logins_) {
        if (login.user == target.value && login.time >= from && login.time < until) {
          users.insert(login.user);
        }
      }
      return users;
    }
    if (target.scope != ScopeKind::kAddress && target.scope != ScopeKind::kNetwork) {
      return users;
    }
    for (auto at = logins_.lower_bound(target.network.first());
         at != logins_.end() && target.network.contains(at->first); ++at) {
      if (at->second.time >= from && at->second.time < until) {
        users.insert(at->second.user);
      }
    }
    return users;
  }

  static std::vector<std::string> named(const std::set<std::string>& users) {
    std::vector<std::string> names(users.begin(), users.end());
    names.resize(std::min(names.size(), PreviewReport::kUsersNamedMax));
    return names;
  }

  const PreviewWish& wish_;
  const GuardParts& guards_;
  Escalation escalation_;
  std::multimap<IpAddress, PreviewLogin> logins_;
  std::map<std::pair<ScopeKind, std::string>, Last> last_;
  std::deque<Micros> taken_;
};

}  // namespace

Result<PreviewReport> preview(const PreviewWish& wish, const PreviewSources& sources,
                              const GuardParts& guards) {
  if (wish.from >= wish.until) {
    return fail(ErrorCode::kInvalid, "the period {} to {} is empty", iso_time(wish.from),
                iso_time(wish.until));
  }
  Previewing previewing(wish, guards);
  TRY_ASSIGN(std::vector<PreviewLogin> logins,
             sources.history.logins(wish.from - guards.settings.shared_window, wish.until,
                                    PreviewReport::kLoginsMax));
  previewing.report.cut = logins.size() >= PreviewReport::kLoginsMax;
  previewing.take_logins(std::move(logins));
  TRY(sources.findings.each(wish.from, wish.until, [&](const PreviewFinding& finding) {
    return previewing.take(finding);
  }));
  TRY(previewing.finish(sources.history));
  return std::move(previewing.report);
}

}  // namespace tocsin
