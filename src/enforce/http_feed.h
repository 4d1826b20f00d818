// HttpFeed: the feed over HTTP: GET /api/v1/decisions/feed (long poll), POST
// /api/v1/enforcers/receipts. One thread, but for `keep_going`, which may read what another thread
// writes.
#pragma once

#include <functional>
#include <string>

#include "enforce/enforcer.h"
#include "http/client.h"

namespace tocsin {

struct HttpFeedOptions {
  std::string url;  // "http://127.0.0.1:7117"
  std::string key;  // scope enforcer
  std::string ca_file;
  std::string name;  // of this enforcer; unique on the server
  std::string version;
};

class HttpFeed final : public FeedSource {
 public:
  HttpFeed(HttpFeedOptions options, const Enforcer& enforcer, std::function<bool()> keep_going);

  Result<FeedBatch> fetch(const std::string& cursor, Span wait) override;
  Status report(const EnforcerReceipt& receipt) override;

 private:
  HttpClientRequest request(std::string method, const std::string& path) const;
  std::string receipt_json(const EnforcerReceipt& receipt) const;

  const HttpFeedOptions options_;
  const Enforcer& enforcer_;
  const std::function<bool()> keep_going_;
  HttpClient client_;
};

}  // namespace tocsin
