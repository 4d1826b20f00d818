// The slow, obvious matcher: every rule that the gate admits, its tree walked as it stands. The
// compiled matcher is held against it.
#include "detect/evaluator.h"
#include "detect/gate.h"
#include "detect/matcher.h"

namespace tocsin {
namespace {

class Oracle final : public Matcher {
 public:
  Oracle(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields, DatasetCatalog& datasets,
         Metrics& metrics)
      : rules_(std::move(rules)),
        evaluator_(fields, datasets),
        gate_(rules_),
        events_(metrics.counter("tocsin_detect_events_total", "Events that rules looked at")),
        hits_(metrics.counter("tocsin_detect_rule_hits_total", "Matches of plain rules")),
        regex_given_up_(metrics.counter("tocsin_detect_regex_given_up_total",
                                        "Regular expression searches stopped at their limit")),
        request_unsettled_(
            metrics.counter("tocsin_detect_request_unsettled_total",
                            "Request texts in more layers of encoding than were taken off")) {}

  void match(const EventBatch& batch, std::vector<RuleHit>& hits) override {
    const std::size_t hits_before = hits.size();
    const std::uint64_t unsettled_before = evaluator_.view().request_parts().unsettled();
    const std::uint64_t given_up_before = evaluator_.regex_given_up();
    for (std::uint32_t event = 0; event < batch.size(); ++event) {
      evaluator_.reset(batch, event);
      for (const std::uint32_t rule : gate_.candidates(evaluator_)) {
        if (evaluator_.fits(rules_->rules()[rule].detection)) {
          hits.push_back({event, rule});
        }
      }
    }
    events_.add(batch.size());
    hits_.add(hits.size() - hits_before);
    request_unsettled_.add(evaluator_.view().request_parts().unsettled() - unsettled_before);
    regex_given_up_.add(evaluator_.regex_given_up() - given_up_before);
  }

 private:
  std::shared_ptr<const RuleSet> rules_;
  Evaluator evaluator_;
  Gate gate_;
  Counter& events_;
  Counter& hits_;
  Counter& regex_given_up_;
  Counter& request_unsettled_;
};

}  // namespace

std::unique_ptr<Matcher> make_oracle(std::shared_ptr<const RuleSet> rules, FieldCatalog& fields,
                                     DatasetCatalog& datasets, Metrics& metrics) {
  return std::make_unique<Oracle>(std::move(rules), fields, datasets, metrics);
}

}  // namespace tocsin
