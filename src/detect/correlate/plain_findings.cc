#include "detect/correlate/plain_findings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "detect/correlate/hit.h"
#include "detect/correlate/sentence.h"
#include "model/ecs_fields.h"

namespace tocsin {

using sigma::NamedField;

Finding PlainFindings::without_sentence(const Rule& rule, const EventBatch& batch,
                                        std::size_t event) {
  static const std::array<NamedField, 3> kDefaultKey = {{{"source.ip", {fields::source_ip}},
                                                         {"user.name", {fields::user_name}},
                                                         {"host.name", {fields::host_name}}}};
  const Hit origin = hit_of(batch, event);
  Finding finding;
  finding.rule = rule.info;
  const auto add_part = [&finding, &origin](const NamedField& field) {
    std::string value;
    const bool there = append_value(origin, field, value);
    if (there) {
      finding.key.push_back({field.name, std::move(value)});
    }
    return there;
  };
  if (rule.group_by.empty()) {
    static_cast<void>(std::ranges::any_of(kDefaultKey, add_part));
  } else {
    std::ranges::for_each(rule.group_by, add_part);
  }
  finding.seq = origin.seq;
  finding.time = origin.time;
  finding.first = origin.time;
  finding.events = {origin.seq};
  return finding;
}

Finding PlainFindings::make(const Rule& rule, const EventBatch& batch, std::size_t event) {
  Finding finding = without_sentence(rule, batch, event);
  evaluator_.reset(batch, event);
  finding.sentence = rule_sentence(rule, finding.key, evaluator_, fields_);
  return finding;
}

}  // namespace tocsin
