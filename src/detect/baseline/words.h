// How monitors speak: numbers, ranges and findings for people.
#pragma once

#include <string>
#include <vector>

#include "detect/sigma/monitor.h"
#include "model/finding.h"

namespace tocsin {

// "412", "1,234,567", "0.0312", "5.2e+18"
std::string number_words(double value);
// "12–35"
std::string range_words(double low, double high);
// "62 %"
std::string share_words(double share);
// "log-ins"
std::string noun_of(const sigma::Monitor& monitor);
// "different user.name", "source.bytes"
std::string field_words(const std::vector<sigma::NamedField>& fields);
// " from network AS64500", " for user alice"
std::string monitor_key_phrase(const std::vector<KeyPart>& key);

// What a report is about, besides the monitor and its key.
struct ReportFacts {
  Micros time;
  Micros first;
  Seq seq;
  std::uint64_t count = 1;
  std::vector<Seq> events;
};
Finding make_monitor_finding(const sigma::Monitor& monitor, std::vector<KeyPart> key,
                             const ReportFacts& facts, std::string sentence, Baseline baseline);

// The Seqs of the newest few events of something.
class NewestSeqs {
 public:
  void add(Seq seq) {
    seqs_[next_ % kMax] = seq;
    ++next_;
  }
  void clear() { next_ = 0; }
  std::vector<Seq> list() const;

 private:
  static constexpr std::size_t kMax = 4;
  Seq seqs_[kMax];
  std::size_t next_ = 0;
};

}  // namespace tocsin
