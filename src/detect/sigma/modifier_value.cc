// What a chain of modifiers makes of a value.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/text.h"
#include "detect/case_fold.h"
#include "detect/sigma/modifier.h"
#include "detect/sigma/text_codec.h"

namespace tocsin::sigma {
namespace {

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
        return fmt::format("modifier \"{}\" wants text without wildcards", modifier_name(modifier));
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
