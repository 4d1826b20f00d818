// People: everything that the API answers about telling people and about what they expect, built
// together: channels, messages, exceptions.
#pragma once

#include <vector>

#include "api/channels_resource.h"
#include "api/exceptions_resource.h"
#include "api/router.h"

namespace tocsin {

// Borrowed; outlives the People.
struct PeopleServices {
  Notifier& notifier;
  ExceptionStore& exceptions;
};

class People {
 public:
  People(const PeopleServices& of, AlertStore& alerts, Clock& clock)
      : channels_(of.notifier), exceptions_(of.exceptions, alerts, clock) {}

  std::vector<Route> routes();

 private:
  ChannelsResource channels_;
  ExceptionsResource exceptions_;
};

}  // namespace tocsin
