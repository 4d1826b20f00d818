#include "journal/evidence.h"

#include <algorithm>

#include <openssl/evp.h>

#include "base/check.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/json_writer.h"
#include "base/utf8.h"
#include "journal/journal.h"

namespace tocsin {

// SHA-256 over all lines so far: the last line names it.
struct EvidenceWriter::Hasher {
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  Hasher() { CHECK(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1); }
  ~Hasher() { EVP_MD_CTX_free(context); }
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void add(std::string_view bytes) {
    CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
  }
  Sha256Digest digest() {
    Sha256Digest out{};
    CHECK(EVP_DigestFinal_ex(context, out.data(), nullptr) == 1);
    return out;
  }
};

namespace {

// As text where that is exact, else as base64 under "<name>_base64".
void put_bytes(JsonWriter& json, std::string_view name, std::string_view bytes) {
  if (is_valid_utf8(bytes)) {
    json.member(name, bytes);
  } else {
    json.member(std::string(name) + "_base64", base64_encode(bytes));
  }
}

void put_path(JsonWriter& json, const std::vector<Sha256Digest>& path) {
  json.key("path").begin_array();
  for (const Sha256Digest& hash : path) {
    json.value(base64_encode(digest_view(hash)));
  }
  json.end_array();
}

std::string record_line(const InclusionProof& proof, const Record& record) {
  JsonWriter json;
  json.begin_object();
  json.member("kind", "record").member("seq", proof.seq.value);
  json.member("received", record.received.value);
  json.member("block", proof.block_index).member("index", std::uint64_t{proof.record_index});
  if (proof.redacted) {
    json.member("redacted", true);
    json.member("leaf", base64_encode(digest_view(proof.record_leaf)));
  } else {
    put_bytes(json, "source", record.origin->source);
    put_bytes(json, "peer", record.origin->peer);
    put_bytes(json, "hint", record.origin->hint);
    put_bytes(json, "bytes", record.bytes);
    json.member("salt", base64_encode(
                            {reinterpret_cast<const char*>(proof.salt.data()), proof.salt.size()}));
  }
  put_path(json, proof.record_path);
  json.end_object();
  return json.take();
}

}  // namespace

EvidenceWriter::EvidenceWriter(const VerifierKey& key, const EvidenceAbout& about, EvidenceOut out)
    : out_(std::move(out)), hasher_(std::make_unique<Hasher>()) {
  JsonWriter json;
  json.begin_object();
  json.member("kind", "tocsin.evidence").member("version", 1);
  json.member("origin", key.name).member("key", key.text());
  json.member("exported", about.exported.value).member("query", about.query);
  json.end_object();
  header_ = json.take();
}

EvidenceWriter::~EvidenceWriter() = default;

Status EvidenceWriter::line(std::string text) {
  if (!header_.empty()) {
    const std::string header = std::move(header_) + "\n";
    header_.clear();
    hasher_->add(header);
    TRY(out_(header));
  }
  text.push_back('\n');
  hasher_->add(text);
  return out_(text);
}

Status EvidenceWriter::add(const InclusionProof& proof, const Record& record) {
  if (proof.checkpoint.note != checkpoint_note_) {
    JsonWriter json;
    json.begin_object();
    json.member("kind", "checkpoint").member("note", proof.checkpoint.note);
    json.end_object();
    TRY(line(json.take()));
    checkpoint_note_ = proof.checkpoint.note;
    block_index_ = UINT64_MAX;
  }
  if (proof.block_index != block_index_) {
    JsonWriter json;
    json.begin_object();
    json.member("kind", "block").member("block", proof.block_index);
    json.member("header", base64_encode(proof.block_header));
    put_path(json, proof.block_path);
    json.end_object();
    TRY(line(json.take()));
    block_index_ = proof.block_index;
  }
  ++records_;
  return line(record_line(proof, record));
}

Status EvidenceWriter::finish() {
  JsonWriter json;
  json.begin_object();
  json.member("kind", "end").member("records", records_);
  if (!header_.empty()) {
    const std::string header = std::move(header_) + "\n";
    header_.clear();
    hasher_->add(header);
    TRY(out_(header));
  }
  json.member("sha256", hex_encode(digest_view(hasher_->digest())));
  json.end_object();
  return out_(json.take() + "\n");
}

Result<std::uint64_t> export_evidence(const EvidenceSource& source,
                                      const std::vector<SeqRange>& ranges,
                                      const EvidenceAbout& about, const EvidenceOut& out) {
  constexpr std::size_t kRecordsAtOnce = 4096;
  constexpr std::size_t kBytesAtOnce = std::size_t{4} << 20U;
  EvidenceWriter writer(source.key, about, out);
  // The last one first: every other record is then under the same checkpoint.
  Seq last;
  for (const SeqRange& range : ranges) {
    if (range.begin < range.end) {
      last = std::max(last, Seq(range.end.value - 1));
    }
  }
  if (last.value != 0) {
    TRY(source.prove(last));
  }
  for (const SeqRange& range : ranges) {
    for (Seq from = range.begin; from < range.end;) {
      const std::size_t wanted =
          std::min<std::uint64_t>(kRecordsAtOnce, range.end.value - from.value);
      TRY_ASSIGN(const auto batch, source.read(from, wanted, kBytesAtOnce));
      if (batch->empty() || batch->first_seq() != from) {
        return fail(ErrorCode::kNotFound, "record {} cannot be read: removed, damaged or not there",
                    from.value);
      }
      for (std::size_t i = 0; i < batch->size(); ++i) {
        const Record record = (*batch)[i];
        TRY_ASSIGN(const InclusionProof proof, source.prove(record.seq));
        TRY(writer.add(proof, record));
      }
      from = batch->end_seq();
    }
  }
  TRY(writer.finish());
  return writer.records();
}

}  // namespace tocsin
