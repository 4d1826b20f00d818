// /api/v1/alerts: list, counts, one alert with its history, change, bulk change.
#pragma once

#include "alert/alert_store.h"
#include "api/call.h"
#include "base/clock.h"
#include "base/json_writer.h"

namespace tocsin {

class AlertsResource {
 public:
  AlertsResource(AlertStore& alerts, Clock& clock) : alerts_(alerts), clock_(clock) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> counts(const Call& call);
  Result<HttpResponse> get(const Call& call);
  Result<HttpResponse> change(const Call& call);
  Result<HttpResponse> change_many(const Call& call);

 private:
  Result<std::vector<std::string>> ids_of(const std::string& json);
  Result<std::vector<Alert>> change_all(std::span<const std::string> ids, const AlertPatch& patch,
                                        const std::string& who);

  AlertStore& alerts_;
  Clock& clock_;
};

// The members of an alert, as one JSON object.
void write_alert(JsonWriter& json, const Alert& alert);

}  // namespace tocsin
