// FeedFetcher: brings a threat list up to date from its source. Blocking; one thread.
//
// What it gives is the whole list as text in the list's own format: a TAXII collection as a STIX
// bundle, a MISP feed as an export; so the last good copy can be kept in a file and read again. It
// asks only for what is new where the source can tell (ETag, Last-Modified, added_after, the
// manifest's time stamps). Redirections are not followed: a secret must not travel on. A secret is
// sent over HTTPS only, or to this machine itself.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "enrich/feed_source.h"
#include "http/client.h"
#include "sys/file_system.h"

namespace tocsin {

struct Fetched {
  bool changed = false;
  std::string text;        // when changed
  FeedState state;         // for the next fetch; `fetched` is the caller's to set, except of a file
  std::string incomplete;  // why not everything is here yet; the rest comes with the next fetch
};

class FeedFetcher {
 public:
  static constexpr std::size_t kPagesMax = 2'000;       // of a TAXII collection, a fetch
  static constexpr std::size_t kMispEventsMax = 1'000;  // read in one fetch

  explicit FeedFetcher(FileSystem& files) : files_(files) {}

  // `kept`: the last good copy, "" when there is none. An error leaves everything as it was;
  // kCancelled soon after `keep_going` says false.
  Result<Fetched> fetch(const FeedSource& source, const FeedState& before, std::string_view kept,
                        const std::function<bool()>& keep_going);

 private:
  FileSystem& files_;
};

}  // namespace tocsin
