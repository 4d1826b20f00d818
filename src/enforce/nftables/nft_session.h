// NftSession: commands for the kernel's packet filter. One command text is one transaction: all of
// it or nothing. One thread.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace tocsin {

class NftSession {
 public:
  virtual ~NftSession() = default;
  virtual Status run(const std::string& commands) = 0;
  // The answer as JSON (libnftables-json(5)); kNotFound when the named thing does not exist.
  virtual Result<std::string> ask(const std::string& command) = 0;
};

// Of this network namespace, by libnftables; needs CAP_NET_ADMIN (kDenied otherwise).
Result<std::unique_ptr<NftSession>> open_nft_session();

}  // namespace tocsin
