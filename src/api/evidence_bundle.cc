#include "api/evidence_bundle.h"

#include "journal/evidence.h"

namespace tocsin {

Result<std::uint64_t> write_bundle(Journal& journal, const std::vector<std::pair<Seq, Seq>>& ranges,
                                   const std::string& query, Micros now,
                                   const std::function<Status(std::string_view)>& out) {
  const EvidenceSource source{
      .read = [&journal](
                  Seq from, std::size_t records_max,
                  std::size_t bytes_max) { return journal.read(from, records_max, bytes_max); },
      .prove = [&journal](Seq seq) { return journal.prove(seq); },
      .key = journal.verifier_key()};
  std::vector<SeqRange> wanted;
  for (const auto& [begin, end] : ranges) {
    wanted.push_back({begin, end});
  }
  return export_evidence(source, wanted, {.exported = now, .query = query}, out);
}

}  // namespace tocsin
