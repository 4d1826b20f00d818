// Where a threat list comes from, and what is remembered between two fetches of it. Values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tocsin {

enum class FeedKind : std::uint8_t {
  kFile,   // a path
  kUrl,    // one document over HTTP
  kTaxii,  // a TAXII 2.1 collection: ".../collections/ID/"
  kMisp,   // a MISP feed: a folder, over HTTP or a path, with manifest.json
};
std::string_view feed_kind_name(FeedKind kind);  // "file", "url", "taxii", "misp"

// Sent as basic authentication when `username` is set, else as the header. The secret itself is
// read at each fetch, from a file or the environment: it is in no setting and in no log.
struct FeedSecret {
  std::string username;
  std::string header = "Authorization";
  std::string file;
  std::string environment;  // name of the variable

  bool wanted() const { return !file.empty() || !environment.empty(); }
};

struct FeedSource {
  FeedKind kind = FeedKind::kFile;
  std::string location;
  FeedSecret secret;
  std::string ca_file;
  Span timeout = span_s(60);                // of one request
  std::uint64_t bytes_max = 256ULL << 20U;  // of the whole list
};

struct FeedState {
  std::string source;         // what it was fetched from; of another source it counts for nothing
  std::string version;        // of a file: its identity; of a document: its ETag
  std::string last_modified;  // as the server wrote it
  std::string added_after;    // TAXII: what came before this is here
  Micros fetched{0};  // the last fetch that went well (a file: when it was written); 0: none

  std::string text() const;  // JSON
  static Result<FeedState> parse(std::string_view text);
};

}  // namespace tocsin
