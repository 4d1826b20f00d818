// The Correlator finds what the slow reference finds: random rules, orders, lateness, batches,
// shards and threads.
#include "detect/correlate/correlation_oracle.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "detect/correlate/correlator.h"
#include "detect/test_events.h"

namespace tocsin {
namespace {

std::string three_rules() {
  std::string text;
  for (const char* name : {"a", "b", "c"}) {
    text += fmt::format(
        "title: {0}\nname: {0}\nlogsource: {{category: any}}\ndetection:\n  sel:\n"
        "    kind|contains: {0}\n  condition: sel\n---\n",
        name);
  }
  return text;
}

std::string pick(Rng& rng, std::initializer_list<const char*> from) {
  return *(from.begin() + static_cast<std::ptrdiff_t>(rng.below(from.size())));
}

std::string bounds(Rng& rng, std::uint64_t most) {
  const std::uint64_t low = 1 + rng.below(most);
  switch (rng.below(7)) {
    case 0:
      return fmt::format("gt: {}", low);
    case 1:
      return fmt::format("lt: {}", low + 1);
    case 2:
      return fmt::format("lte: {}", low);
    case 3:
      return fmt::format("eq: {}", low);
    case 4:
      return fmt::format("neq: {}", low);
    case 5:
      return fmt::format("gt: {}, lte: {}", low, low + 1 + rng.below(4));
    default:
      return fmt::format("gte: {}", low);
  }
}

std::string random_correlation(Rng& rng) {
  const std::string type =
      pick(rng, {"event_count", "event_count", "value_count", "value_count", "temporal",
                 "temporal_ordered", "value_sum", "value_avg", "value_median", "value_percentile"});
  std::string text = fmt::format("title: Correlation\ncorrelation:\n  type: {}\n  timespan: {}s\n",
                                 type, 3 + rng.below(25));
  const bool is_temporal = type.starts_with("temporal");
  if (type == "temporal" && rng.below(4) > 0) {
    text += "  condition: " +
            pick(rng, {"a and b and not c", "a AND (b OR c)", "a or b", "a and not (b and c)",
                       "b and NOT a", "a and b"}) +
            "\n";
    if (rng.below(2) == 0) {
      text += "  rules: [a, b, c]\n";
    }
  } else if (is_temporal) {
    text += "  rules: " + pick(rng, {"[a, b]", "[a, b, c]", "[c, a]", "[a]"}) + "\n";
    if (type == "temporal" && rng.below(2) == 0) {
      text += "  condition: {gte: 2}\n";
    }
  } else {
    text += "  rules: " + pick(rng, {"[a]", "[a, b]"}) + "\n";
    const std::string percentile = type == "value_percentile" ? "percentile: 80, " : "";
    const std::string field = type == "event_count" ? "" : "field: number, ";
    text += fmt::format("  condition: {{{}{}{}}}\n", field, percentile,
                        bounds(rng, type == "value_sum" ? 30 : 7));
  }
  return rng.below(3) == 0 ? text : text + "  group-by: [user.name]\n";
}

struct Stream {
  std::vector<TestEvent> events;
  std::vector<double> numbers;
};

Stream random_stream(Rng& rng) {
  static const std::vector<std::string> kKinds = {"a", "b", "c", "ab", "ac"};
  static const std::vector<std::string> kKeys = {"eve", "bob", ""};
  Stream stream;
  std::int64_t now = 100'000;
  const std::int64_t pace = 1 + static_cast<std::int64_t>(rng.below(4));
  const std::uint64_t late_one_in = 2 + rng.below(6);
  for (int i = 0; i < 120; ++i) {
    now += static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(pace) * 2));
    const std::int64_t back =
        rng.below(late_one_in) == 0 ? static_cast<std::int64_t>(rng.below(60)) : 0;
    const double number = static_cast<double>(rng.below(24)) / 4 - 0.5;
    stream.numbers.push_back(number);
    stream.events.push_back({{{"kind", text(kKinds[rng.below(kKinds.size())])},
                              {"user.name", text(kKeys[rng.below(kKeys.size())])},
                              {"number", Value::real(number)}},
                             at_second(static_cast<double>(now - back))});
  }
  return stream;
}

// All received at one time, later than every event.
std::shared_ptr<EventBatch> frozen(const EventBatch& made) {
  auto records = std::make_shared<RecordBatch>();
  const std::uint32_t origin = records->add_origin({"test", "", ""});
  for (std::size_t i = 0; i < made.size(); ++i) {
    EXPECT_TRUE(records->add(origin, at_second(1e7), ""));
  }
  records->set_first_seq(made.head(0).seq);
  auto out = std::make_shared<EventBatch>(records);
  for (std::size_t i = 0; i < made.size(); ++i) {
    EventHead& head = out->begin_event(i);
    head.time = made.head(i).time;
    head.dataset = made.head(i).dataset;
    for (const Field& field : made.fields(i)) {
      if (field.value.is_text()) {
        out->add_copy(field.id, field.value.as_text());
      } else {
        out->add(field.id, field.value);
      }
    }
  }
  return out;
}

std::string lines(std::vector<OracleFinding> findings) {
  std::ranges::sort(findings);
  std::string out;
  for (const OracleFinding& f : findings) {
    out += fmt::format("{} seq {} at {} from {} count {}\n", f.key, f.seq.value,
                       f.time.value / 1'000'000, f.first.value / 1'000'000, f.count);
  }
  return out;
}

class OracleTest : public testing::Test {
 protected:
  void SetUp() override {
    d.load_taxonomy("sources:\n  - logsource: {category: any}\n    when: true\n");
  }

  std::vector<std::shared_ptr<EventBatch>> cut(const Stream& stream, Rng& rng) {
    std::vector<std::shared_ptr<EventBatch>> batches;
    for (std::size_t from = 0; from < stream.events.size();) {
      const std::size_t size = std::min(1 + rng.below(50), stream.events.size() - from);
      const auto first = stream.events.begin() + static_cast<std::ptrdiff_t>(from);
      batches.push_back(frozen(*d.batch({first, first + static_cast<std::ptrdiff_t>(size)})));
      from += size;
    }
    return batches;
  }

  std::vector<Finding> run(const std::vector<std::shared_ptr<EventBatch>>& batches,
                           const CorrelatorLimits& limits) {
    Correlator correlator(d.rules, d.metrics, limits);
    std::vector<Finding> found;
    for (const auto& batch : batches) {
      correlator.consume(*batch, d.hits(*batch), found);
    }
    correlator.finish(found);
    return found;
  }

  std::string expected(const std::vector<std::shared_ptr<EventBatch>>& batches,
                       const Stream& stream, Span lateness) {
    const sigma::Correlation& correlation = d.rules->correlations()[0];
    CorrelationOracle oracle(correlation, lateness);
    const Seq first = batches[0]->head(0).seq;
    for (const auto& batch : batches) {
      for (const RuleHit& hit : d.hits(*batch)) {
        for (std::size_t input = 0; input < correlation.inputs.size(); ++input) {
          if (correlation.inputs[input].index != hit.rule) {
            continue;
          }
          const EventHead& head = batch->head(hit.event);
          const std::string key(
              correlation.group_by.empty() ? "" : batch->text(hit.event, fields::user_name));
          oracle.take(
              {head.time, head.seq, input, key, stream.numbers[head.seq.value - first.value]});
        }
      }
    }
    oracle.finish();
    return lines(oracle.findings);
  }

  static std::string as_lines(const std::vector<Finding>& findings) {
    std::vector<OracleFinding> out;
    for (const Finding& f : findings) {
      out.push_back({f.key.empty() ? "" : f.key[0].value, f.seq, f.time, f.first, f.count});
    }
    return lines(out);
  }

  TestDetection d;
};

TEST_F(OracleTest, TheCorrelatorFindsWhatTheReferenceFinds) {
  Rng rng(20'241'123);
  std::size_t findings = 0;
  for (int round = 0; round < 1'500; ++round) {
    const std::string correlation = random_correlation(rng);
    d.load(three_rules() + correlation);
    ASSERT_EQ(d.report.refused, 0U) << correlation << d.first_refusal();
    const Span lateness = span_s(static_cast<std::int64_t>(rng.below(3) * 10));
    const Stream stream = random_stream(rng);
    const auto batches = cut(stream, rng);
    const std::vector<Finding> found =
        run(batches, {.lateness = lateness, .hash_seed = rng.next(), .shards = 1 + rng.below(5)});
    findings += found.size();
    ASSERT_EQ(as_lines(found), expected(batches, stream, lateness))
        << "round " << round << ", lateness " << lateness.value / 1'000'000 << " s\n"
        << correlation;
  }
  EXPECT_GT(findings, 3'000U);
}

}  // namespace
}  // namespace tocsin
