// The offline half of journal/evidence.h: a bundle's lines against the hashes and the signature.
#include <algorithm>
#include <cstring>

#include <openssl/evp.h>
#include <simdjson.h>

#include "base/check.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "journal/block.h"
#include "journal/evidence.h"
#include "journal/merkle.h"
#include "journal/signed_note.h"

namespace tocsin {
namespace {

constexpr std::size_t kLineBytesMax = std::size_t{64} << 20U;
constexpr std::size_t kPathMax = 64;

using simdjson::dom::element;

Error malformed(std::string_view what) {
  return fail(ErrorCode::kInvalid, "malformed: {}", what);
}

Result<std::string_view> text_of(const element& line, std::string_view name) {
  std::string_view text;
  if (line[name].get_string().get(text) != simdjson::SUCCESS) {
    return malformed(fmt::format("no text \"{}\"", name));
  }
  return text;
}

Result<std::uint64_t> number_of(const element& line, std::string_view name) {
  std::uint64_t number = 0;
  if (line[name].get_uint64().get(number) != simdjson::SUCCESS) {
    return malformed(fmt::format("no number \"{}\"", name));
  }
  return number;
}

Result<std::string> bytes_of(const element& line, std::string_view name) {
  const std::string encoded_name = std::string(name) + "_base64";
  std::string_view encoded;
  if (line[encoded_name].get_string().get(encoded) != simdjson::SUCCESS) {
    TRY_ASSIGN(const std::string_view text, text_of(line, name));
    return std::string(text);
  }
  std::optional<std::string> bytes = base64_decode(encoded);
  if (!bytes) {
    return malformed(fmt::format("\"{}\" is no base64", encoded_name));
  }
  return std::move(*bytes);
}

// Exactly N bytes of base64.
template <std::size_t N>
Result<std::array<unsigned char, N>> array_of(std::string_view base64) {
  const std::optional<std::string> bytes = base64_decode(base64);
  if (!bytes || bytes->size() != N) {
    return malformed(fmt::format("\"{}\" are not {} bytes", base64.substr(0, 80), N));
  }
  std::array<unsigned char, N> out{};
  std::memcpy(out.data(), bytes->data(), N);
  return out;
}

Result<std::vector<Sha256Digest>> path_of(const element& line) {
  simdjson::dom::array array;
  if (line["path"].get_array().get(array) != simdjson::SUCCESS || array.size() > kPathMax) {
    return malformed("no \"path\" of at most 64 hashes");
  }
  std::vector<Sha256Digest> path;
  for (const element item : array) {
    std::string_view text;
    if (item.get_string().get(text) != simdjson::SUCCESS) {
      return malformed("a hash of \"path\" is no text");
    }
    TRY_ASSIGN(const Sha256Digest hash, array_of<32>(text));
    path.push_back(hash);
  }
  return path;
}

struct BundleRecord {
  InclusionProof proof;
  Origin origin;
  Micros received;
  std::string bytes;
};

Result<BundleRecord> parse_record(const element& line) {
  BundleRecord out;
  TRY_ASSIGN(const std::uint64_t seq, number_of(line, "seq"));
  TRY_ASSIGN(const std::uint64_t index, number_of(line, "index"));
  TRY_ASSIGN(out.proof.block_index, number_of(line, "block"));
  std::int64_t received = 0;
  if (line["received"].get_int64().get(received) != simdjson::SUCCESS ||
      index >= journal::kBlockRecordsLimit) {
    return malformed("\"received\" or \"index\"");
  }
  out.proof.seq = Seq(seq);
  out.proof.record_index = static_cast<std::uint32_t>(index);
  out.received = Micros(received);
  TRY_ASSIGN(out.proof.record_path, path_of(line));
  bool redacted = false;
  if (line["redacted"].get_bool().get(redacted) == simdjson::SUCCESS && redacted) {
    out.proof.redacted = true;
    TRY_ASSIGN(const std::string_view leaf, text_of(line, "leaf"));
    TRY_ASSIGN(out.proof.record_leaf, array_of<32>(leaf));
    return out;
  }
  TRY_ASSIGN(out.origin.source, bytes_of(line, "source"));
  TRY_ASSIGN(out.origin.peer, bytes_of(line, "peer"));
  TRY_ASSIGN(out.origin.hint, bytes_of(line, "hint"));
  TRY_ASSIGN(out.bytes, bytes_of(line, "bytes"));
  TRY_ASSIGN(const std::string_view salt, text_of(line, "salt"));
  TRY_ASSIGN(out.proof.salt, array_of<16>(salt));
  out.proof.record_leaf = journal::record_leaf(out.proof.salt, out.received, out.origin, out.bytes);
  return out;
}

}  // namespace

class EvidenceChecker::Impl {
 public:
  explicit Impl(std::optional<VerifierKey> pinned) : pinned_(std::move(pinned)) {
    CHECK(EVP_DigestInit_ex(hash_, EVP_sha256(), nullptr) == 1);
  }
  ~Impl() { EVP_MD_CTX_free(hash_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void line(std::string_view text) {
    ++line_number_;
    seq_ = Seq();
    if (ended_) {
      fault("there is more behind the end");
      return;
    }
    if (const Status checked = check_line(text); !checked) {
      fault(checked.error().full_text());
    }
    CHECK(EVP_DigestUpdate(hash_, text.data(), text.size()) == 1);
    CHECK(EVP_DigestUpdate(hash_, "\n", 1) == 1);
  }

  EvidenceReport finish() {
    seq_ = Seq();
    if (line_number_ == 0) {
      fault("the bundle is empty");
    } else if (!ended_) {
      fault("the bundle is cut short: its last line is not there");
    }
    return std::move(report_);
  }

 private:
  void fault(std::string what) {
    ++report_.faults_total;
    if (report_.faults.size() < EvidenceReport::kFaultsMax) {
      report_.faults.push_back({line_number_, seq_, std::move(what)});
    }
  }

  Status check_line(std::string_view text) {
    if (text.size() > kLineBytesMax) {
      return malformed("the line is too long");
    }
    element line;
    if (parser_.parse(text.data(), text.size()).get(line) != simdjson::SUCCESS) {
      return malformed("not JSON");
    }
    TRY_ASSIGN(const std::string_view kind, text_of(line, "kind"));
    if (line_number_ == 1) {
      return kind == "tocsin.evidence" ? check_header(line) : malformed("not an evidence bundle");
    }
    if (kind == "checkpoint") {
      return check_checkpoint(line);
    }
    if (kind == "block") {
      return check_block(line);
    }
    if (kind == "record") {
      return check_record(line);
    }
    return kind == "end" ? check_end(line) : malformed(fmt::format("kind \"{}\"", kind));
  }

  Status check_header(const element& line) {
    TRY_ASSIGN(const std::uint64_t version, number_of(line, "version"));
    if (version != 1) {
      return fail(ErrorCode::kInvalid, "bundle version {} is not known", version);
    }
    TRY_ASSIGN(const std::string_view origin, text_of(line, "origin"));
    TRY_ASSIGN(const std::string_view key, text_of(line, "key"));
    TRY_ASSIGN(const std::string_view query, text_of(line, "query"));
    report_.origin = std::string(origin);
    report_.key = std::string(key);
    report_.query = std::string(query);
    std::int64_t exported = 0;
    if (line["exported"].get_int64().get(exported) != simdjson::SUCCESS) {
      return malformed("no \"exported\"");
    }
    report_.exported = Micros(exported);
    TRY_ASSIGN(VerifierKey named, VerifierKey::parse(key));
    if (named.text() != key || named.name != origin) {
      return malformed("the key does not belong to the origin");
    }
    report_.key_pinned = pinned_.has_value() && pinned_->text() == named.text();
    key_ = std::move(named);
    if (pinned_ && !report_.key_pinned) {
      key_ = pinned_;
      return fail(ErrorCode::kDenied, "the bundle names key {}, trusted is {}", key,
                  pinned_->text());
    }
    return {};
  }

  Status check_checkpoint(const element& line) {
    checkpoint_.reset();
    block_.reset();
    if (!key_) {
      return malformed("no key to check it with");
    }
    TRY_ASSIGN(const std::string_view note, text_of(line, "note"));
    TRY_ASSIGN(checkpoint_, journal::open_checkpoint(note, *key_));
    ++report_.checkpoints;
    return {};
  }

  Status check_block(const element& line) {
    block_.reset();
    if (!checkpoint_) {
      return malformed("no valid checkpoint before it");
    }
    TRY_ASSIGN(const std::uint64_t index, number_of(line, "block"));
    TRY_ASSIGN(const std::string_view encoded, text_of(line, "header"));
    TRY_ASSIGN(const auto bytes, array_of<journal::kCommittedBytes>(encoded));
    TRY_ASSIGN(const std::vector<Sha256Digest> path, path_of(line));
    const std::string_view committed(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto root = journal::root_of_inclusion(journal::leaf_hash(committed), index,
                                                 checkpoint_->tree_size, path);
    if (!root || *root != checkpoint_->root) {
      return fail(ErrorCode::kCorrupt, "block {}: its path does not lead to the checkpoint's root",
                  index);
    }
    TRY_ASSIGN(block_, journal::CommittedHeader::parse(committed));
    block_index_ = index;
    return {};
  }

  Status check_record(const element& line) {
    if (const auto seq = number_of(line, "seq")) {
      seq_ = Seq(*seq);
    }
    TRY_ASSIGN(const BundleRecord record, parse_record(line));
    const InclusionProof& proof = record.proof;
    if (!block_ || proof.block_index != block_index_) {
      return fail(ErrorCode::kCorrupt, "its block {} is not proven", proof.block_index);
    }
    if (proof.seq.value != block_->first_seq.value + proof.record_index) {
      return fail(ErrorCode::kCorrupt, "its place {} in the block does not fit its Seq",
                  proof.record_index);
    }
    const auto root = journal::root_of_inclusion(proof.record_leaf, proof.record_index,
                                                 block_->count, proof.record_path);
    if (!root || *root != block_->root) {
      return fail(ErrorCode::kCorrupt, "its bytes and path do not lead to the block's root");
    }
    count(record);
    return {};
  }

  void count(const BundleRecord& record) {
    const Seq seq = record.proof.seq;
    if (report_.records == 0) {
      report_.first = report_.last = seq;
      report_.received_first = report_.received_last = record.received;
    }
    ++report_.records;
    report_.redacted += record.proof.redacted ? 1 : 0;
    report_.first = std::min(report_.first, seq);
    report_.last = std::max(report_.last, seq);
    if (!record.proof.redacted) {
      report_.received_first = std::min(report_.received_first, record.received);
      report_.received_last = std::max(report_.received_last, record.received);
    }
    ++seen_;
  }

  Status check_end(const element& line) {
    ended_ = true;
    TRY_ASSIGN(const std::uint64_t records, number_of(line, "records"));
    TRY_ASSIGN(const std::string_view stated, text_of(line, "sha256"));
    Sha256Digest digest{};
    CHECK(EVP_DigestFinal_ex(hash_, digest.data(), nullptr) == 1);
    CHECK(EVP_DigestInit_ex(hash_, EVP_sha256(), nullptr) == 1);
    if (stated != hex_encode(digest_view(digest))) {
      return fail(ErrorCode::kCorrupt, "the bundle was changed: its checksum is another");
    }
    if (records != seen_) {
      return fail(ErrorCode::kCorrupt, "{} records were exported, {} hold", records, seen_);
    }
    return {};
  }

  const std::optional<VerifierKey> pinned_;
  std::optional<VerifierKey> key_;
  std::optional<Checkpoint> checkpoint_;
  std::optional<journal::CommittedHeader> block_;
  std::uint64_t block_index_ = 0;
  std::uint64_t line_number_ = 0;
  std::uint64_t seen_ = 0;
  Seq seq_;
  bool ended_ = false;
  simdjson::dom::parser parser_{kLineBytesMax};
  EVP_MD_CTX* hash_ = EVP_MD_CTX_new();
  EvidenceReport report_;
};

EvidenceChecker::EvidenceChecker(std::optional<VerifierKey> pinned)
    : impl_(std::make_unique<Impl>(std::move(pinned))) {}
EvidenceChecker::~EvidenceChecker() = default;
void EvidenceChecker::line(std::string_view text) {
  impl_->line(text);
}
EvidenceReport EvidenceChecker::finish() {
  return impl_->finish();
}

EvidenceReport verify_evidence(std::string_view bundle, const std::optional<VerifierKey>& pinned) {
  EvidenceChecker checker(pinned);
  while (!bundle.empty()) {
    const std::size_t end = std::min(bundle.find('\n'), bundle.size());
    checker.line(bundle.substr(0, end));
    bundle.remove_prefix(std::min(end + 1, bundle.size()));
  }
  return checker.finish();
}

Result<EvidenceReport> verify_evidence_file(FileSystem& files, const std::string& path,
                                            const std::optional<VerifierKey>& pinned) {
  TRY_ASSIGN(const std::unique_ptr<File> file, files.open(path, OpenMode::kRead));
  EvidenceChecker checker(pinned);
  std::string chunk(std::size_t{1} << 20U, '\0');
  std::string rest;
  for (std::uint64_t at = 0;;) {
    TRY_ASSIGN(const std::size_t got, file->read_at(at, chunk));
    at += got;
    rest.append(chunk, 0, got);
    std::size_t start = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos;
         end = rest.find('\n', start)) {
      checker.line(std::string_view(rest).substr(start, end - start));
      start = end + 1;
    }
    rest.erase(0, start);
    if (got < chunk.size() || rest.size() > kLineBytesMax) {
      break;
    }
  }
  if (!rest.empty()) {
    checker.line(rest);
  }
  return checker.finish();
}

}  // namespace tocsin
