// The files of rules/, playbooks/ and dashboards/ as they were when the program was built.
// Not for: reading rules from a disk, and not for their meaning (detect/ has that).
//
// Constant data, valid for the life of the process; any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tocsin {

struct ShippedFile {
  std::string_view path;  // relative to rules/, with '/': "auth/password_spraying/rule.yml"
  std::string_view text;
};

// Every *.yml file below rules/, and those of playbooks/ as "playbooks/…" and of
// dashboards/ as "dashboards/…"; sorted by path.
std::span<const ShippedFile> shipped_files();
// The detections: every "<area>/<name>/rule.yml".
std::vector<ShippedFile> shipped_rules();
// The logsource and field maps: every "taxonomy/*.yml".
std::vector<ShippedFile> shipped_taxonomy();
// The playbooks: every "playbooks/*.yml".
std::vector<ShippedFile> shipped_playbooks();
// The dashboards: every "dashboards/*.json".
std::vector<ShippedFile> shipped_dashboards();
// Nothing when there is no such path.
std::optional<ShippedFile> find_shipped_file(std::string_view path);

}  // namespace tocsin
