// Sigma's value modifiers: their names, and what a chain of them makes of a value.
//
// Applied from left to right as pySigma does. A value becomes one or several drafts (windash,
// base64offset and expand give alternatives), and a draft becomes an Atom without fields.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/yaml.h"
#include "detect/sigma/ast.h"
#include "detect/sigma/problem.h"

namespace tocsin::sigma {

enum class Modifier : std::uint8_t {
  kAll,
  kContains,
  kStartsWith,
  kEndsWith,
  kExists,
  kCased,
  kNotEqual,
  kWindash,
  kRegex,
  kRegexIgnoreCase,
  kRegexMultiLine,
  kRegexDotAll,
  kBase64,
  kBase64Offset,
  kUtf16Little,
  kUtf16Big,
  kUtf16,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kCidr,
  kExpand,
  kFieldRef,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kYear,
};

std::string_view modifier_name(Modifier modifier);
// Whether it rewrites the text of a value (windash, base64, contains …).
bool changes_text(Modifier modifier);

// "Image|endswith|all" → "Image" and the chain. The reason of the Problem names what is unknown or
// does not go together.
struct ItemKey {
  std::string field;  // empty: keywords
  std::vector<Modifier> chain;

  bool has(Modifier modifier) const;
};
Parsed<ItemKey> parse_item_key(const YamlNode& key);

// Name of another field (fieldref) → the fields of events.
using ResolveField = std::function<std::vector<FieldId>(std::string_view name)>;
// Name of a placeholder → its values, or null pointer.
using FindPlaceholder = std::function<const std::vector<std::string>*(std::string_view name)>;

struct ValueContext {
  const ResolveField& resolve;
  const FindPlaceholder& placeholder;
};

// The alternatives for one value; any of them suffices. `fields` are not set.
Parsed<std::vector<Atom>> compile_value(const ItemKey& key, const YamlNode& value,
                                        const ValueContext& context);

}  // namespace tocsin::sigma
