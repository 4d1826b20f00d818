// STIX 2.1 bundles and TAXII 2.1 envelopes: their indicators into a list; and one into the other,
// so that a collection can be kept as a bundle and brought up to date with what is new.
//
// Of an indicator's versions the newest `modified` counts; revoked ones and benign ones are left
// out. Places in messages are the numbers of the objects, from 1.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "enrich/threat_list.h"

namespace tocsin {

// kCorrupt when the text is no JSON object with "objects".
Status read_stix(std::string_view text, ThreatListBuilder& list);

struct StixEnvelope {
  std::string next;  // of a TAXII page; empty when there is none
  bool more = false;
  std::size_t objects = 0;
};

// StixCollection: indicators by id, each in its newest version. One thread.
class StixCollection {
 public:
  static constexpr std::size_t kObjectsMax = 2'000'000;

  StixCollection();
  ~StixCollection();
  StixCollection(const StixCollection&) = delete;
  StixCollection& operator=(const StixCollection&) = delete;

  // Takes a bundle or an envelope. kTooLarge past kObjectsMax or `bytes_max` of text kept.
  Result<StixEnvelope> take(std::string_view text, std::size_t bytes_max);
  // Everything that is not revoked, as a bundle.
  std::string bundle() const;
  std::size_t size() const;

 private:
  struct Objects;
  std::unique_ptr<Objects> objects_;
};

}  // namespace tocsin
