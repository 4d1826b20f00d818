#include "detect/sigma/modifier.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"

namespace tocsin::sigma {
namespace {

struct ModifierName {
  std::string_view name;
  Modifier modifier;
};

constexpr auto kNames = std::to_array<ModifierName>({
    {"all", Modifier::kAll},
    {"contains", Modifier::kContains},
    {"startswith", Modifier::kStartsWith},
    {"endswith", Modifier::kEndsWith},
    {"exists", Modifier::kExists},
    {"cased", Modifier::kCased},
    {"neq", Modifier::kNotEqual},
    {"windash", Modifier::kWindash},
    {"re", Modifier::kRegex},
    {"i", Modifier::kRegexIgnoreCase},
    {"ignorecase", Modifier::kRegexIgnoreCase},
    {"m", Modifier::kRegexMultiLine},
    {"multiline", Modifier::kRegexMultiLine},
    {"s", Modifier::kRegexDotAll},
    {"dotall", Modifier::kRegexDotAll},
    {"base64", Modifier::kBase64},
    {"base64offset", Modifier::kBase64Offset},
    {"wide", Modifier::kUtf16Little},
    {"utf16le", Modifier::kUtf16Little},
    {"utf16be", Modifier::kUtf16Big},
    {"utf16", Modifier::kUtf16},
    {"lt", Modifier::kLess},
    {"lte", Modifier::kLessEqual},
    {"gt", Modifier::kGreater},
    {"gte", Modifier::kGreaterEqual},
    {"cidr", Modifier::kCidr},
    {"expand", Modifier::kExpand},
    {"fieldref", Modifier::kFieldRef},
    {"minute", Modifier::kMinute},
    {"hour", Modifier::kHour},
    {"day", Modifier::kDay},
    {"week", Modifier::kWeek},
    {"month", Modifier::kMonth},
    {"year", Modifier::kYear},
});

// What a modifier does to a value decides what it may stand beside.
enum class Family : std::uint8_t { kAny, kText, kPlace, kRegex, kAlone, kOrder, kTime, kReference };

Family family_of(Modifier modifier) {
  switch (modifier) {
    case Modifier::kAll:
    case Modifier::kNotEqual:
    case Modifier::kExpand:
      return Family::kAny;
    case Modifier::kWindash:
    case Modifier::kBase64:
    case Modifier::kBase64Offset:
    case Modifier::kUtf16Little:
    case Modifier::kUtf16Big:
    case Modifier::kUtf16:
      return Family::kText;
    case Modifier::kContains:
    case Modifier::kStartsWith:
    case Modifier::kEndsWith:
    case Modifier::kCased:
      return Family::kPlace;
    case Modifier::kRegex:
    case Modifier::kRegexIgnoreCase:
    case Modifier::kRegexMultiLine:
    case Modifier::kRegexDotAll:
      return Family::kRegex;
    case Modifier::kExists:
    case Modifier::kCidr:
      return Family::kAlone;
    case Modifier::kLess:
    case Modifier::kLessEqual:
    case Modifier::kGreater:
    case Modifier::kGreaterEqual:
      return Family::kOrder;
    case Modifier::kMinute:
    case Modifier::kHour:
    case Modifier::kDay:
    case Modifier::kWeek:
    case Modifier::kMonth:
    case Modifier::kYear:
      return Family::kTime;
    case Modifier::kFieldRef:
      return Family::kReference;
  }
  return Family::kAny;
}

bool go_together(Family a, Family b) {
  const auto pair = [a, b](Family x, Family y) { return (a == x && b == y) || (a == y && b == x); };
  return a == Family::kAny || b == Family::kAny ||
         (a == b && a != Family::kAlone && a != Family::kOrder && a != Family::kTime) ||
         pair(Family::kText, Family::kPlace) || pair(Family::kRegex, Family::kPlace) ||
         pair(Family::kReference, Family::kPlace) || pair(Family::kTime, Family::kOrder);
}

std::optional<std::string> chain_mistake(const ItemKey& key) {
  const std::vector<Modifier>& chain = key.chain;
  const bool has_regex = key.has(Modifier::kRegex);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const Family family = family_of(chain[i]);
    if (key.field.empty() && (family == Family::kAlone || family == Family::kOrder ||
                              family == Family::kTime || family == Family::kReference)) {
      return fmt::format("modifier \"{}\" needs a field", modifier_name(chain[i]));
    }
    if (chain[i] == Modifier::kExists && chain.size() > 1) {
      return "modifier \"exists\" must stand alone";
    }
    if (family == Family::kRegex && !has_regex) {
      return fmt::format("modifier \"{}\" belongs behind \"re\"", modifier_name(chain[i]));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (chain[i] == chain[j]) {
        return fmt::format("modifier \"{}\" stands twice", modifier_name(chain[i]));
      }
      if (!go_together(family, family_of(chain[j]))) {
        return fmt::format("modifiers \"{}\" and \"{}\" do not go together",
                           modifier_name(chain[j]), modifier_name(chain[i]));
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view modifier_name(Modifier modifier) {
  return std::ranges::find(kNames, modifier, &ModifierName::modifier)->name;
}

bool changes_text(Modifier modifier) {
  const Family family = family_of(modifier);
  return family == Family::kText || (family == Family::kPlace && modifier != Modifier::kCased);
}

bool ItemKey::has(Modifier modifier) const {
  return std::ranges::find(chain, modifier) != chain.end();
}

Parsed<ItemKey> parse_item_key(const YamlNode& key) {
  ItemKey out;
  const std::vector<std::string_view> parts = split(key.text(), '|');
  out.field = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto* const found = std::ranges::find(kNames, parts[i], &ModifierName::name);
    if (found == kNames.end()) {
      std::vector<std::string_view> names;
      for (const ModifierName& known : kNames) {
        names.push_back(known.name);
      }
      const std::string_view close = closest_word(parts[i], names);
      return Problem{&key, close.empty() ? fmt::format("unknown modifier \"{}\"", parts[i])
                                         : fmt::format("unknown modifier \"{}\"; did you mean "
                                                       "\"{}\"?",
                                                       parts[i], close)};
    }
    out.chain.push_back(found->modifier);
  }
  if (auto mistake = chain_mistake(out)) {
    return Problem{&key, std::move(*mistake)};
  }
  return out;
}

}  // namespace tocsin::sigma
