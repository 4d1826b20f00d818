// The datasets that decode/ makes by itself. Zeek's logs are "zeek." + the log's name besides.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tocsin {

enum class Dataset : std::uint8_t {
  kUndecoded,
  kNginxAccess,
  kApacheAccess,
  kWebAccess,
  kWebError,
  kLinuxAuth,
  kLinuxCron,
  kLinuxSyslog,
  kAppAuth,
  kAppApi,
  kAppConfig,
  kAppLog,
  kWindowsSysmon,
  kWindowsSecurity,
  kWindowsPowershell,
  kWindowsEvent,
  kSuricataEve,
  kAwsCloudtrail,
  kOktaSystem,
};

inline constexpr auto kDatasetNames = std::to_array<std::string_view>(
    {"undecoded", "nginx.access", "apache.access", "web.access", "web.error", "linux.auth",
     "linux.cron", "linux.syslog", "app.auth", "app.api", "app.config", "app.log", "windows.sysmon",
     "windows.security", "windows.powershell", "windows.event", "suricata.eve", "aws.cloudtrail",
     "okta.system"});
static_assert(kDatasetNames.size() == static_cast<std::size_t>(Dataset::kOktaSystem) + 1);

constexpr std::string_view dataset_name(Dataset dataset) {
  return kDatasetNames[static_cast<std::size_t>(dataset)];
}

}  // namespace tocsin
