#include "api/evidence_resource.h"

#include "api/evidence_bundle.h"
#include "api/paced_stream.h"
#include "api/parameters.h"
#include "api/seq_query.h"
#include "base/fail.h"

namespace tocsin {
namespace {

constexpr std::string_view kBundleType = "application/x-ndjson";
constexpr std::size_t kPieceBytes = 64 * 1024;

std::vector<std::pair<Seq, Seq>> ranges_of(const std::vector<Seq>& seqs) {
  std::vector<std::pair<Seq, Seq>> ranges;
  for (const Seq seq : seqs) {
    if (!ranges.empty() && ranges.back().second == seq) {
      ranges.back().second = seq_plus(seq, 1);
    } else {
      ranges.emplace_back(seq, seq_plus(seq, 1));
    }
  }
  return ranges;
}

}  // namespace

Result<EvidenceResource::Wanted> EvidenceResource::read(const HttpRequest& request,
                                                        const Cancel& cancel) {
  TRY_ASSIGN(const Parameters given,
             Parameters::of_json(request.body, {"query", "from", "to", "seq_from", "seq_to"}));
  constexpr std::uint64_t kSeqMax = std::uint64_t{1} << 62U;
  TRY_ASSIGN(const auto first, given.number("seq_from", 1, kSeqMax));
  TRY_ASSIGN(const auto last, given.number("seq_to", 1, kSeqMax));
  TRY_ASSIGN(const std::optional<std::string> query, given.text("query"));
  Wanted wanted;
  if (first || last) {
    if (!first || !last || *first > *last || *last - *first >= kRangeMax || query) {
      return fail(ErrorCode::kInvalid,
                  "give seq_from and seq_to, the lower first, at most {} apart, and no query",
                  kRangeMax);
    }
    wanted.ranges.emplace_back(Seq(*first), Seq(*last + 1));
    return wanted;
  }
  if (!query) {
    return fail(ErrorCode::kInvalid, "give a query, or seq_from and seq_to");
  }
  wanted.query = *query;
  QueryRequest search;
  search.now = clock_.now();
  search.rows_max = kFoundMax;
  TRY_ASSIGN(search.from, given.time("from", search.now));
  TRY_ASSIGN(search.until, given.time("to", search.now));
  TRY_ASSIGN(const Query parsed, parse_query(*query));
  TRY_ASSIGN(const std::vector<Seq> seqs, find_seqs(events_, parsed, search, cancel));
  if (seqs.empty()) {
    return fail(ErrorCode::kNotFound, "the query finds no event");
  }
  wanted.ranges = ranges_of(seqs);
  return wanted;
}

void EvidenceResource::take(Call call) {
  Cancel cancel;
  const Result<Wanted> wanted = [&] {
    const CancelWatch::Watched watched(watch_, cancel,
                                       [&call] { return call.responder.abandoned(); });
    return read(call.request, cancel);
  }();
  if (!wanted) {
    call.refuse(wanted.error());
    return;
  }
  std::shared_ptr<EventStream> stream;
  std::string pending;
  const auto send = [&]() -> Status {
    if (stream == nullptr) {
      stream = call.start_stream(kBundleType);
    }
    Status written = PacedStream(*stream, cancel).write(pending);
    pending.clear();
    return written;
  };
  const Result<std::uint64_t> written = write_bundle(
      journal_, wanted->ranges, wanted->query, clock_.now(), [&](std::string_view bytes) -> Status {
        pending += bytes;
        return pending.size() < kPieceBytes ? Status() : send();
      });
  if (!written && stream == nullptr) {
    call.refuse(written.error());
    return;
  }
  // A bundle that broke off lacks its last line, and its check says so.
  if (written && send()) {
    stream->finish();
  }
}

}  // namespace tocsin
