#include "detect/correlate/sentence.h"

#include <fmt/format.h>

#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

using sigma::CorrelationType;
using sigma::NodeKind;
using sigma::Op;

constexpr std::size_t kExcerptBytesMax = 120;

// How much an atom says about why a rule matched.
int telling(Op op) {
  switch (op) {
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
    case Op::kWildcard:
    case Op::kRegex:
      return 3;
    case Op::kCidr:
    case Op::kFieldRef:
    case Op::kTimePart:
      return 2;
    case Op::kEquals:
    case Op::kNumber:
    case Op::kBool:
      return 1;
    case Op::kExists:
    case Op::kNull:
      return 0;
  }
  return 0;
}

// The most telling atom that is true, among those that must be.
const sigma::Atom* witness(const sigma::Detection& detection, const sigma::Node& node,
                           Evaluator& evaluator) {
  switch (node.kind) {
    case NodeKind::kAtom: {
      const sigma::Atom& atom = detection.atoms[node.atom];
      return evaluator.fits(atom) ? &atom : nullptr;
    }
    case NodeKind::kNot:
      return nullptr;
    case NodeKind::kOr:
      for (const sigma::Node& child : node.children) {
        if (evaluator.fits(detection, child)) {
          return witness(detection, child, evaluator);
        }
      }
      return nullptr;
    case NodeKind::kAnd:
      break;
  }
  const sigma::Atom* best = nullptr;
  for (const sigma::Node& child : node.children) {
    const sigma::Atom* atom = witness(detection, child, evaluator);
    if (atom != nullptr && (best == nullptr || telling(atom->op) > telling(best->op))) {
      best = atom;
    }
  }
  return best;
}

std::string witness_phrase(const sigma::Atom& atom, Evaluator& evaluator,
                           const FieldCatalog& fields) {
  EventView& view = evaluator.view();
  if (atom.keyword) {
    return fmt::format(" \"{}\"", excerpt(view.keyword_text(0)));
  }
  for (const FieldId field : atom.fields) {
    for (std::uint32_t slot = view.first(field); slot != EventView::kNone; slot = view.next(slot)) {
      if (telling(atom.op) > 0 && evaluator.value_fits(atom, slot)) {
        return fmt::format(" {} \"{}\"", fields.name(field), excerpt(view.text(slot)));
      }
    }
  }
  return {};
}

std::string noun_of(const sigma::Correlation& correlation) {
  return correlation.noun.empty() ? "events" : correlation.noun;
}

// Of the inputs whose bit is set.
std::string titles_of(const sigma::Correlation& correlation, std::uint64_t inputs,
                      std::string_view joint) {
  std::string text;
  for (std::size_t i = 0; i < correlation.inputs.size(); ++i) {
    if ((inputs >> i & 1U) != 0) {
      text += fmt::format("{}\"{}\"", text.empty() ? std::string_view() : joint,
                          correlation.inputs[i].title);
    }
  }
  return text;
}

// Inputs that the condition wants not to be there.
std::uint64_t negated_inputs(const sigma::Node& node, bool negated) {
  if (node.kind == NodeKind::kAtom) {
    return negated ? std::uint64_t{1} << node.atom : 0;
  }
  std::uint64_t inputs = 0;
  for (const sigma::Node& child : node.children) {
    inputs |= negated_inputs(child, negated != (node.kind == NodeKind::kNot));
  }
  return inputs;
}

// "\"A\" and \"B\" without \"C\""
std::string temporal_phrase(const sigma::Correlation& correlation, std::uint64_t inputs) {
  const std::string absent =
      titles_of(correlation, negated_inputs(correlation.condition, false) & ~inputs, " or ");
  return titles_of(correlation, inputs, " and ") + (absent.empty() ? "" : " without " + absent);
}

std::string measure_name(const sigma::Correlation& correlation) {
  if (correlation.type != CorrelationType::kValuePercentile) {
    return std::string(correlation_type_name(correlation.type).substr(6));
  }
  return correlation.percentile == 50 ? "median"
                                      : fmt::format("percentile {}", correlation.percentile);
}

std::string value_name(const sigma::Correlation& correlation) {
  std::string text;
  for (const sigma::NamedField& field : correlation.inputs[0].value_fields) {
    text += (text.empty() ? "" : " and ") + field.name;
  }
  return text;
}

// Of events at one time: "at once".
std::string within(Span length) {
  return length.value <= 0 ? " at once" : " in " + span_text(length);
}

}  // namespace

std::string key_phrase(const std::vector<KeyPart>& key) {
  std::string phrase;
  for (const KeyPart& part : key) {
    const std::string value = excerpt(part.value);
    if (part.field == "source.ip" || part.field == "c-ip" || part.field == "src_ip") {
      phrase += " from " + value;
    } else if (part.field == "user.name") {
      phrase += " for user " + value;
    } else if (part.field == "host.name") {
      phrase += " on host " + value;
    } else {
      phrase += fmt::format(" ({} {})", part.field, value);
    }
  }
  return phrase;
}

std::string excerpt(std::string_view value) {
  std::string line = to_valid_utf8(utf8_prefix(value, kExcerptBytesMax));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      c = ' ';
    }
  }
  return value.size() > kExcerptBytesMax ? line + "…" : line;
}

std::string rule_sentence(const Rule& rule, const std::vector<KeyPart>& key, Evaluator& evaluator,
                          const FieldCatalog& fields) {
  const sigma::Atom* atom = witness(rule.detection, rule.detection.root, evaluator);
  const std::string what = atom == nullptr ? "" : witness_phrase(*atom, evaluator, fields);
  return fmt::format("{}{}{}{}", rule.info->title, what.empty() ? "" : ":", what, key_phrase(key));
}

std::string correlation_sentence(const sigma::Correlation& correlation,
                                 const std::vector<KeyPart>& key, const CorrelationFacts& facts) {
  const std::string whom = key_phrase(key);
  const std::string when = within(facts.length);
  const std::string span = span_text(correlation.timespan);
  const std::string noun = noun_of(correlation);
  const std::string bounds = correlation.bounds.text();
  switch (correlation.type) {
    case CorrelationType::kEventCount:
      return fmt::format("{} {}{}{} (rule wants {} in {})", facts.events, noun, whom, when, bounds,
                         span);
    case CorrelationType::kValueCount:
      return fmt::format("{} different {} in {} {}{}{} (rule wants {} in {})", facts.value,
                         value_name(correlation), facts.events, noun, whom, when, bounds, span);
    case CorrelationType::kTemporal:
      return fmt::format("{}{}{} (rule wants them within {})",
                         temporal_phrase(correlation, facts.inputs), whom, when, span);
    case CorrelationType::kTemporalOrdered:
      return fmt::format("{}{}{} (rule wants them in this order within {})",
                         titles_of(correlation, ~std::uint64_t{0}, ", then "), whom, when, span);
    case CorrelationType::kValueSum:
    case CorrelationType::kValueAverage:
    case CorrelationType::kValuePercentile:
      return fmt::format("{} of {} is {} over {} {}{}{} (rule wants {} in {})",
                         measure_name(correlation), value_name(correlation), facts.value,
                         facts.events, noun, whom, when, bounds, span);
  }
  return {};
}

}  // namespace tocsin
