#include "detect/sigma/modifier.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/text.h"
#include "detect/case_fold.h"
#include "detect/sigma/text_codec.h"

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

std::string_view name_of(Modifier modifier) {
  return std::ranges::find(kNames, modifier, &ModifierName::modifier)->name;
}

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
      return fmt::format("modifier \"{}\" needs a field", name_of(chain[i]));
    }
    if (chain[i] == Modifier::kExists && chain.size() > 1) {
      return "modifier \"exists\" must stand alone";
    }
    if (family == Family::kRegex && !has_regex) {
      return fmt::format("modifier \"{}\" belongs behind \"re\"", name_of(chain[i]));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (chain[i] == chain[j]) {
        return fmt::format("modifier \"{}\" stands twice", name_of(chain[i]));
      }
      if (!go_together(family, family_of(chain[j]))) {
        return fmt::format("modifiers \"{}\" and \"{}\" do not go together", name_of(chain[j]),
                           name_of(chain[i]));
      }
    }
  }
  return std::nullopt;
}

// One alternative on its way through the chain.
struct Draft {
  SigmaString string;
  bool is_text = true;  // else it keeps the value's own type, which `scalar` tells
};

using Drafts = std::vector<Draft>;

// Applies one modifier of the kText and kPlace families to a string.
std::optional<std::string> rewrite(Modifier modifier, Drafts& drafts) {
  Drafts out;
  for (Draft& draft : drafts) {
    SigmaString& s = draft.string;
    if (modifier == Modifier::kContains || modifier == Modifier::kEndsWith) {
      s.prepend_any_run();
    }
    if (modifier == Modifier::kContains || modifier == Modifier::kStartsWith) {
      s.append_any_run();
    }
    if (modifier == Modifier::kUtf16Little) {
      s = to_utf16(s, Utf16::kLittle);
    } else if (modifier == Modifier::kUtf16Big) {
      s = to_utf16(s, Utf16::kBig);
    } else if (modifier == Modifier::kUtf16) {
      s = to_utf16(s, Utf16::kLittleWithMark);
    }
    if (modifier == Modifier::kWindash) {
      std::vector<SigmaString> variants = windash_variants(s);
      if (variants.empty()) {
        return "too many dashes for modifier \"windash\"";
      }
      for (SigmaString& variant : variants) {
        out.push_back({std::move(variant), true});
      }
    } else if (modifier == Modifier::kBase64 || modifier == Modifier::kBase64Offset) {
      if (s.has_wildcard() || s.empty()) {
        return fmt::format("modifier \"{}\" wants text without wildcards", name_of(modifier));
      }
      if (modifier == Modifier::kBase64) {
        out.push_back({SigmaString::literal(base64_encode(s.plain_text())), true});
        continue;
      }
      for (const std::string& text : base64_offsets(s.plain_text())) {
        if (text.empty()) {
          return "text too short for modifier \"base64offset\"";
        }
        out.push_back({SigmaString::literal(text), true});
      }
    } else {
      out.push_back(std::move(draft));
    }
    if (out.size() > kVariantsMax) {
      return "the value has too many variants";
    }
  }
  drafts = std::move(out);
  return std::nullopt;
}

Parsed<std::vector<std::string>> expand_written(const YamlNode& value,
                                                const FindPlaceholder& find) {
  const std::vector<std::string> parts = split_placeholders(value.text());
  std::vector<std::string> texts{parts[0]};
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    const std::vector<std::string>* values = find(parts[i]);
    if (values == nullptr || values->empty()) {
      return Problem{&value, fmt::format("placeholder %{}% has no values", parts[i])};
    }
    if (texts.size() * values->size() > 100'000) {
      return Problem{&value, "the placeholders have too many combinations"};
    }
    std::vector<std::string> more;
    more.reserve(texts.size() * values->size());
    for (const std::string& text : texts) {
      for (const std::string& filled : *values) {
        more.push_back(text + filled + parts[i + 1]);
      }
    }
    texts = std::move(more);
  }
  return texts;
}

// Picks the cheapest operation that says the same as the pattern.
void set_text(Atom& atom, SigmaString string) {
  if (atom.text_case == Case::kIgnored) {
    string.fold();
  }
  const std::vector<Part>& parts = string.parts();
  const bool begins = string.begins_with_any_run();
  const bool ends = string.ends_with_any_run();
  const auto text_at = [&parts](std::size_t i) { return parts[i].kind == PartKind::kText; };
  if (parts.empty() || (parts.size() == 1 && text_at(0))) {
    atom.op = Op::kEquals;
    atom.text = string.plain_text();
  } else if (parts.size() == 2 && begins && text_at(1)) {
    atom.op = Op::kEndsWith;
    atom.text = parts[1].text;
  } else if (parts.size() == 2 && ends && text_at(0)) {
    atom.op = Op::kStartsWith;
    atom.text = parts[0].text;
  } else if (parts.size() == 3 && begins && ends && text_at(1)) {
    atom.op = Op::kContains;
    atom.text = parts[1].text;
  } else {
    atom.op = Op::kWildcard;
    atom.pattern = std::move(string);
  }
}

std::optional<Number> number_of(const YamlNode& value) {
  if (value.kind() == YamlKind::kInt) {
    return Number{true, value.as_int(), 0};
  }
  if (value.kind() == YamlKind::kDouble) {
    return Number{false, 0, value.as_double()};
  }
  if (value.kind() == YamlKind::kText) {
    if (const auto whole = parse_int(value.text())) {
      return Number{true, *whole, 0};
    }
  }
  return std::nullopt;
}

Compare compare_of(const ItemKey& key) {
  return key.has(Modifier::kLess)           ? Compare::kLess
         : key.has(Modifier::kLessEqual)    ? Compare::kLessEqual
         : key.has(Modifier::kGreater)      ? Compare::kGreater
         : key.has(Modifier::kGreaterEqual) ? Compare::kGreaterEqual
                                            : Compare::kEqual;
}

TextMatch match_of(const ItemKey& key) {
  const bool starts = key.has(Modifier::kStartsWith);
  const bool ends = key.has(Modifier::kEndsWith);
  return key.has(Modifier::kContains) || (starts && ends) ? TextMatch::kContains
         : starts                                         ? TextMatch::kStartsWith
         : ends                                           ? TextMatch::kEndsWith
                                                          : TextMatch::kEquals;
}

Parsed<Atom> regex_atom(const ItemKey& key, const YamlNode& value, const std::string& source) {
  const TextMatch match = match_of(key);
  std::string pattern = source;
  if (match == TextMatch::kStartsWith) {
    pattern = fmt::format("\\A(?:{})", source);
  } else if (match == TextMatch::kEndsWith) {
    pattern = fmt::format("(?:{})\\z", source);
  }
  auto regex = Regex::compile(pattern, {.ignore_case = key.has(Modifier::kRegexIgnoreCase),
                                        .multi_line = key.has(Modifier::kRegexMultiLine),
                                        .dot_all = key.has(Modifier::kRegexDotAll)});
  if (!regex) {
    return Problem{&value, regex.error().text()};
  }
  Atom atom;
  atom.op = Op::kRegex;
  atom.regex = std::move(*regex);
  return atom;
}

Parsed<Atom> cidr_atom(const YamlNode& value, const std::string& text) {
  const auto network = parse_network(text);
  if (!network) {
    return Problem{&value, fmt::format("\"{}\" is not a network such as 10.0.0.0/8 "
                                       "(the bits behind the prefix must be zero)",
                                       text)};
  }
  Atom atom;
  atom.op = Op::kCidr;
  atom.network = *network;
  return atom;
}

Parsed<Atom> number_atom(const ItemKey& key, const YamlNode& value,
                         std::optional<TimePart> time_part) {
  const auto number = number_of(value);
  if (!number) {
    return Problem{&value, fmt::format("\"{}\" is not a number", value.text())};
  }
  Atom atom;
  atom.op = time_part ? Op::kTimePart : Op::kNumber;
  atom.compare = compare_of(key);
  atom.time_part = time_part.value_or(TimePart::kHour);
  atom.number = *number;
  return atom;
}

std::optional<TimePart> time_part_of(const ItemKey& key) {
  constexpr std::array<std::pair<Modifier, TimePart>, 6> kParts = {{
      {Modifier::kMinute, TimePart::kMinute},
      {Modifier::kHour, TimePart::kHour},
      {Modifier::kDay, TimePart::kDay},
      {Modifier::kWeek, TimePart::kWeek},
      {Modifier::kMonth, TimePart::kMonth},
      {Modifier::kYear, TimePart::kYear},
  }};
  for (const auto& [modifier, part] : kParts) {
    if (key.has(modifier)) {
      return part;
    }
  }
  return std::nullopt;
}

// A value without modifiers that touch it, by its own type.
std::optional<Atom> typed_atom(const YamlNode& value) {
  Atom atom;
  switch (value.kind()) {
    case YamlKind::kNull:
      atom.op = Op::kNull;
      return atom;
    case YamlKind::kBool:
      atom.op = Op::kBool;
      atom.wanted = value.as_bool();
      return atom;
    case YamlKind::kInt:
    case YamlKind::kDouble:
      atom.op = Op::kNumber;
      atom.number = *number_of(value);
      atom.text = fold_case(value.text());
      return atom;
    case YamlKind::kText:
    case YamlKind::kSequence:
    case YamlKind::kMapping:
      return std::nullopt;
  }
  return std::nullopt;
}

bool changes_text(Modifier modifier) {
  const Family family = family_of(modifier);
  return family == Family::kText || (family == Family::kPlace && modifier != Modifier::kCased);
}

Parsed<std::vector<Atom>> text_atoms(const ItemKey& key, const YamlNode& value,
                                     const std::vector<std::string>& texts) {
  std::vector<Atom> atoms;
  for (const std::string& text : texts) {
    Drafts drafts{{SigmaString::parse(text), true}};
    if (key.field.empty() && drafts[0].string.empty()) {
      return Problem{&value, "an empty keyword would match every event"};
    }
    for (const Modifier modifier : key.chain) {
      if (!changes_text(modifier)) {
        continue;
      }
      if (auto mistake = rewrite(modifier, drafts)) {
        return Problem{&value, std::move(*mistake)};
      }
    }
    const bool anywhere =
        key.field.empty() && !key.has(Modifier::kStartsWith) && !key.has(Modifier::kEndsWith);
    for (Draft& draft : drafts) {
      if (anywhere) {
        draft.string.prepend_any_run();
        draft.string.append_any_run();
      }
      Atom& atom = atoms.emplace_back();
      atom.text_case = key.has(Modifier::kCased) ? Case::kExact : Case::kIgnored;
      set_text(atom, std::move(draft.string));
    }
  }
  return atoms;
}

Parsed<Atom> special_atom(const ItemKey& key, const YamlNode& value, const std::string& text,
                          const ValueContext& context) {
  if (key.has(Modifier::kRegex)) {
    return regex_atom(key, value, text);
  }
  if (key.has(Modifier::kCidr)) {
    return cidr_atom(value, text);
  }
  Atom atom;
  atom.op = Op::kFieldRef;
  atom.match = match_of(key);
  atom.text_case = key.has(Modifier::kCased) ? Case::kExact : Case::kIgnored;
  atom.other_fields = context.resolve(text);
  if (atom.other_fields.empty()) {
    return Problem{&value, fmt::format("\"{}\" cannot be the name of a field", text)};
  }
  return atom;
}

}  // namespace

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

Parsed<std::vector<Atom>> compile_value(const ItemKey& key, const YamlNode& value,
                                        const ValueContext& context) {
  if (key.has(Modifier::kExists)) {
    if (value.kind() != YamlKind::kBool) {
      return Problem{&value, "modifier \"exists\" wants true or false"};
    }
    Atom atom;
    atom.op = Op::kExists;
    atom.wanted = value.as_bool();
    return std::vector<Atom>{std::move(atom)};
  }
  const auto time_part = time_part_of(key);
  if (time_part || compare_of(key) != Compare::kEqual) {
    TRY_ASSIGN(Atom atom, number_atom(key, value, time_part));
    return std::vector<Atom>{std::move(atom)};
  }
  const bool special =
      key.has(Modifier::kRegex) || key.has(Modifier::kCidr) || key.has(Modifier::kFieldRef);
  const bool rewrites = std::ranges::any_of(key.chain, changes_text);
  if (value.is_null() && (key.field.empty() || special || rewrites)) {
    return Problem{&value, key.field.empty() ? "a keyword cannot be null"
                                             : "null does not go with this modifier"};
  }
  if (!special && !rewrites && !key.field.empty() && !key.has(Modifier::kExpand)) {
    if (auto atom = typed_atom(value)) {
      return std::vector<Atom>{std::move(*atom)};
    }
  }
  std::vector<std::string> texts{value.text()};
  if (key.has(Modifier::kExpand)) {
    TRY_ASSIGN(texts, expand_written(value, context.placeholder));
  }
  if (!special) {
    return text_atoms(key, value, texts);
  }
  std::vector<Atom> atoms;
  for (const std::string& text : texts) {
    TRY_ASSIGN(Atom atom, special_atom(key, value, text, context));
    atoms.push_back(std::move(atom));
  }
  return atoms;
}

}  // namespace tocsin::sigma
