#include "backtest/necessary_filter.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "index/event_store.h"
#include "model/ecs_fields.h"

namespace tocsin {
namespace {

using sigma::Atom;
using sigma::Node;
using sigma::NodeKind;
using sigma::Op;

constexpr std::size_t kAlternativesMax = 150;  // of one "or"; more are not worth their cost
// The index cuts texts at 8,192 bytes (StoreOptions::keyword_bytes_max): what it holds of a value
// of so many characters, each up to four bytes, decides nothing.
constexpr std::int64_t kCutAt = 8'192 / 4 - 1;

// Shown to rules by EventView, kept by no table: these, and unknown names that begin like ours.
constexpr std::array<std::string_view, 2> kVirtualFields = {"event.original", kIngestedColumn};
constexpr std::string_view kOurFields = "tocsin.";

struct Part {
  ExprPtr expr;
  bool exact = false;
};

Part everything(bool exact) {
  return {std::make_shared<Expr>(), exact};
}

bool is_everything(const Part& part) {
  return part.expr->kind == ExprKind::kEverything;
}

ExprPtr nothing() {
  auto expr = std::make_shared<Expr>();
  expr->kind = ExprKind::kNot;
  expr->args.push_back(everything(true).expr);
  return expr;
}

Part joined(ExprKind kind, std::vector<Part> parts) {
  bool exact = std::ranges::all_of(parts, &Part::exact);
  if (kind == ExprKind::kOr &&
      (parts.size() > kAlternativesMax || std::ranges::any_of(parts, is_everything))) {
    return everything(exact && parts.size() <= kAlternativesMax);
  }
  if (kind == ExprKind::kAnd) {
    std::erase_if(parts, is_everything);
  }
  if (parts.empty()) {
    return kind == ExprKind::kAnd ? everything(exact) : Part{nothing(), true};
  }
  if (parts.size() == 1) {
    return {parts.front().expr, exact};
  }
  auto expr = std::make_shared<Expr>();
  expr->kind = kind;
  for (Part& part : parts) {
    expr->args.push_back(std::move(part.expr));
  }
  return {std::move(expr), exact};
}

bool is_plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

// The value as a pattern of the query language; "" when it has none.
std::string pattern_of(const Atom& atom) {
  switch (atom.op) {
    case Op::kEquals:
      return escaped(atom.text);
    case Op::kContains:
      return "*" + escaped(atom.text) + "*";
    case Op::kStartsWith:
      return escaped(atom.text) + "*";
    case Op::kEndsWith:
      return "*" + escaped(atom.text);
    case Op::kWildcard:
    case Op::kRegex:
    case Op::kCidr:
    case Op::kNumber:
    case Op::kBool:
    case Op::kExists:
    case Op::kNull:
    case Op::kFieldRef:
    case Op::kTimePart:
      return {};
  }
  return {};
}

// A column of a field that no catalogue knows may be of any type; times and flags are compared
// by the index in a way of their own.
bool may_be_time_or_flag(std::string_view text) {
  constexpr std::string_view kTrue = "true";
  constexpr std::string_view kFalse = "false";
  return kTrue.find(text) != std::string_view::npos ||
         kFalse.find(text) != std::string_view::npos || std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || c == 't' || c == 'z' || c == ':' || c == '.' ||
                  c == '-' || c == '+' || c == ' ';
         });
}

class FilterMaker {
 public:
  FilterMaker(const RuleSet& rules, const FieldCatalog& fields) : rules_(rules), fields_(fields) {}

  Part of_rule(const Rule& rule) {
    return joined(ExprKind::kAnd, {of_logsource(rule.logsource), of_detection(rule.detection)});
  }

  Part of_logsource(const sigma::Logsource& wanted) {
    std::vector<Part> ways{of_own_words(wanted)};
    for (const CoveredSource& covered : rules_.covered_sources()) {
      if (covers(wanted, covered.logsource)) {
        ways.push_back(of_detection(covered.when));
      }
    }
    return joined(ExprKind::kOr, std::move(ways));
  }

 private:
  Part of_detection(const sigma::Detection& detection) {
    return of_node(detection, detection.root);
  }

  // Events may tell their logsource themselves.
  Part of_own_words(const sigma::Logsource& wanted) {
    std::vector<Part> words;
    const auto add = [&](const std::string& word, FieldId field) {
      if (!word.empty()) {
        Atom atom;
        atom.text = word;
        words.push_back(of_field(atom, field));
      }
    };
    add(wanted.category, fields::logsource_category);
    add(wanted.product, fields::logsource_product);
    add(wanted.service, fields::logsource_service);
    return joined(ExprKind::kAnd, std::move(words));
  }

  Part of_node(const sigma::Detection& detection, const Node& node) {
    switch (node.kind) {
      case NodeKind::kAtom:
        return of_atom(detection.atoms[node.atom]);
      case NodeKind::kAnd:
      case NodeKind::kOr: {
        std::vector<Part> parts;
        for (const Node& child : node.children) {
          parts.push_back(of_node(detection, child));
        }
        return joined(node.kind == NodeKind::kAnd ? ExprKind::kAnd : ExprKind::kOr,
                      std::move(parts));
      }
      case NodeKind::kNot: {
        // A superset of something says nothing about its opposite.
        Part inner = of_node(detection, node.children.front());
        if (!inner.exact) {
          return everything(false);
        }
        auto expr = std::make_shared<Expr>();
        expr->kind = ExprKind::kNot;
        expr->args.push_back(std::move(inner.expr));
        return {std::move(expr), true};
      }
    }
    return everything(false);
  }

  Part of_atom(const Atom& atom) {
    if (atom.keyword || atom.fields.empty()) {
      return everything(false);
    }
    std::vector<Part> any;
    for (const FieldId field : atom.fields) {
      any.push_back(of_field(atom, field));
    }
    return joined(ExprKind::kOr, std::move(any));
  }

  Part of_field(const Atom& atom, FieldId field) {
    const std::string name(fields_.name(field));
    const bool known = field.value < kKnownFields.size();
    if (std::ranges::find(kVirtualFields, name) != kVirtualFields.end() ||
        (!known && name.starts_with(kOurFields)) || name == kTimeColumn ||
        name.find('*') != std::string::npos) {
      return everything(false);
    }
    const FieldType type = FieldCatalog::type(field);
    switch (atom.op) {
      case Op::kEquals:
      case Op::kContains:
      case Op::kStartsWith:
      case Op::kEndsWith:
        return of_text(atom, name, type, known);
      case Op::kCidr:
        return type == FieldType::kIp ? of_network(atom, name) : exists(name);
      case Op::kWildcard:
      case Op::kRegex:
      case Op::kNumber:
      case Op::kFieldRef:
      case Op::kTimePart:
      case Op::kBool:
        return exists(name);
      case Op::kExists:
        // A field that holds nothing but null is there for the rule, not for the index.
        return everything(false);
      case Op::kNull:
        return everything(false);
    }
    return everything(false);
  }

  Part of_text(const Atom& atom, const std::string& name, FieldType type, bool known) {
    const bool is_text_column =
        type == FieldType::kKeyword || type == FieldType::kIp || type == FieldType::kLong;
    if (!is_text_column || atom.text.empty() || !is_plain_ascii(atom.text) ||
        (!known && may_be_time_or_flag(atom.text))) {
      return exists(name);
    }
    auto match = std::make_shared<Expr>();
    match->kind = ExprKind::kMatch;
    match->name = name;
    match->value = {pattern_of(atom), false, true};
    Part part{std::move(match), atom.op == Op::kEquals && atom.text_case == sigma::Case::kIgnored};
    const bool may_be_cut =
        atom.op != Op::kEquals && type == FieldType::kKeyword && name != kDatasetField;
    return may_be_cut ? joined(ExprKind::kOr, {std::move(part), is_long(name)}) : part;
  }

  static Part of_network(const Atom& atom, const std::string& name) {
    auto match = std::make_shared<Expr>();
    match->kind = ExprKind::kMatch;
    match->name = name;
    match->value = {network_text(atom.network), false, false};
    return {std::move(match), true};
  }

  static Part exists(const std::string& name) {
    auto expr = std::make_shared<Expr>();
    expr->kind = ExprKind::kExists;
    expr->name = name;
    return {std::move(expr), false};
  }

  static Part is_long(const std::string& name) {
    auto field = std::make_shared<Expr>();
    field->kind = ExprKind::kField;
    field->name = name;
    auto length = std::make_shared<Expr>();
    length->kind = ExprKind::kCall;
    length->name = "len";
    length->args.push_back(std::move(field));
    auto limit = std::make_shared<Expr>();
    limit->kind = ExprKind::kNumber;
    limit->whole = true;
    limit->integer = kCutAt;
    limit->number = static_cast<double>(kCutAt);
    auto expr = std::make_shared<Expr>();
    expr->kind = ExprKind::kCompare;
    expr->op = CompareOp::kMoreEqual;
    expr->args = {std::move(length), std::move(limit)};
    return {std::move(expr), false};
  }

  const RuleSet& rules_;
  const FieldCatalog& fields_;
};

NecessaryFilter as_filter(Part part) {
  const bool narrows = !is_everything(part);
  return {std::move(part.expr), narrows, part.exact};
}

}  // namespace

NecessaryFilter necessary_filter(const RuleSet& rules, std::span<const std::uint32_t> plain,
                                 const FieldCatalog& fields) {
  FilterMaker maker(rules, fields);
  std::vector<Part> any;
  for (const std::uint32_t rule : plain) {
    any.push_back(maker.of_rule(rules.rules()[rule]));
  }
  return as_filter(joined(ExprKind::kOr, std::move(any)));
}

NecessaryFilter logsource_filter(const RuleSet& rules, const sigma::Logsource& logsource,
                                 const FieldCatalog& fields) {
  return as_filter(FilterMaker(rules, fields).of_logsource(logsource));
}

}  // namespace tocsin
