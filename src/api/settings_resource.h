// /api/v1/settings: what of the configuration people ask about; secrets never.
#pragma once

#include <string>

#include "api/call.h"
#include "config/settings.h"
#include "respond/guard/never_block.h"

namespace tocsin {

class SettingsResource {
 public:
  SettingsResource(const Settings& settings, const NeverBlock& never_block, std::string version)
      : settings_(settings), never_block_(never_block), version_(std::move(version)) {}

  Result<HttpResponse> get(const Call& call);

 private:
  const Settings& settings_;
  const NeverBlock& never_block_;
  const std::string version_;
};

}  // namespace tocsin
