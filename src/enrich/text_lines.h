// The lines of a text, counted from 1, without line ends.
#pragma once

#include <cstddef>
#include <string_view>

namespace tocsin {

template <class Each>
void for_each_line(std::string_view text, Each each) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    each(++number, line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

// The field of a CSV line (RFC 4180, one line) that starts at `at`; moves `at` behind the comma, or
// to npos after the last. Blanks before it and quotes around it are taken off, doubled quotes stay.
inline std::string_view next_csv_field(std::string_view line, std::size_t& at) {
  while (at < line.size() && line[at] == ' ') {
    ++at;
  }
  std::string_view field;
  std::size_t end = 0;
  if (at < line.size() && line[at] == '"') {
    std::size_t close = line.find('"', at + 1);
    while (close != std::string_view::npos && close + 1 < line.size() && line[close + 1] == '"') {
      close = line.find('"', close + 2);
    }
    close = close == std::string_view::npos ? line.size() : close;
    field = line.substr(at + 1, close - at - 1);
    end = line.find(',', close);
  } else {
    end = line.find(',', at);
    field = line.substr(at, end == std::string_view::npos ? end : end - at);
  }
  at = end == std::string_view::npos ? end : end + 1;
  return field;
}

}  // namespace tocsin
