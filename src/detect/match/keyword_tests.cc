#include "detect/match/keyword_tests.h"

#include <algorithm>
#include <utility>

namespace tocsin::match {
namespace {

using sigma::Atom;
using sigma::Case;
using sigma::Op;

// No usual JSON escape stands for such a byte, nor is it the second one of an escape's two.
bool is_beyond_escapes(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '\\' && c != '"' && c != '/';
}

bool is_ascii_beyond_escapes(char c) {
  return is_beyond_escapes(c) && static_cast<unsigned char>(c) < 0x80;
}

std::string_view longest_stretch(const Atom& atom) {
  const auto allowed = atom.text_case == Case::kExact ? is_beyond_escapes : is_ascii_beyond_escapes;
  if (atom.op != Op::kWildcard) {
    return longest_run(atom.text, allowed);
  }
  std::string_view longest;
  for (const sigma::Part& part : atom.pattern.parts()) {
    const std::string_view run =
        part.kind == sigma::PartKind::kText ? longest_run(part.text, allowed) : std::string_view();
    longest = run.size() > longest.size() ? run : longest;
  }
  return longest;
}

}  // namespace

KeywordTests::KeywordTests(const Atoms& atoms) {
  Atoms regexes;
  for (const auto& [id, atom] : atoms) {
    if (atom->op == Op::kRegex) {
      regexes.emplace_back(id, atom);
    } else {
      add_stretch(id, *atom);
    }
  }
  regexes_ = TextTests(regexes);
}

void KeywordTests::add_stretch(AtomId id, const Atom& atom) {
  const std::string_view stretch = longest_stretch(atom);
  if (stretch.empty()) {
    always_.emplace_back(id, &atom);
    return;
  }
  const bool ignore_case = atom.text_case == Case::kIgnored;
  const auto same = [&](const Pattern& pattern) {
    return pattern.text == stretch && pattern.ignore_case == ignore_case;
  };
  const auto found = std::ranges::find_if(stretches_.patterns, same);
  const auto number = static_cast<std::size_t>(found - stretches_.patterns.begin());
  if (found == stretches_.patterns.end()) {
    stretches_.patterns.push_back({std::string(stretch), ignore_case, false, false, true});
    uses_.emplace_back();
  }
  const bool certain = atom.op == Op::kContains && stretch.size() == atom.text.size();
  uses_[number].push_back({id, &atom, certain});
}

Status KeywordTests::compile(DatabaseCache& cache) {
  if (!stretches_.patterns.empty()) {
    TRY_ASSIGN(database_, cache.obtain(stretches_));
  }
  stretches_.patterns = {};
  return regexes_.compile(cache);
}

void KeywordTests::prepare(ScanScratch& scratch) const {
  if (database_ != nullptr) {
    database_->prepare(scratch);
  }
  regexes_.prepare(scratch);
}

void KeywordTests::collect(std::vector<const PatternDatabase*>& databases) const {
  if (database_ != nullptr) {
    databases.push_back(database_.get());
  }
  regexes_.collect(databases);
}

struct KeywordTests::Scan {
  const KeywordTests& tests;
  Evaluator& evaluator;
  std::vector<AtomId>& out;
};

void KeywordTests::on_stretch(void* context, std::uint32_t stretch, std::size_t /*end*/) {
  auto& scan = *static_cast<Scan*>(context);
  for (const Use& use : scan.tests.uses_[stretch]) {
    if (use.certain || scan.evaluator.fits(*use.source)) {
      scan.out.push_back(use.atom);
    }
  }
}

void KeywordTests::fired(Evaluator& evaluator, TextScan& scan, std::vector<AtomId>& out) const {
  EventView& view = evaluator.view();
  for (const auto& [id, atom] : always_) {
    if (evaluator.fits(*atom)) {
      out.push_back(id);
    }
  }
  if (database_ != nullptr) {
    Scan call{*this, evaluator, out};
    database_->scan(view.keyword_text(0), scan.scratch, on_stretch, &call);
    if (!view.record_says_all() && view.keyword_texts() > 1) {
      database_->scan(view.keyword_text(1), scan.scratch, on_stretch, &call);
    }
  }
  for (std::size_t which = 0; !regexes_.empty() && which < view.keyword_texts(); ++which) {
    regexes_.fired(AskedText::of_record(view, which), scan, out);
  }
}

}  // namespace tocsin::match
