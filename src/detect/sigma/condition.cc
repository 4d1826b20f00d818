#include "detect/sigma/condition.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"

namespace tocsin::sigma {
namespace {

using Parse = std::expected<Node, std::string>;

bool is_name_character(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_' || c == '-' || c == '*' ||
         c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_operator(std::string_view word) {
  constexpr std::array<std::string_view, 3> kOperators = {"and", "or", "not"};
  return std::ranges::any_of(
      kOperators, [word](std::string_view each) { return equals_ignore_case(word, each); });
}

class ConditionParser {
 public:
  ConditionParser(std::string_view text, std::vector<Selection>& selections)
      : text_(text), selections_(selections) {
    advance();
  }

  Parse parse() {
    Parse tree = any(0);
    if (tree && !token_.empty()) {
      return std::unexpected(unexpected_token("the end"));
    }
    return tree;
  }

 private:
  void advance();
  bool next_is(std::string_view word) const { return equals_ignore_case(token_, word); }
  std::string unexpected_token(std::string_view wanted) const;
  Parse any(std::size_t depth);
  Parse all(std::size_t depth);
  Parse negated(std::size_t depth);
  Parse primary(std::size_t depth);
  Parse quantified(bool wants_all);
  Parse named(std::string_view name);
  Parse copy(Selection& selection);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t token_at_ = 0;
  std::string_view token_;  // empty at the end
  std::vector<Selection>& selections_;
  std::size_t nodes_ = 0;
};

void ConditionParser::advance() {
  while (at_ < text_.size() && is_space(text_[at_])) {
    ++at_;
  }
  token_at_ = at_;
  while (at_ < text_.size() && is_name_character(text_[at_])) {
    ++at_;
  }
  if (at_ == token_at_ && at_ < text_.size()) {
    ++at_;
  }
  token_ = text_.substr(token_at_, at_ - token_at_);
}

std::string ConditionParser::unexpected_token(std::string_view wanted) const {
  if (token_ == "|") {
    return "aggregations behind \"|\" are not part of Sigma 2: write a correlation rule";
  }
  if (token_.empty()) {
    return fmt::format("the condition ends where {} was expected", wanted);
  }
  return fmt::format("\"{}\" at character {} of the condition, where {} was expected", token_,
                     token_at_ + 1, wanted);
}

Parse ConditionParser::any(std::size_t depth) {
  if (depth > kConditionDepthMax) {
    return std::unexpected(fmt::format("nested deeper than {}", kConditionDepthMax));
  }
  Parse first = all(depth);
  if (!first || !next_is("or")) {
    return first;
  }
  Node node{NodeKind::kOr, 0, {}, {}};
  node.children.push_back(std::move(*first));
  while (next_is("or")) {
    advance();
    Parse next = all(depth);
    if (!next) {
      return next;
    }
    node.children.push_back(std::move(*next));
  }
  return node;
}

Parse ConditionParser::all(std::size_t depth) {
  Parse first = negated(depth);
  if (!first || !next_is("and")) {
    return first;
  }
  Node node{NodeKind::kAnd, 0, {}, {}};
  node.children.push_back(std::move(*first));
  while (next_is("and")) {
    advance();
    Parse next = negated(depth);
    if (!next) {
      return next;
    }
    node.children.push_back(std::move(*next));
  }
  return node;
}

Parse ConditionParser::negated(std::size_t depth) {
  bool negative = false;
  while (next_is("not")) {
    advance();
    negative = !negative;
  }
  Parse inner = primary(depth);
  if (!inner || !negative) {
    return inner;
  }
  Node node{NodeKind::kNot, 0, {}, {}};
  node.children.push_back(std::move(*inner));
  return node;
}

Parse ConditionParser::primary(std::size_t depth) {
  if (token_ == "(") {
    advance();
    Parse inner = any(depth + 1);
    if (!inner) {
      return inner;
    }
    if (token_ != ")") {
      return std::unexpected(unexpected_token("\")\""));
    }
    advance();
    return inner;
  }
  if (token_.empty() || !is_name_character(token_[0]) || next_is("and") || next_is("or")) {
    return std::unexpected(unexpected_token("a search identifier"));
  }
  const std::string_view name = token_;
  advance();
  if (!next_is("of")) {
    return named(name);
  }
  advance();
  if (name == "1" || equals_ignore_case(name, "any") || equals_ignore_case(name, "all")) {
    return quantified(equals_ignore_case(name, "all"));
  }
  return std::unexpected(
      fmt::format("\"{} of\" is not part of Sigma: \"1 of\", \"any of\" and "
                  "\"all of\" are",
                  name));
}

Parse ConditionParser::quantified(bool wants_all) {
  if (token_.empty() || !is_name_character(token_[0])) {
    return std::unexpected(unexpected_token("\"them\" or a pattern"));
  }
  const std::string_view pattern = next_is("them") ? "*" : token_;
  const bool hidden_too = pattern.starts_with('_');
  Node node{wants_all ? NodeKind::kAnd : NodeKind::kOr,
            0,
            {},
            fmt::format("{} of {}", wants_all ? "all" : "1", token_)};
  for (Selection& selection : selections_) {
    if ((!selection.name.starts_with('_') || hidden_too) && glob_match(pattern, selection.name)) {
      Parse part = copy(selection);
      if (!part) {
        return part;
      }
      node.children.push_back(std::move(*part));
    }
  }
  if (node.children.empty()) {
    return std::unexpected(fmt::format("\"{}\" fits no search identifier", token_));
  }
  advance();
  return node;
}

Parse ConditionParser::named(std::string_view name) {
  const auto found = std::ranges::find(selections_, name, &Selection::name);
  if (found != selections_.end()) {
    return copy(*found);
  }
  std::vector<std::string_view> names;
  for (const Selection& selection : selections_) {
    names.push_back(selection.name);
  }
  const std::string_view close = closest_word(name, names);
  return std::unexpected(
      close.empty() ? fmt::format("the condition names \"{}\", which is not defined", name)
                    : fmt::format("the condition names \"{}\", which is not defined; did you mean "
                                  "\"{}\"?",
                                  name, close));
}

Parse ConditionParser::copy(Selection& selection) {
  selection.used = true;
  nodes_ += node_count(selection.node);
  if (nodes_ > kNodesMax) {
    return std::unexpected(fmt::format("the condition grows to more than {} parts", kNodesMax));
  }
  return selection.node;
}

}  // namespace

std::size_t node_count(const Node& node) {
  std::size_t count = 1;
  for (const Node& child : node.children) {
    count += node_count(child);
  }
  return count;
}

std::vector<std::string> condition_names(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_name_character(text[end])) {
      ++end;
    }
    const std::string_view word = text.substr(at, end - at);
    if (!word.empty() && !is_operator(word) && std::ranges::find(names, word) == names.end()) {
      names.emplace_back(word);
    }
    at = std::max(end, at + 1);
  }
  return names;
}

bool is_plain_sequence(std::string_view text) {
  bool wants_name = true;
  for (std::string_view word : split(text, ' ')) {
    word = trim(word);
    if (word.empty()) {
      continue;
    }
    const bool is_and = equals_ignore_case(word, "and");
    const bool is_name = !is_operator(word) && std::ranges::all_of(word, is_name_character) &&
                         word.find('*') == std::string_view::npos;
    if (wants_name ? !is_name : !is_and) {
      return false;
    }
    wants_name = !wants_name;
  }
  return !wants_name;
}

std::expected<Node, std::string> parse_condition(std::string_view text,
                                                 std::vector<Selection>& selections) {
  if (text.size() > kConditionBytesMax) {
    return std::unexpected(fmt::format("condition longer than {} bytes", kConditionBytesMax));
  }
  return ConditionParser(text, selections).parse();
}

}  // namespace tocsin::sigma
