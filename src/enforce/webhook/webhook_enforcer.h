// WebhookEnforcer: tells an application about decisions by signed HTTP calls, in order, at least
// once.
//
// POST, JSON: {"decisions":[{"id":…, "moment":"begin", …}]}, signed as Standard Webhooks has it
// (http/webhook_signature.h); a repetition has the same webhook-id. 2xx is done; 408, 425, 429, 5xx
// and no answer are tried again; any other answer is final and named in the receipt. At its start
// it tells everything that stands ("full":true, "more":true but for the last call), so that a
// receiver can let go of what ended meanwhile; receivers go by id. One thread.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "enforce/decision_news.h"
#include "enforce/enforcer.h"
#include "http/client.h"

namespace tocsin {

struct WebhookEnforcerOptions {
  std::string url;
  std::string secret;
  std::string ca_file;
  std::size_t decisions_per_call = 100;
  Span timeout = span_s(10);
};

class WebhookEnforcer final : public Enforcer {
 public:
  using Send = std::function<Result<HttpClientResponse>(const HttpClientRequest&)>;

  // `send` is what reaches the network; absent: an HttpClient.
  WebhookEnforcer(WebhookEnforcerOptions options, Clock& clock, Send send = {});

  std::string_view kind() const override { return "webhook"; }
  bool covers(DecisionKind, ScopeKind) const override { return true; }
  Result<Applied> apply(const StandingChange& change, const StandingDecisions& all,
                        Span now) override;
  Result<bool> tend(Span) override { return false; }
  Result<Applied> restore(const StandingDecisions& all, Span now) override;
  std::vector<EnforcedCount> take_counts() override { return {}; }
  Status withdraw() override { return {}; }

 private:
  // Whether the receiver took it; false: it never will.
  Result<bool> call(const std::string& delivery, const std::string& body);
  enum class Telling : std::uint8_t { kNews, kListing };
  Status deliver(std::vector<DecisionNews> news, Telling telling, Span now, Applied& applied);

  const WebhookEnforcerOptions options_;
  Clock& clock_;
  const Micros started_;  // a listing of this run is no repetition of one before
  HttpClient client_;
  const Send send_;
  ToldNews told_;  // of the change that is tried again
};

}  // namespace tocsin
