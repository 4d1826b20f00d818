// Parameters: typed values from a query string or a small JSON body. One line an allowed name; what
// is unknown, of the wrong type or out of bounds is refused by name.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "http/message.h"

namespace tocsin {

struct ParameterValue {
  enum class Kind : std::uint8_t { kText, kNumber, kFlag, kTexts, kObject };
  Kind kind = Kind::kText;
  bool from_query = false;  // then kText may be read as any kind but kObject
  std::string text;         // of an object: its JSON
  std::vector<std::string> texts;
  std::uint64_t number = 0;
  bool flag = false;
};

class Parameters {
 public:
  static constexpr std::size_t kBodyBytesMax = 1 << 20U;
  static constexpr std::size_t kTextsMax = 10'000;

  // kInvalid for a name that is not in `names`, or that comes twice.
  static Result<Parameters> of_query(const HttpRequest& request,
                                     std::initializer_list<std::string_view> names);
  // One JSON object whose members are texts, integers, booleans, lists of texts, or `objects`
  // (kept as JSON text).
  static Result<Parameters> of_json(std::string_view body,
                                    std::initializer_list<std::string_view> names,
                                    std::initializer_list<std::string_view> objects = {});

  bool has(std::string_view name) const { return values_.contains(name); }
  // Absent: nothing. Wrong type: kInvalid.
  Result<std::optional<std::string>> text(std::string_view name) const;
  Result<std::optional<std::uint64_t>> number(std::string_view name, std::uint64_t low,
                                              std::uint64_t high) const;
  Result<std::optional<bool>> flag(std::string_view name) const;
  // A list of texts in JSON; "a,b" in a query string.
  Result<std::vector<std::string>> texts(std::string_view name) const;
  // "2026-11-23", "2026-11-23T14:00:00Z", "now", or a span back from `now`: "15m", "7d".
  Result<std::optional<Micros>> time(std::string_view name, Micros now) const;
  // JSON text of an object.
  Result<std::optional<std::string>> object(std::string_view name) const;

 private:
  const ParameterValue* find(std::string_view name) const;

  std::map<std::string, ParameterValue, std::less<>> values_;
};

}  // namespace tocsin
