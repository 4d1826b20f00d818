// Reading the section "respond:" of tocsin.yaml.
#pragma once

#include "config/respond_settings.h"
#include "config/section.h"

namespace tocsin {

void read_respond(Section section, RespondSettings& respond);
// Addresses and networks; each mistake is a problem of its own.
void read_networks_list(Section& section, std::string_view key, std::vector<std::string>& out);

}  // namespace tocsin
