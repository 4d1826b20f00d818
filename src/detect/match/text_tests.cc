#include "detect/match/text_tests.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/hash.h"
#include "base/utf8.h"
#include "detect/evaluator.h"

namespace tocsin::match {
namespace {

using sigma::Atom;
using sigma::Case;
using sigma::Op;

constexpr std::size_t kLiteralBytesMax = 200;

bool any_byte(char /*c*/) {
  return true;
}

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

// fold_case() leaves the text alone, whatever stands before it, but for ASCII letters: it has no
// lead byte of U+00C0..U+04FF, and does not begin inside a character.
bool is_fold_stable(std::string_view text) {
  const auto byte = [](char c) { return static_cast<unsigned char>(c); };
  return (text.empty() || byte(text[0]) < 0x80 || byte(text[0]) > 0xBF) &&
         std::ranges::none_of(text, [&](char c) { return byte(c) >= 0xC3 && byte(c) <= 0xD3; });
}

// The longest part of a rule's text that Vectorscan finds in unfolded texts just as the oracle
// finds it in folded ones.
std::string_view findable(std::string_view text, bool ignore_case) {
  return longest_run(text, ignore_case && !is_fold_stable(text) ? is_ascii : any_byte);
}

// The longest literal run of a wildcard pattern: whatever fits the pattern contains it.
std::string_view longest_literal(const sigma::SigmaString& pattern, bool ignore_case) {
  std::string_view longest;
  for (const sigma::Part& part : pattern.parts()) {
    const std::string_view run =
        part.kind == sigma::PartKind::kText ? findable(part.text, ignore_case) : std::string_view();
    longest = run.size() > longest.size() ? run : longest;
  }
  return longest;
}

}  // namespace

std::string_view longest_run(std::string_view text, bool (*allowed)(char c)) {
  std::string_view longest;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || !allowed(text[i])) {
      if (i - begin > longest.size()) {
        longest = text.substr(begin, i - begin);
      }
      begin = i + 1;
    }
  }
  return longest.substr(0, kLiteralBytesMax);
}

std::size_t TextTests::StringHash::operator()(std::string_view text) const {
  return hash64(text);
}

void TextTests::Whole::add(const std::string& text, AtomId atom) {
  atoms[text].push_back(atom);
  lengths.set(std::min(text.size(), kLengths - 1));
}

void TextTests::Whole::find(std::string_view text, std::vector<AtomId>& out) const {
  if (const auto found = atoms.find(text); found != atoms.end()) {
    out.insert(out.end(), found->second.begin(), found->second.end());
  }
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

TextTests::TextTests(const Atoms& atoms) : entries_(atoms.size()) {
  regexes_.kind = PatternKind::kRegexes;
  Atoms literals;
  for (const auto& [id, atom] : atoms) {
    if (atom->op == Op::kRegex) {
      const RegexFlags flags = atom->regex->flags();
      regexes_.patterns.push_back(
          {atom->regex->pattern(), flags.ignore_case, flags.multi_line, flags.dot_all, true});
      regex_atoms_.emplace_back(id, atom->regex.get());
    } else if (atom->op == Op::kEquals) {
      (atom->text_case == Case::kExact ? whole_exact_ : whole_folded_).add(atom->text, id);
    } else {
      literals.emplace_back(id, atom);
    }
  }
  add_literals(literals);
}

void TextTests::add_literals(const Atoms& atoms) {
  std::map<std::pair<std::string, bool>, std::vector<Use>> by_literal;
  for (const auto& [id, atom] : atoms) {
    const bool ignore_case = atom->text_case == Case::kIgnored;
    const std::string_view literal = atom->op == Op::kWildcard
                                         ? longest_literal(atom->pattern, ignore_case)
                                         : findable(atom->text, ignore_case);
    const bool partial = atom->op == Op::kWildcard || literal.size() != atom->text.size();
    const Kind kind = partial                       ? Kind::kConfirm
                      : atom->op == Op::kStartsWith ? Kind::kStartsWith
                      : atom->op == Op::kEndsWith   ? Kind::kEndsWith
                                                    : Kind::kContains;
    const Use use{kind, id, static_cast<std::uint32_t>(literal.size()), atom};
    if (literal.empty()) {
      always_.push_back(use);
    } else {
      by_literal[{std::string(literal), ignore_case}].push_back(use);
    }
  }
  for (const auto& [literal, uses] : by_literal) {
    const bool once = std::ranges::all_of(uses, [](const Use& use) {
      return use.kind == Kind::kContains || use.kind == Kind::kConfirm;
    });
    literals_.patterns.push_back({literal.first, literal.second, false, false, once});
    first_use_.push_back(static_cast<std::uint32_t>(uses_.size()));
    uses_.insert(uses_.end(), uses.begin(), uses.end());
  }
  first_use_.push_back(static_cast<std::uint32_t>(uses_.size()));
}

Status TextTests::compile(DatabaseCache& cache) {
  if (!literals_.patterns.empty()) {
    TRY_ASSIGN(literal_database_, cache.obtain(literals_));
  }
  if (!regexes_.patterns.empty()) {
    TRY_ASSIGN(regex_database_, cache.obtain(regexes_));
  }
  literals_.patterns = {};
  regexes_.patterns = {};
  return {};
}

void TextTests::prepare(ScanScratch& scratch) const {
  for (const auto& database : {literal_database_, regex_database_}) {
    if (database != nullptr) {
      database->prepare(scratch);
    }
  }
}

void TextTests::collect(std::vector<const PatternDatabase*>& databases) const {
  for (const auto& database : {literal_database_, regex_database_}) {
    if (database != nullptr) {
      databases.push_back(database.get());
    }
  }
}

struct TextTests::Scan {
  const TextTests& tests;
  const AskedText& text;
  std::vector<AtomId>& out;
};

void TextTests::on_literal(void* context, std::uint32_t literal, std::size_t end) {
  auto& scan = *static_cast<Scan*>(context);
  const TextTests& tests = scan.tests;
  for (std::uint32_t i = tests.first_use_[literal]; i < tests.first_use_[literal + 1]; ++i) {
    const Use& use = tests.uses_[i];
    const bool fits = use.kind == Kind::kContains ||
                      (use.kind == Kind::kStartsWith && end == use.size) ||
                      (use.kind == Kind::kEndsWith && end == scan.text.plain().size()) ||
                      (use.kind == Kind::kConfirm &&
                       text_passes(*use.source, scan.text.by_case(use.source->text_case)));
    if (fits) {
      scan.out.push_back(use.atom);
    }
  }
}

void TextTests::fired(const AskedText& text, TextScan& scan, std::vector<AtomId>& out) const {
  if (whole_folded_.may_hold(text.plain())) {
    whole_folded_.find(text.folded(), out);
  }
  if (whole_exact_.may_hold(text.plain())) {
    whole_exact_.find(text.plain(), out);
  }
  for (const Use& use : always_) {
    if (text_passes(*use.source, text.by_case(use.source->text_case))) {
      out.push_back(use.atom);
    }
  }
  if (literal_database_ != nullptr) {
    Scan call{*this, text, out};
    literal_database_->scan(text.plain(), scan.scratch, on_literal, &call);
  }
  if (regex_database_ != nullptr) {
    scan_regexes(text.plain(), scan, out);
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
  std::ranges::for_each(regex_database_->refused(), confirm);
  // Confirmed afterwards: PCRE2 does not run inside Vectorscan's call.
  std::vector<std::uint32_t>& maybe = scan.maybe;
  maybe.clear();
  regex_database_->scan(
      plain, scan.scratch,
      [](void* context, std::uint32_t regex, std::size_t /*end*/) {
        static_cast<std::vector<std::uint32_t>*>(context)->push_back(regex);
      },
      &maybe);
  std::ranges::for_each(maybe, confirm);
}

}  // namespace tocsin::match
