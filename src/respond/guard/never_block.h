// NeverBlock: the lists of what no decision may hinder: configured addresses, networks and users,
// files (CDN, monitoring), private ranges, this machine's gateways and DNS servers, trusted
// proxies.
//
// load() reads everything anew; a file that cannot be read or has a mistake leaves the lists as
// they were (first load: an error, so that a typo never disarms the guard). Thread-safe.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/published.h"
#include "base/result.h"
#include "config/respond_settings.h"
#include "respond/guard/judgement.h"
#include "respond/guard/protected_networks.h"
#include "sys/file_system.h"

namespace tocsin {

class NeverBlock {
 public:
  // `trusted_proxies` as in the configuration.
  NeverBlock(const RespondSettings& settings, std::vector<std::string> trusted_proxies,
             FileSystem& files)
      : settings_(settings), trusted_proxies_(std::move(trusted_proxies)), files_(files) {}

  // kInvalid lists every mistake, "cdn.txt:3: …". Gives whether anything changed.
  Result<bool> load();
  Judgement judge(const DecisionTarget& target) const;
  struct Entry {
    std::string network;
    std::string reason;  // "is a private address"
  };
  // At most `most`, in order.
  std::vector<Entry> entries(std::size_t most) const;
  std::size_t networks() const { return lists_.get()->networks.size(); }

 private:
  struct Lists {
    ProtectedNetworks networks;
    std::set<std::string, std::less<>> names;  // users, sessions, keys
  };

  const RespondSettings settings_;
  const std::vector<std::string> trusted_proxies_;
  FileSystem& files_;
  Published<Lists> lists_;
};

}  // namespace tocsin
