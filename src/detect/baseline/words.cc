#include "detect/baseline/words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "detect/correlate/sentence.h"

namespace tocsin {

std::string number_words(double value) {
  constexpr double kWholeMax = 1e15;
  if (std::abs(value) >= kWholeMax || !std::isfinite(value)) {
    return fmt::format("{:.3g}", value);
  }
  if (std::abs(value) < 100 && value != std::round(value)) {
    return fmt::format("{:.3g}", value);
  }
  std::string digits = fmt::format("{}", static_cast<std::int64_t>(std::llround(std::abs(value))));
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return value < 0 ? fmt::format("-{}", digits) : digits;
}

std::string range_words(double low, double high) {
  return fmt::format("{}–{}", number_words(low), number_words(high));
}

std::string share_words(double share) {
  return fmt::format("{:.3g} %", 100 * share);
}

std::string noun_of(const sigma::Monitor& monitor) {
  return monitor.noun.empty() ? "events" : monitor.noun;
}

std::string field_words(const std::vector<sigma::NamedField>& fields) {
  std::string text;
  for (const sigma::NamedField& field : fields) {
    text += text.empty() ? field.name : fmt::format(" and {}", field.name);
  }
  return text;
}

std::string monitor_key_phrase(const std::vector<KeyPart>& key) {
  std::string phrase;
  for (const KeyPart& part : key) {
    const std::string value = excerpt(part.value);
    if (part.field == "source.as.number") {
      phrase.append(" from network AS").append(value);
    } else if (part.field == "source.geo.country_iso_code") {
      phrase.append(" from country ").append(value);
    } else if (part.field == "destination.ip") {
      phrase.append(" to ").append(value);
    } else if (part.field == "tocsin.source") {
      phrase.append(" of source ").append(value);
    } else {
      phrase += key_phrase({part});
    }
  }
  return phrase;
}

Finding make_monitor_finding(const sigma::Monitor& monitor, std::vector<KeyPart> key,
                             const ReportFacts& facts, std::string sentence, Baseline baseline) {
  Finding finding;
  finding.rule = monitor.info;
  finding.key = std::move(key);
  finding.seq = facts.seq;
  finding.time = facts.time;
  finding.first = facts.first;
  finding.count = std::max<std::uint64_t>(1, facts.count);
  finding.events = facts.events;
  finding.sentence = std::move(sentence);
  finding.baseline = std::make_shared<const Baseline>(std::move(baseline));
  return finding;
}

std::vector<Seq> NewestSeqs::list() const {
  std::vector<Seq> list;
  for (std::size_t i = next_ < kMax ? 0 : next_ - kMax; i < next_; ++i) {
    list.push_back(seqs_[i % kMax]);
  }
  return list;
}

}  // namespace tocsin
