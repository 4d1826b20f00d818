#include "enrich/tables.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30U;

std::shared_ptr<const NetworkOwnerTable> load_owners(FileSystem& files,
                                                     const std::vector<std::string>& paths,
                                                     Log& log) {
  std::vector<std::string> texts;
  std::string names;
  for (const std::string& path : paths) {
    auto text = read_file(files, path, kFileBytesMax);
    if (!text) {
      log.warning("network owners are not looked up in {}: {}", path, text.error().full_text());
      continue;
    }
    texts.push_back(std::move(*text));
    names += (names.empty() ? "" : ", ") + path;
  }
  if (texts.empty()) {
    return nullptr;
  }
  BadLines bad;
  auto table =
      NetworkOwnerTable::parse(std::vector<std::string_view>(texts.begin(), texts.end()), bad);
  log_bad_lines(names, bad, log);
  log.info("network owners: {} ranges, {} KiB", table->size(), table->memory_bytes() / 1024);
  return table;
}

}  // namespace

void log_bad_lines(const std::string& path, const BadLines& bad, Log& log) {
  if (bad.count() == 0) {
    return;
  }
  log.warning("{}: {} lines could not be read and were left out", path, bad.count());
  for (const BadLine& line : bad.kept()) {
    log.warning("{}:{}: {}", path, line.line, line.reason);
  }
}

std::shared_ptr<const EnrichTables> load_enrich_tables(FileSystem& files, const EnrichFiles& from,
                                                       Log& log, const EnrichTables* previous) {
  auto tables = std::make_shared<EnrichTables>();
  tables->proxies = TrustedProxies(from.trusted_proxies);
  if (!from.country_mmdb.empty()) {
    auto country = CountryTable::open(from.country_mmdb);
    if (country) {
      tables->country = std::move(*country);
    } else {
      tables->country = previous == nullptr ? nullptr : previous->country;
      log.warning("countries {}: {}",
                  tables->country == nullptr ? "are not looked up" : "stay as they were",
                  country.error().full_text());
    }
  }
  if (!from.owner_csvs.empty()) {
    tables->owner = load_owners(files, from.owner_csvs, log);
    if (tables->owner == nullptr && previous != nullptr) {
      tables->owner = previous->owner;
    }
  }
  if (previous != nullptr) {
    tables->threats = previous->threats;
  }
  return tables;
}

}  // namespace tocsin
