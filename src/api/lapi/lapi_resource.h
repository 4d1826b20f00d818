// /v1/…: CrowdSec's Local API for bouncers and watchers, byte for byte as its clients read it
// (docs/enforcement.md). What is not told by a decision of ours is left out.
//
// Bouncers come with X-Api-Key (scope enforcer), watchers with a log-in (scope watcher). Faults are
// {"message": …}. Each bouncer's place in the stream moves when its answer was written.
// Thread-safe.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "api/call.h"
#include "api/lapi/lapi_stream.h"
#include "api/lapi/lapi_tokens.h"
#include "base/mutex.h"
#include "respond/decision_book.h"
#include "respond/receipt_book.h"

namespace tocsin {

struct LapiParts {
  DecisionBook& book;
  ReceiptBook& receipts;
  KeyStore& keys;
  Clock& clock;
  std::string secret;  // 32 random bytes
};

class LapiResource {
 public:
  explicit LapiResource(const LapiParts& parts)
      : book_(parts.book),
        receipts_(parts.receipts),
        clock_(parts.clock),
        stream_(parts.book, parts.clock),
        tokens_(parts.keys, parts.clock, parts.secret) {}

  // Bouncers.
  HttpResponse check(const Call& call);  // HEAD
  HttpResponse decisions(const Call& call);
  HttpResponse stream(const Call& call);
  HttpResponse usage_metrics(const Call& call);
  // Watchers.
  // Before a body is read: a token that cannot be valid. Looks nothing up.
  std::optional<HttpResponse> refuse_early(const HttpRequest& head) const;
  HttpResponse log_in(const Call& call);
  HttpResponse heartbeat(const Call& call);
  HttpResponse push_alerts(const Call& call);
  HttpResponse list_alerts(const Call& call);
  HttpResponse get_alert(const Call& call);
  HttpResponse delete_decisions(const Call& call);
  HttpResponse delete_decision(const Call& call);

  void drop_stale() { stream_.drop_stale(); }

 private:
  struct Place {
    std::uint64_t cursor = 0;
    bool known = false;
  };
  std::string name_of(const Call& call) EXCLUDES(mutex_);
  Place place_of(const std::string& name) EXCLUDES(mutex_);
  static Sighting sighting_of(const Call& call, const std::string& name);
  Result<StreamBody> stream_body(const Call& call, const LapiFilter& filter,
                                 const std::string& name);
  HttpResponse lift(const LiftWish& wish, const std::string& by);
  Result<std::string> watcher(const Call& call);

  DecisionBook& book_;
  ReceiptBook& receipts_;
  Clock& clock_;
  LapiStream stream_;
  LapiTokens tokens_;
  Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> names_ GUARDED_BY(mutex_);
  std::map<std::string, Place, std::less<>> places_ GUARDED_BY(mutex_);
};

// CrowdSec's shape of a fault.
HttpResponse lapi_fault(int status, std::string_view message);
// Whether a path belongs to this wire.
bool is_lapi_path(std::string_view path);
// What the door refused, in CrowdSec's shape: 403 for every wrong key.
HttpResponse lapi_refusal(const HttpResponse& refusal);

}  // namespace tocsin
