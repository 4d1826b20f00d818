// Reading "enforcement:" of tocsin.yaml.
#pragma once

#include "config/enforcement_settings.h"
#include "config/section.h"

namespace tocsin {

void read_enforcement(Section section, EnforcementSettings& enforcement);

}  // namespace tocsin
