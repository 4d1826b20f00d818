// /api/v1/exceptions: what people said is expected: list, make (also from an alert), preview over
// past alerts, one with what it silenced, end.
#pragma once

#include "alert/alert_store.h"
#include "alert/exceptions.h"
#include "api/call.h"
#include "base/clock.h"

namespace tocsin {

class ExceptionsResource {
 public:
  ExceptionsResource(ExceptionStore& exceptions, AlertStore& alerts, Clock& clock)
      : exceptions_(exceptions), alerts_(alerts), clock_(clock) {}

  Result<HttpResponse> list(const Call& call);
  Result<HttpResponse> create(const Call& call);
  Result<HttpResponse> preview(const Call& call);
  Result<HttpResponse> get(const Call& call);
  Result<HttpResponse> end(const Call& call);

 private:
  Result<ExceptionSpec> read_spec(const Call& call, std::optional<Micros>* from);

  ExceptionStore& exceptions_;
  AlertStore& alerts_;
  Clock& clock_;
};

}  // namespace tocsin
