#include "backtest/backtest.h"

#include <algorithm>
#include <set>

#include "backtest/necessary_filter.h"
#include "backtest/record_walk.h"
#include "base/fail.h"
#include "detect/detector.h"
#include "query/seq_scan.h"

namespace tocsin {
namespace {

// Reading everything is cheaper than picking, past this part of all.
constexpr std::uint64_t kWholeInstead = 2;

struct Chosen {
  std::set<std::uint32_t> plain;
  std::set<std::string> ids;
};

class ChoiceMaker {
 public:
  explicit ChoiceMaker(const RuleSet& rules) : rules_(rules) {}

  Result<Chosen> choose(const std::vector<std::string>& wanted) {
    for (const std::string& id : wanted) {
      TRY(add(id));
    }
    return std::move(chosen_);
  }

 private:
  Status add(const std::string& id) {
    bool found = false;
    for (std::uint32_t i = 0; i < rules_.rules().size(); ++i) {
      if (rules_.rules()[i].info->id == id) {
        chosen_.plain.insert(i);
        found = true;
      }
    }
    for (std::uint32_t i = 0; i < rules_.correlations().size(); ++i) {
      if (rules_.correlations()[i].info->id == id) {
        add_inputs(i);
        found = true;
      }
    }
    if (!found) {
      return fail(ErrorCode::kNotFound, "there is no rule with the id {}", id);
    }
    chosen_.ids.insert(id);
    return {};
  }

  void add_inputs(std::uint32_t correlation) {
    for (const sigma::CorrelationInput& input : rules_.correlations()[correlation].inputs) {
      if (input.kind == sigma::CorrelationInput::Kind::kRule) {
        chosen_.plain.insert(input.index);
      } else {
        add_inputs(input.index);
      }
    }
  }

  const RuleSet& rules_;
  Chosen chosen_;
};

class Backtest {
 public:
  Backtest(const BacktestParts& parts, const BacktestRequest& request, const Cancel& cancel)
      : parts_(parts),
        request_(request),
        cancel_(cancel),
        begun_(parts.clock.since_boot()),
        matcher_(make_matcher(request.rules, parts.fields, parts.datasets, metrics_)),
        detector_(request.rules->rule_set(), parts.fields, parts.datasets, metrics_,
                  options_of(request)) {}

  Result<BacktestReport> run(const std::function<Status(const BacktestProgress&)>& on_progress) {
    TRY_ASSIGN(chosen_, ChoiceMaker(*request_.rules->rule_set()).choose(request_.wanted));
    TRY_ASSIGN(RecordWalk walk, make_walk());
    BacktestProgress progress{0, walk.size()};
    TRY(on_progress(progress));
    while (true) {
      TRY(check_time());
      TRY_ASSIGN(const RecordWalk::Piece piece, walk.next());
      if (piece.batch == nullptr) {
        break;
      }
      look_at(piece);
      progress.done = walk.done();
      TRY(on_progress(progress));
    }
    detector_.finish(findings_);
    count_findings();
    return report();
  }

 private:
  static DetectorOptions options_of(const BacktestRequest& request) {
    DetectorOptions options;
    options.correlation.hash_seed = request.hash_seed;
    return options;
  }

  Span elapsed() const { return Span(parts_.clock.since_boot().value - begun_.value); }

  Status check_time() const {
    if (cancel_.stopped()) {
      return fail(ErrorCode::kCancelled, "the backtest was cancelled");
    }
    if (elapsed() > request_.time_max) {
      return fail(ErrorCode::kTimeout, "the backtest takes longer than {} s: try a shorter period",
                  request_.time_max.value / kMicrosPerSecond);
    }
    return {};
  }

  // The records that can match, or all of the period.
  Result<RecordWalk> make_walk() {
    SeqScan scan;
    scan.condition = std::make_shared<Expr>();
    scan.from = request_.from;
    scan.until = request_.until;
    scan.now = parts_.clock.now();
    scan.limits.time = request_.time_max;
    TRY_ASSIGN(report_.stored, count_seqs(parts_.events, scan, cancel_));
    const std::vector<std::uint32_t> plain(chosen_.plain.begin(), chosen_.plain.end());
    const NecessaryFilter filter =
        necessary_filter(*request_.rules->rule_set(), plain, parts_.fields);
    scan.condition = filter.condition;
    if (filter.narrows) {
      TRY_ASSIGN(const std::uint64_t count, count_seqs(parts_.events, scan, cancel_));
      if (count <= BacktestRequest::kCandidatesMax && count * kWholeInstead <= report_.stored) {
        report_.narrowed = true;
        scan.limits.rows_max = BacktestRequest::kCandidatesMax;
        TRY_ASSIGN(std::vector<Seq> seqs, scan_seqs(parts_.events, scan, cancel_));
        return RecordWalk(parts_.journal, std::move(seqs));
      }
    }
    TRY_ASSIGN(const SeqRange span, span_of_period(scan));
    return RecordWalk(parts_.journal, span);
  }

  // From the first to the last record with an event of the period: event time and order of arrival
  // may differ.
  Result<SeqRange> span_of_period(SeqScan scan) {
    scan.condition = std::make_shared<Expr>();
    return bounds_of_seqs(parts_.events, scan, cancel_);
  }

  void look_at(const RecordWalk::Piece& piece) {
    const std::shared_ptr<EventBatch> events = parts_.decode(piece.batch, piece.from, piece.to);
    report_.candidates += events->size();
    hits_.clear();
    matcher_->match(*events, hits_);
    std::erase_if(hits_, [&](const RuleHit& hit) {
      const Micros time = events->head(hit.event).time;
      return !chosen_.plain.contains(hit.rule) || time < request_.from || time >= request_.until;
    });
    detector_.consume(*events, hits_, findings_);
    count_findings();
  }

  void count_findings() {
    for (const Finding& finding : findings_) {
      if (chosen_.ids.contains(finding.rule->id)) {
        tally_.add(finding);
        if (request_.on_finding) {
          request_.on_finding(finding);
        }
      }
    }
    findings_.clear();
  }

  BacktestReport report() {
    report_.findings = tally_.findings();
    report_.events = tally_.events();
    report_.alerts = tally_.alerts();
    report_.keys_cut = tally_.keys_cut();
    report_.days = tally_.days();
    report_.top = tally_.top_keys(request_.keys_max);
    report_.took = elapsed();
    return std::move(report_);
  }

  const BacktestParts& parts_;
  const BacktestRequest& request_;
  const Cancel& cancel_;
  const Span begun_;
  Metrics metrics_;  // of this run alone: the server's count the stream
  Chosen chosen_;
  std::unique_ptr<Matcher> matcher_;
  Detector detector_;
  std::vector<RuleHit> hits_;
  std::vector<Finding> findings_;
  FindingTally tally_;
  BacktestReport report_;
};

}  // namespace

Result<BacktestReport> run_backtest(
    const BacktestParts& parts, const BacktestRequest& request,
    const std::function<Status(const BacktestProgress&)>& on_progress, const Cancel& cancel) {
  if (request.from >= request.until) {
    return fail(ErrorCode::kInvalid, "the period is empty: it ends before it begins");
  }
  return Backtest(parts, request, cancel).run(on_progress);
}

}  // namespace tocsin
