#include "detect/explain.h"

#include <fmt/format.h>

#include "base/utf8.h"
#include "detect/evaluator.h"
#include "detect/gate.h"

namespace tocsin {
namespace {

using sigma::Atom;
using sigma::Compare;
using sigma::Node;
using sigma::NodeKind;
using sigma::Op;
using sigma::TimePart;

constexpr std::size_t kValueBytesMax = 300;
constexpr std::size_t kChildrenMax = 200;  // of a long list: the rest is told as a number

std::string visible(std::string_view bytes) {
  std::string out;
  for (const char c : to_valid_utf8(utf8_prefix(bytes, kValueBytesMax))) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return bytes.size() > kValueBytesMax ? out + "…" : out;
}

std::string_view compare_sign(Compare compare) {
  switch (compare) {
    case Compare::kEqual:
      return "=";
    case Compare::kLess:
      return "<";
    case Compare::kLessEqual:
      return "≤";
    case Compare::kGreater:
      return ">";
    case Compare::kGreaterEqual:
      return "≥";
  }
  return "=";
}

std::string_view time_part_name(TimePart part) {
  switch (part) {
    case TimePart::kMinute:
      return "minute";
    case TimePart::kHour:
      return "hour";
    case TimePart::kDay:
      return "day";
    case TimePart::kWeek:
      return "week";
    case TimePart::kMonth:
      return "month";
    case TimePart::kYear:
      return "year";
  }
  return "time";
}

std::string number_text(const sigma::Number& number) {
  return number.is_whole ? fmt::format("{}", number.whole) : fmt::format("{}", number.real);
}

std::string what_of(const Atom& atom, const FieldCatalog& fields) {
  switch (atom.op) {
    case Op::kEquals:
      return fmt::format("is \"{}\"", visible(atom.text));
    case Op::kContains:
      return fmt::format("contains \"{}\"", visible(atom.text));
    case Op::kStartsWith:
      return fmt::format("starts with \"{}\"", visible(atom.text));
    case Op::kEndsWith:
      return fmt::format("ends with \"{}\"", visible(atom.text));
    case Op::kWildcard:
      return fmt::format("fits \"{}\"", visible(to_written(atom.pattern)));
    case Op::kRegex:
      return fmt::format("matches /{}/", visible(atom.regex->pattern()));
    case Op::kCidr:
      return fmt::format("is in {}", network_text(atom.network));
    case Op::kNumber:
      return fmt::format("{} {}", compare_sign(atom.compare), number_text(atom.number));
    case Op::kBool:
      return atom.wanted ? "is true" : "is false";
    case Op::kExists:
      return atom.wanted ? "exists" : "does not exist";
    case Op::kNull:
      return "is absent or null";
    case Op::kFieldRef:
      return fmt::format("is compared with {}", atom.other_fields.empty()
                                                    ? std::string_view("nothing")
                                                    : fields.name(atom.other_fields[0]));
    case Op::kTimePart:
      return fmt::format("{} {} {}", time_part_name(atom.time_part), compare_sign(atom.compare),
                         number_text(atom.number));
  }
  return {};
}

class Explainer {
 public:
  Explainer(Evaluator& evaluator, const FieldCatalog& fields, const sigma::Detection& detection)
      : evaluator_(evaluator), fields_(fields), detection_(detection) {}

  Explanation explain(const Node& node) {
    Explanation out;
    out.verdict = evaluator_.fits(detection_, node);
    out.what = node.label;
    const auto joint = [&out](std::string_view word) {
      out.what += fmt::format("{}{}", out.what.empty() ? "" : ": ", word);
    };
    switch (node.kind) {
      case NodeKind::kAtom:
        joint(what_of(detection_.atoms[node.atom], fields_));
        out.seen = seen(detection_.atoms[node.atom]);
        return out;
      case NodeKind::kAnd:
        joint("all of");
        break;
      case NodeKind::kOr:
        joint("any of");
        break;
      case NodeKind::kNot:
        joint("not");
        break;
    }
    for (const Node& child : node.children) {
      if (out.children.size() == kChildrenMax) {
        out.children.push_back(
            {fmt::format("and {} more", node.children.size() - kChildrenMax), false, {}, {}});
        break;
      }
      out.children.push_back(explain(child));
    }
    return out;
  }

 private:
  std::vector<std::string> seen(const Atom& atom) {
    EventView& view = evaluator_.view();
    std::vector<std::string> values;
    if (atom.keyword) {
      values.push_back(visible(view.keyword_text(0)));
    }
    for (const FieldId field : atom.fields) {
      for (std::uint32_t slot = view.first(field); slot != EventView::kNone;
           slot = view.next(slot)) {
        values.push_back(
            fmt::format("{} = {}", fields_.name(field),
                        view.value(slot).is_null() ? "null" : visible(view.text(slot))));
      }
    }
    return values;
  }

  Evaluator& evaluator_;
  const FieldCatalog& fields_;
  const sigma::Detection& detection_;
};

void append_lines(const Explanation& explanation, std::size_t depth, std::string& out) {
  out +=
      fmt::format("{:{}}{} {}\n", "", depth * 2, explanation.verdict ? "✓" : "✗", explanation.what);
  for (const std::string& value : explanation.seen) {
    out += fmt::format("{:{}}saw {}\n", "", depth * 2 + 4, value);
  }
  for (const Explanation& child : explanation.children) {
    append_lines(child, depth + 1, out);
  }
}

void write_node(JsonWriter& writer, const Explanation& explanation) {
  writer.begin_object().member("what", explanation.what).member("verdict", explanation.verdict);
  writer.key("seen").begin_array();
  for (const std::string& value : explanation.seen) {
    writer.value(value);
  }
  writer.end_array().key("children").begin_array();
  for (const Explanation& child : explanation.children) {
    write_node(writer, child);
  }
  writer.end_array().end_object();
}

}  // namespace

RuleExplanation explain(const RuleSet& rules, std::uint32_t rule, const EventBatch& batch,
                        std::size_t event, FieldCatalog& fields, DatasetCatalog& datasets) {
  Evaluator evaluator(fields, datasets);
  evaluator.reset(batch, event);
  // The gate borrows the rule set for this call only.
  Gate gate(std::shared_ptr<const RuleSet>(std::shared_ptr<const RuleSet>(), &rules));
  const Rule& chosen = rules.rules()[rule];
  RuleExplanation out;
  out.logsource_fits = gate.admits(evaluator, rule);
  out.logsource = sigma::logsource_text(chosen.logsource);
  out.detection = Explainer(evaluator, fields, chosen.detection).explain(chosen.detection.root);
  return out;
}

std::string explanation_text(const RuleExplanation& explanation) {
  std::string out = fmt::format("{} logsource {}\n", explanation.logsource_fits ? "✓" : "✗",
                                explanation.logsource);
  append_lines(explanation.detection, 0, out);
  return out;
}

void write_explanation(JsonWriter& writer, const RuleExplanation& explanation) {
  writer.begin_object()
      .member("matches", explanation.matches())
      .member("logsource", explanation.logsource)
      .member("logsource_fits", explanation.logsource_fits)
      .key("detection");
  write_node(writer, explanation.detection);
  writer.end_object();
}

}  // namespace tocsin
