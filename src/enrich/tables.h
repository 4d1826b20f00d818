// EnrichTables: one immutable snapshot of what is known about addresses, domains, URLs, hashes and
// user agents. A part that is missing is a feature that is off, never an error. Safe to share
// between threads. Threat lists are made by enrich/threat_format.h; whoever owns them puts them in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "enrich/country.h"
#include "enrich/network_owner.h"
#include "enrich/threat_list.h"
#include "enrich/trusted_proxies.h"
#include "obs/log.h"
#include "sys/file_system.h"

namespace tocsin {

struct EnrichTables {
  std::shared_ptr<const CountryTable> country;     // null: off
  std::shared_ptr<const NetworkOwnerTable> owner;  // null: off
  std::vector<std::shared_ptr<const ThreatList>> threats;
  TrustedProxies proxies;
};

struct EnrichFiles {
  std::string country_mmdb;                       // "" = off
  std::vector<std::string> owner_csvs;            // start,end,number,name
  std::vector<std::string> trusted_proxies = {};  // networks; not a file
};

void log_bad_lines(const std::string& path, const BadLines& bad, Log& log);

// Loads what is there. A missing or unreadable file turns its feature off and is logged once here;
// bad lines are logged with their number. `previous` parts of files that failed are kept, and its
// threat lists.
std::shared_ptr<const EnrichTables> load_enrich_tables(FileSystem& files, const EnrichFiles& from,
                                                       Log& log,
                                                       const EnrichTables* previous = nullptr);

}  // namespace tocsin
