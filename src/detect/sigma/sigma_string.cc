#include "detect/sigma/sigma_string.h"

#include <algorithm>

#include "detect/case_fold.h"

namespace tocsin::sigma {
namespace {

std::size_t character_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t want = lead < 0xC0   ? 1
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF8 ? 4
                                         : 1;
  for (std::size_t i = 1; i < want; ++i) {
    if (at + i >= text.size() || (static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) {
      return 1;
    }
  }
  return want;
}

}  // namespace

SigmaString SigmaString::parse(std::string_view written) {
  SigmaString out;
  std::string run;
  const auto flush = [&out, &run] {
    if (!run.empty()) {
      out.append({PartKind::kText, std::move(run)});
      run.clear();
    }
  };
  bool escaped = false;
  for (const char c : written) {
    if (escaped) {
      if (c != '*' && c != '?' && c != '\\') {
        run += '\\';
      }
      run += c;
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (c == '*' || c == '?') {
      flush();
      out.append({c == '*' ? PartKind::kAnyRun : PartKind::kAnyOne, {}});
    } else {
      run += c;
    }
  }
  if (escaped) {
    run += '\\';
  }
  flush();
  return out;
}

SigmaString SigmaString::literal(std::string_view text) {
  SigmaString out;
  if (!text.empty()) {
    out.append({PartKind::kText, std::string(text)});
  }
  return out;
}

bool SigmaString::has_wildcard() const {
  return std::ranges::any_of(parts_, [](const Part& p) { return p.kind != PartKind::kText; });
}

bool SigmaString::begins_with_any_run() const {
  return !parts_.empty() && parts_.front().kind == PartKind::kAnyRun;
}

bool SigmaString::ends_with_any_run() const {
  return !parts_.empty() && parts_.back().kind == PartKind::kAnyRun;
}

std::string SigmaString::plain_text() const {
  return parts_.empty() ? "" : parts_.front().text;
}

void SigmaString::append(Part part) {
  if (!parts_.empty() && part.kind == parts_.back().kind && part.kind != PartKind::kAnyOne) {
    parts_.back().text += part.text;
    return;
  }
  parts_.push_back(std::move(part));
}

void SigmaString::append(const SigmaString& other) {
  for (const Part& part : other.parts_) {
    append(part);
  }
}

void SigmaString::prepend_any_run() {
  if (!begins_with_any_run()) {
    parts_.insert(parts_.begin(), Part{PartKind::kAnyRun, {}});
  }
}

void SigmaString::append_any_run() {
  append({PartKind::kAnyRun, {}});
}

void SigmaString::fold() {
  for (Part& part : parts_) {
    part.text = fold_case(part.text);
  }
}

// Greedy with one step back to the last run: the last run that failed is the only one that needs
// to take more, so the cost is at most text × pattern.
bool SigmaString::matches(std::string_view text) const {
  std::size_t part = 0;
  std::size_t at = 0;
  std::size_t run_part = parts_.size() + 1;  // the part after the last run; past the end: none yet
  std::size_t run_at = 0;
  while (true) {
    if (part == parts_.size() && at == text.size()) {
      return true;
    }
    if (part < parts_.size()) {
      const Part& p = parts_[part];
      if (p.kind == PartKind::kAnyRun) {
        if (++part == parts_.size()) {
          return true;
        }
        run_part = part;
        run_at = at;
        continue;
      }
      if (p.kind == PartKind::kAnyOne && at < text.size()) {
        at += character_length(text, at);
        ++part;
        continue;
      }
      if (p.kind == PartKind::kText && text.substr(at).starts_with(p.text)) {
        at += p.text.size();
        ++part;
        continue;
      }
    }
    if (run_part > parts_.size() || run_at >= text.size()) {
      return false;
    }
    run_at += character_length(text, run_at);
    at = run_at;
    part = run_part;
  }
}

std::string to_written(const SigmaString& string) {
  std::string out;
  for (const Part& part : string.parts()) {
    if (part.kind != PartKind::kText) {
      out += part.kind == PartKind::kAnyRun ? '*' : '?';
      continue;
    }
    for (const char c : part.text) {
      if (c == '*' || c == '?' || c == '\\') {
        out += '\\';
      }
      out += c;
    }
  }
  return out;
}

}  // namespace tocsin::sigma
