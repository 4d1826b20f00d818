// What people see: text made safe for a terminal, tables, and a progress bar.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace tocsin {

// Log text may hold escape sequences that would act on a terminal: control characters are shown as
// escapes (\x1b), invalid UTF-8 as U+FFFD, and the rest is cut at `bytes_max` bytes.
std::string terminal_text(std::string_view text, std::size_t bytes_max = 4'096);

bool stdout_is_terminal();
bool stderr_is_terminal();
// Columns of the terminal on standard output, or 120.
std::size_t terminal_width();

// Rows of text as an aligned table; the last column takes what is left of `width`.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) : rows_{std::move(headings)} {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.size() == 1; }
  std::string render(std::size_t width) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "verifying ━━━━──── 45 %  12s left" on standard error, at most ten times a second, only on a
// terminal; clear() removes it. With a total of 0 only the note is shown.
class ProgressBar {
 public:
  ProgressBar(std::string what, Clock& clock);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t done, std::uint64_t total, std::string_view note = {});
  void clear();

 private:
  const std::string what_;
  Clock& clock_;
  const bool on_;
  const Span begun_;
  Span shown_;
  bool visible_ = false;
};

}  // namespace tocsin
