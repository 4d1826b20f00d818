#include "detect/match/text_tests.h"

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "base/utf8.h"

namespace tocsin::match {
namespace {

using sigma::Atom;
using sigma::Op;

// The longest literal run of a wildcard pattern: whatever fits the pattern contains it.
std::string longest_literal(const sigma::SigmaString& pattern) {
  std::string longest;
  for (const sigma::Part& part : pattern.parts()) {
    if (part.kind == sigma::PartKind::kText && part.text.size() > longest.size()) {
      longest = part.text;
    }
  }
  return longest;
}

}  // namespace

std::size_t TextTests::StringHash::operator()(std::string_view text) const {
  return hash64(text);
}

bool TextTests::takes(const Atom& atom) {
  switch (atom.op) {
    case Op::kEquals:
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
    case Op::kWildcard:
    case Op::kRegex:
      return true;
    case Op::kCidr:
    case Op::kNumber:
    case Op::kBool:
    case Op::kExists:
    case Op::kNull:
    case Op::kFieldRef:
    case Op::kTimePart:
      return false;
  }
  return false;
}

Result<TextTests> TextTests::build(const std::vector<std::pair<AtomId, const Atom*>>& atoms) {
  TextTests tests;
  tests.entries_ = atoms.size();
  std::vector<std::pair<AtomId, const Atom*>> folded;
  std::vector<std::pair<AtomId, const Atom*>> exact;
  std::vector<std::shared_ptr<const Regex>> regexes;
  for (const auto& [id, atom] : atoms) {
    if (atom->op == Op::kRegex) {
      regexes.push_back(atom->regex);
      tests.regex_atoms_.emplace_back(id, atom->regex.get());
    } else {
      (atom->text_case == sigma::Case::kExact ? exact : folded).emplace_back(id, atom);
    }
  }
  tests.wants_folded_ = !folded.empty();
  tests.has_exact_ = !exact.empty();
  TRY_ASSIGN(tests.folded_, build_literals(folded));
  TRY_ASSIGN(tests.exact_, build_literals(exact));
  tests.regexes_ = RegexIndex::build(regexes);
  return tests;
}

Result<TextTests::Literals> TextTests::build_literals(
    const std::vector<std::pair<AtomId, const Atom*>>& atoms) {
  Literals built;
  std::map<std::string, std::vector<Use>> by_text;
  const auto add = [&](Kind kind, const std::string& text, AtomId id, const Atom* atom) {
    const Use use{kind, id, static_cast<std::uint32_t>(text.size()), atom};
    if (text.empty()) {
      built.always.push_back(use);
    } else {
      by_text[text].push_back(use);
    }
  };
  for (const auto& [id, atom] : atoms) {
    if (atom->op == Op::kEquals) {
      built.whole[atom->text].push_back(id);
    } else if (atom->op == Op::kWildcard) {
      add(Kind::kWildcard, longest_literal(atom->pattern), id, atom);
    } else {
      const Kind kind = atom->op == Op::kContains     ? Kind::kContains
                        : atom->op == Op::kStartsWith ? Kind::kStartsWith
                                                      : Kind::kEndsWith;
      add(kind, atom->text, id, atom);
    }
  }
  std::vector<std::string> texts;
  for (const auto& [text, uses] : by_text) {
    texts.push_back(text);
    built.first_use.push_back(static_cast<std::uint32_t>(built.uses.size()));
    built.uses.insert(built.uses.end(), uses.begin(), uses.end());
  }
  built.first_use.push_back(static_cast<std::uint32_t>(built.uses.size()));
  TRY_ASSIGN(built.index, LiteralIndex::build(texts));
  return built;
}

void TextTests::prepare(ScanScratch& scratch) const {
  folded_.index.prepare(scratch);
  exact_.index.prepare(scratch);
  regexes_.prepare(scratch);
}

void TextTests::fired(std::string_view plain, std::string_view folded, TextScan& scan,
                      std::vector<AtomId>& out) const {
  if (wants_folded_) {
    scan_literals(folded_, folded, scan, out);
  }
  if (has_exact_) {
    scan_literals(exact_, plain, scan, out);
  }
  if (!regex_atoms_.empty()) {
    scan_regexes(plain, scan, out);
  }
}

struct TextTests::LiteralScan {
  const Literals& literals;
  std::string_view text;
  std::vector<AtomId>& out;
};

void TextTests::on_literal(void* context, std::uint32_t literal, std::size_t end) {
  auto& scan = *static_cast<LiteralScan*>(context);
  const std::uint32_t last = scan.literals.first_use[literal + 1];
  for (std::uint32_t i = scan.literals.first_use[literal]; i < last; ++i) {
    const Use& use = scan.literals.uses[i];
    const bool fits = use.kind == Kind::kContains ||
                      (use.kind == Kind::kStartsWith && end == use.size) ||
                      (use.kind == Kind::kEndsWith && end == scan.text.size()) ||
                      (use.kind == Kind::kWildcard && use.source->pattern.matches(scan.text));
    if (fits) {
      scan.out.push_back(use.atom);
    }
  }
}

void TextTests::scan_literals(const Literals& literals, std::string_view text, TextScan& scan,
                              std::vector<AtomId>& out) {
  if (!literals.whole.empty()) {
    if (const auto found = literals.whole.find(text); found != literals.whole.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
    }
  }
  for (const Use& use : literals.always) {
    if (use.kind != Kind::kWildcard || use.source->pattern.matches(text)) {
      out.push_back(use.atom);
    }
  }
  if (!literals.index.empty()) {
    LiteralScan call{literals, text, out};
    literals.index.scan(text, scan.scratch, on_literal, &call);
  }
}

void TextTests::scan_regexes(std::string_view plain, TextScan& scan,
                             std::vector<AtomId>& out) const {
  const auto confirm = [&](std::uint32_t number) {
    if (scan.searcher.found(*regex_atoms_[number].second, plain)) {
      out.push_back(regex_atoms_[number].first);
    }
  };
  if (!is_valid_utf8(plain)) {
    for (std::uint32_t i = 0; i < regex_atoms_.size(); ++i) {
      confirm(i);
    }
    return;
  }
  std::vector<std::uint32_t> maybe = regexes_.refused();
  regexes_.scan(
      plain, scan.scratch,
      [](void* context, std::uint32_t regex) {
        static_cast<std::vector<std::uint32_t>*>(context)->push_back(regex);
      },
      &maybe);
  std::ranges::for_each(maybe, confirm);
}

std::size_t TextTests::memory_bytes() const {
  return folded_.index.memory_bytes() + exact_.index.memory_bytes() + regexes_.memory_bytes();
}

}  // namespace tocsin::match
