#include "http/sse.h"

#include <utility>

namespace tocsin {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  for (const char c : value) {
    if (c != '\r' && c != '\n') {
      out += c;
    }
  }
  out += '\n';
}

}  // namespace

std::string sse_text(const SseEvent& event) {
  std::string out;
  out.reserve(event.data.size() + 32);
  if (!event.event.empty()) {
    append_field(out, "event", event.event);
  }
  if (!event.id.empty()) {
    append_field(out, "id", event.id);
  }
  std::string_view rest = event.data;
  while (true) {
    const std::size_t end = rest.find_first_of("\r\n");
    append_field(out, "data", rest.substr(0, end));
    if (end == std::string_view::npos) {
      break;
    }
    const bool crlf = rest[end] == '\r' && end + 1 < rest.size() && rest[end + 1] == '\n';
    rest.remove_prefix(end + (crlf ? 2 : 1));
  }
  out += '\n';
  return out;
}

SseReader::SseReader(std::function<void(const SseEvent&)> on_event, std::size_t event_bytes_max)
    : on_event_(std::move(on_event)), event_bytes_max_(event_bytes_max) {}

void SseReader::feed(std::string_view piece) {
  while (!piece.empty()) {
    if (after_cr_ && piece[0] == '\n') {
      piece.remove_prefix(1);
    }
    after_cr_ = false;
    const std::size_t end = piece.find_first_of("\r\n");
    const std::string_view text = piece.substr(0, end);
    if (line_too_large_ || partial_.size() + text.size() > event_bytes_max_) {
      line_too_large_ = true;
      partial_.clear();
    } else {
      partial_ += text;
    }
    if (end == std::string_view::npos) {
      return;
    }
    after_cr_ = piece[end] == '\r';
    piece.remove_prefix(end + 1);
    const std::string whole = std::exchange(partial_, {});
    if (std::exchange(line_too_large_, false)) {
      too_large_ = true;
      has_data_ = true;
    } else {
      line(whole);
    }
  }
}

void SseReader::line(std::string_view text) {
  if (text.empty()) {
    if (too_large_ && has_data_) {
      ++dropped_;
    } else if (has_data_) {
      on_event_(current_);
    }
    // The last id stays in force, as the standard says.
    current_.event.clear();
    current_.data.clear();
    has_data_ = false;
    too_large_ = false;
    return;
  }
  if (text[0] == ':') {
    return;
  }
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (value.starts_with(' ')) {
    value.remove_prefix(1);
  }
  if (name == "event") {
    current_.event = value;
  } else if (name == "id") {
    current_.id = value;
  } else if (name == "data") {
    if (current_.data.size() + value.size() > event_bytes_max_) {
      too_large_ = true;
      current_.data.clear();
    } else {
      current_.data += has_data_ ? "\n" : "";
      current_.data += value;
    }
    has_data_ = true;
  }
}

}  // namespace tocsin
