// LineSplitter: a stream of bytes → lines, under a limit of length. One thread.
//
// Not for files with positions (file_tail/) and not for syslog's framings. LF and CRLF end a line
// and are left out; NULs and any other bytes are kept; empty lines are skipped. A line over the
// limit is given out cut, once, when the limit is reached; its rest is skipped.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace tocsin {

class LineSplitter {
 public:
  enum class Cut : bool { kNo, kYes };
  using OnLine = std::function<void(std::string_view, Cut)>;

  explicit LineSplitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  void feed(std::string_view bytes, const OnLine& on_line);
  // The last line, when it has no end.
  void finish(const OnLine& on_line);

 private:
  void line(std::string_view text, const OnLine& on_line);

  const std::size_t line_bytes_max_;
  std::string partial_;
  bool skipping_ = false;
};

}  // namespace tocsin
