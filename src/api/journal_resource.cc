#include "api/journal_resource.h"

#include "api/parameters.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kTextPlain = "text/plain; charset=utf-8";

void write_path(JsonWriter& json, std::string_view name, const std::vector<Sha256Digest>& path) {
  json.key(name).begin_array();
  for (const Sha256Digest& digest : path) {
    json.value(hex_encode(digest_view(digest)));
  }
  json.end_array();
}

std::string salt_text(const RecordSalt& salt) {
  std::string bytes;
  for (const unsigned char byte : salt) {
    bytes += static_cast<char>(byte);
  }
  return hex_encode(bytes);
}

}  // namespace

Result<Seq> read_seq(std::string_view text) {
  const std::optional<std::int64_t> number = parse_int(text);
  if (!number || *number < 1) {
    return fail(ErrorCode::kInvalid, "{} is not a Seq: a whole number of 1 or more",
                text.substr(0, 32));
  }
  return Seq(static_cast<std::uint64_t>(*number));
}

void write_proof(JsonWriter& json, const InclusionProof& proof) {
  json.begin_object();
  json.member("seq", proof.seq.value);
  json.member("redacted", proof.redacted);
  json.member("salt", salt_text(proof.salt));
  json.member("record_leaf", hex_encode(digest_view(proof.record_leaf)));
  json.member("record_index", proof.record_index);
  write_path(json, "record_path", proof.record_path);
  json.member("block_header", hex_encode(proof.block_header));
  json.member("block_index", proof.block_index);
  write_path(json, "block_path", proof.block_path);
  json.member("checkpoint", proof.checkpoint.note);
  json.end_object();
}

Result<HttpResponse> JournalResource::checkpoint(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(Checkpoint checkpoint, journal_.checkpoint());
  return HttpResponse::bytes(200, kTextPlain, std::move(checkpoint.note));
}

Result<HttpResponse> JournalResource::key(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  return HttpResponse::bytes(200, kTextPlain, journal_.verifier_key().text() + "\n");
}

Result<HttpResponse> JournalResource::proof(const Call& call) {
  TRY(Parameters::of_query(call.request, {}));
  TRY_ASSIGN(const Seq seq, read_seq(call.path_values[0]));
  TRY_ASSIGN(const InclusionProof proof, journal_.prove(seq));
  JsonWriter json;
  write_proof(json, proof);
  return HttpResponse::json(200, json.take());
}

Result<HttpResponse> JournalResource::consistency(const Call& call) {
  TRY_ASSIGN(const Parameters given, Parameters::of_query(call.request, {"from", "to"}));
  constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 62U;
  TRY_ASSIGN(const auto from, given.number("from", 1, kSizeMax));
  TRY_ASSIGN(const auto to, given.number("to", 1, kSizeMax));
  if (!from || !to || *from > *to) {
    return fail(ErrorCode::kInvalid,
                "give two sizes of the tree, ?from=OLD&to=NEW, the older first");
  }
  TRY_ASSIGN(const ConsistencyProof proof, journal_.consistency(*from, *to));
  JsonWriter json;
  json.begin_object();
  json.member("old_size", proof.old_size);
  json.member("new_size", proof.new_size);
  json.member("old_root", hex_encode(digest_view(proof.old_root)));
  json.member("new_root", hex_encode(digest_view(proof.new_root)));
  write_path(json, "path", proof.path);
  json.end_object();
  return HttpResponse::json(200, json.take());
}

}  // namespace tocsin
