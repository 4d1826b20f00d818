#include "cli/terminal.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/time_text.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kWidthWithoutTerminal = 120;
constexpr std::size_t kColumnMax = 44;
constexpr std::size_t kBarWidth = 24;

// Code points, which is close enough to columns for log text.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string cut(const std::string& text, std::size_t width) {
  if (width_of(text) <= width || width < 2) {
    return text;
  }
  std::string out;
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U && ++columns == width) {
      break;
    }
    out += text[i];
  }
  return out + "…";
}

}  // namespace

std::string terminal_text(std::string_view text, std::size_t bytes_max) {
  const std::string valid = to_valid_utf8(utf8_prefix(text, bytes_max));
  std::string out;
  for (const char c : valid) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 32 || byte == 127) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return text.size() > bytes_max ? out + "…" : out;
}

bool stdout_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}
bool stderr_is_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) {
    return size.ws_col;
  }
  return kWidthWithoutTerminal;
}

std::string TextTable::render(std::size_t width) const {
  std::vector<std::size_t> widths(rows_[0].size());
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], std::min(width_of(row[i]), kColumnMax));
    }
  }
  std::size_t used = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    used += widths[i] + 2;
  }
  widths.back() = width > used + 20 ? width - used : 20;
  std::string out;
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      const std::string cell = cut(row[i], widths[i]);
      out += cell;
      if (i + 1 < row.size()) {
        out.append(widths[i] + 2 - std::min(width_of(cell), widths[i]), ' ');
      }
    }
    out += '\n';
  }
  return out;
}

ProgressBar::ProgressBar(std::string what, Clock& clock)
    : what_(std::move(what)),
      clock_(clock),
      on_(stderr_is_terminal()),
      begun_(clock.since_boot()) {}

void ProgressBar::show(std::uint64_t done, std::uint64_t total, std::string_view note) {
  const Span now = clock_.since_boot();
  if (!on_ || now.value - shown_.value < 100 * kMicrosPerMilli) {
    return;
  }
  shown_ = now;
  visible_ = true;
  if (total == 0) {
    fmt::print(stderr, "\r{} {}\x1b[K", what_, note);
    std::fflush(stderr);
    return;
  }
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const double elapsed = static_cast<double>(now.value - begun_.value);
  const auto left = share > 0.01 ? static_cast<std::int64_t>(elapsed / share - elapsed) : 0;
  const auto bars = static_cast<std::size_t>(share * kBarWidth);
  std::string bar;
  for (std::size_t i = 0; i < kBarWidth; ++i) {
    bar += i < bars ? "━" : "─";
  }
  fmt::print(stderr, "\r{} {} {:3.0f} %  {} left  {}\x1b[K", what_, bar, share * 100,
             left > 0 ? span_text(Span(left)) : "…", note);
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (visible_) {
    std::fputs("\r\x1b[K", stderr);
    visible_ = false;
  }
}

}  // namespace tocsin
