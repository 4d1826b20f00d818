#include "enrich/country.h"

#include <cstring>

#include <maxminddb.h>
#include <netinet/in.h>

#include "base/fail.h"

namespace tocsin {

struct CountryTable::Base {
  Base() = default;
  Base(const Base&) = delete;
  Base& operator=(const Base&) = delete;
  ~Base() {
    if (open) {
      MMDB_close(&file);
    }
  }

  MMDB_s file{};
  bool open = false;
};

namespace {

MMDB_lookup_result_s look_up(const MMDB_s& file, const IpAddress& address, int& error) {
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(address.v4());
    return MMDB_lookup_sockaddr(&file, reinterpret_cast<const sockaddr*>(&v4), &error);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  const auto bytes = address.bytes();
  std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
  return MMDB_lookup_sockaddr(&file, reinterpret_cast<const sockaddr*>(&v6), &error);
}

std::string_view two_letters(const MMDB_entry_data_s& data) {
  if (!data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2) {
    return {};
  }
  return {data.utf8_string, data.data_size};
}

}  // namespace

CountryTable::CountryTable(std::unique_ptr<Base> base) : base_(std::move(base)) {}
CountryTable::~CountryTable() = default;

Result<std::shared_ptr<const CountryTable>> CountryTable::open(const std::string& path) {
  auto base = std::make_unique<Base>();
  const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &base->file);
  if (status != MMDB_SUCCESS) {
    const ErrorCode code =
        status == MMDB_FILE_OPEN_ERROR ? ErrorCode::kNotFound : ErrorCode::kCorrupt;
    return fail(code, "opening the country table {}: {}", path, MMDB_strerror(status));
  }
  base->open = true;
  return std::shared_ptr<const CountryTable>(new CountryTable(std::move(base)));
}

std::string_view CountryTable::find(const IpAddress& address) const {
  // An IPv4-only base answers every IPv6 address with an error.
  if (!address.is_v4() && base_->file.metadata.ip_version == 4) {
    return {};
  }
  int error = MMDB_SUCCESS;
  MMDB_lookup_result_s found = look_up(base_->file, address, error);
  if (error != MMDB_SUCCESS || !found.found_entry) {
    return {};
  }
  MMDB_entry_data_s data{};
  if (MMDB_get_value(&found.entry, &data, "country", "iso_code", nullptr) == MMDB_SUCCESS) {
    return two_letters(data);
  }
  if (MMDB_get_value(&found.entry, &data, "country_code", nullptr) == MMDB_SUCCESS) {
    return two_letters(data);
  }
  return {};
}

}  // namespace tocsin
