#include "api/record_resource.h"

#include "api/journal_resource.h"
#include "api/parameters.h"
#include "api/row_sinks.h"
#include "api/seq_query.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kReadBytesMax = std::size_t{64} << 20U;

void write_record(JsonWriter& json, const Record& record) {
  json.begin_object();
  json.member("seq", record.seq.value);
  json.member("received", iso_time(record.received));
  json.member("source", record.origin->source);
  json.member("peer", record.origin->peer);
  json.member("hint", record.origin->hint);
  if (is_valid_utf8(record.bytes)) {
    json.member("text", record.bytes);
  } else {
    json.member("base64", base64_encode(record.bytes));
  }
  json.end_object();
}

}  // namespace

// The event as a JSON object, or empty when it is not indexed (yet, or any more).
Result<std::string> RecordResource::event_of(Seq seq) {
  TRY_ASSIGN(const Query query, query_of_seqs("", seq, seq_plus(seq, 1)));
  QueryRequest request;
  request.now = clock_.now();
  request.rows_max = 1;
  TextRows rows;
  const Cancel never;
  TRY(run_query(events_, query, request, rows, never));
  return rows.rows().empty() ? std::string() : rows.rows().front();
}

Result<HttpResponse> RecordResource::get(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_query(call.request, {"proof"}));
  TRY_ASSIGN(const std::optional<bool> with_proof, given.flag("proof"));
  TRY_ASSIGN(const Seq seq, read_seq(call.path_values[0]));
  TRY_ASSIGN(const auto batch, journal_.read(seq, 1, kReadBytesMax));
  if (batch->empty() || batch->first_seq() != seq) {
    return fail(ErrorCode::kNotFound, "there is no record {}", seq.value);
  }
  TRY_ASSIGN(const std::string event, event_of(seq));
  JsonWriter json;
  json.begin_object();
  json.key("record");
  write_record(json, (*batch)[0]);
  json.key("event");
  if (event.empty()) {
    json.null();
  } else {
    json.raw(event);
  }
  json.key("proof");
  if (with_proof.value_or(true)) {
    TRY_ASSIGN(const InclusionProof proof, journal_.prove(seq));
    write_proof(json, proof);
  } else {
    json.null();
  }
  json.end_object();
  return HttpResponse::json(200, json.take());
}

}  // namespace tocsin
