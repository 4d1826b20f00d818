// CountryTable: address → ISO 3166 country code, from a MaxMind-format base (country or city).
// Immutable, thread-safe. An IPv4-only base simply knows no IPv6 address.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip.h"
#include "base/result.h"

namespace tocsin {

class CountryTable {
 public:
  static Result<std::shared_ptr<const CountryTable>> open(const std::string& path);
  ~CountryTable();
  CountryTable(const CountryTable&) = delete;
  CountryTable& operator=(const CountryTable&) = delete;

  // Two letters, or nothing. The view lives as long as the table.
  std::string_view find(const IpAddress& address) const;

 private:
  struct Base;
  explicit CountryTable(std::unique_ptr<Base> base);
  std::unique_ptr<Base> base_;
};

}  // namespace tocsin
