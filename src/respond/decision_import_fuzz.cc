// Lists of decisions come from anywhere: nothing that they hold may crash the reader.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "respond/decision_exchange.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  tocsin::NewDecision pattern;
  pattern.proposer = tocsin::Proposer::kImport;
  pattern.reason = "list";
  const auto format = static_cast<tocsin::ExchangeFormat>(data[0] % 3);
  static_cast<void>(tocsin::parse_import(text, format, pattern));
  static_cast<void>(tocsin::parse_list_duration(text));
  static_cast<void>(tocsin::parse_throttle_rate(text));
  return 0;
}
