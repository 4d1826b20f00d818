#include "intake/line_splitter.h"

namespace tocsin {

void LineSplitter::line(std::string_view text, const OnLine& on_line) {
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  if (text.size() > line_bytes_max_) {
    on_line(text.substr(0, line_bytes_max_), Cut::kYes);
  } else if (!text.empty()) {
    on_line(text, Cut::kNo);
  }
}

void LineSplitter::feed(std::string_view bytes, const OnLine& on_line) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view text = bytes.substr(0, end);
    if (end == std::string_view::npos) {
      if (!skipping_) {
        partial_.append(text.substr(0, line_bytes_max_ + 2 - partial_.size()));
        // One byte over may be the CR of a line that just fits.
        if (partial_.size() > line_bytes_max_ + 1) {
          on_line(std::string_view(partial_).substr(0, line_bytes_max_), Cut::kYes);
          partial_.clear();
          skipping_ = true;
        }
      }
      return;
    }
    bytes.remove_prefix(end + 1);
    if (skipping_) {
      skipping_ = false;
    } else if (partial_.empty()) {
      line(text, on_line);
    } else {
      partial_.append(text.substr(0, line_bytes_max_ + 2 - partial_.size()));
      line(partial_, on_line);
      partial_.clear();
    }
  }
}

void LineSplitter::finish(const OnLine& on_line) {
  if (!skipping_ && !partial_.empty()) {
    line(partial_, on_line);
  }
  partial_.clear();
  skipping_ = false;
}

}  // namespace tocsin
