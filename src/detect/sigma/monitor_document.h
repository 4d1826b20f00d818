// The `monitor` part of a document, as written (docs/monitors.md): field names are still names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/yaml.h"
#include "detect/sigma/monitor.h"
#include "detect/sigma/problem.h"

namespace tocsin::sigma {

struct MonitorDraft {
  Monitor monitor;  // all but names, rules and fields
  std::vector<std::string> group_by;
  std::vector<std::string> fields;
  std::string location;                // travel: prefix such as "source.geo"
  const YamlNode* ratio_at = nullptr;  // ratio: the condition of the part
};

// `map` is the value of the key "monitor".
Parsed<MonitorDraft> read_monitor(const YamlNode& map);

}  // namespace tocsin::sigma
