// /api/v1/journal: checkpoint, key, proofs. All of it is public knowledge by design; it still
// wants a key, because a checkpoint tells how much this server logs.
#pragma once

#include "api/call.h"
#include "base/json_writer.h"
#include "journal/journal.h"

namespace tocsin {

class JournalResource {
 public:
  explicit JournalResource(Journal& journal) : journal_(journal) {}

  Result<HttpResponse> checkpoint(const Call& call);
  Result<HttpResponse> key(const Call& call);
  Result<HttpResponse> proof(const Call& call);
  Result<HttpResponse> consistency(const Call& call);

 private:
  Journal& journal_;
};

// A whole number of 1 or more, or kInvalid.
Result<Seq> read_seq(std::string_view text);
void write_proof(JsonWriter& json, const InclusionProof& proof);

}  // namespace tocsin
