// SigmaString: a Sigma value as literal runs and wildcards, after its escapes.
//
// `*` is any run, `?` one character; a backslash before `*`, `?` or `\` makes it literal, before
// anything else it is a literal backslash. The same state machine as pySigma's SigmaString.
// A value; matching is on bytes that the caller folded, `?` takes one UTF-8 character (a byte that
// is not UTF-8 counts as one).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::sigma {

enum class PartKind : std::uint8_t { kText, kAnyRun, kAnyOne };

struct Part {
  PartKind kind = PartKind::kText;
  std::string text;  // of kText; never empty
  bool operator==(const Part&) const = default;
};

class SigmaString {
 public:
  static SigmaString parse(std::string_view written);
  static SigmaString literal(std::string_view text);

  bool empty() const { return parts_.empty(); }
  bool has_wildcard() const;
  bool begins_with_any_run() const;
  bool ends_with_any_run() const;
  // The text when there are no wildcards.
  std::string plain_text() const;
  const std::vector<Part>& parts() const { return parts_; }

  void append(Part part);  // joins neighbouring texts and runs
  void append(const SigmaString& other);
  void prepend_any_run();
  void append_any_run();
  void fold();  // case-folds the texts

  bool matches(std::string_view text) const;

  bool operator==(const SigmaString&) const = default;

 private:
  std::vector<Part> parts_;
};

// The written form that parses to the same parts.
std::string to_written(const SigmaString& string);

}  // namespace tocsin::sigma
