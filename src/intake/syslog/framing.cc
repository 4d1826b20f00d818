#include "intake/syslog/framing.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kCountDigitsMax = 9;
constexpr std::size_t kHeadBytesMax = 16;
constexpr std::array<std::string_view, 12> kMonths = {
    "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "};

// Length of "<13>" at the beginning, or 0.
std::size_t priority_size(std::string_view text) {
  if (!text.starts_with('<')) {
    return 0;
  }
  std::size_t at = 1;
  while (at < text.size() && at < 4 && is_digit(text[at])) {
    ++at;
  }
  return at > 1 && at < text.size() && text[at] == '>' ? at + 1 : 0;
}

bool has_header(std::string_view text) {
  const std::size_t priority = priority_size(text.substr(0, kHeadBytesMax));
  if (priority == 0) {
    return false;
  }
  const std::string_view rest = text.substr(priority);
  return rest.starts_with("1 ") || std::ranges::any_of(kMonths, [&](std::string_view month) {
           return rest.starts_with(month);
         });
}

// Where the next message with a header begins, at `from` or later but not at 0, or npos.
std::size_t next_header(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('<', std::max<std::size_t>(from, 1));
       at != std::string_view::npos; at = text.find('<', at + 1)) {
    if (has_header(text.substr(at))) {
      return at;
    }
  }
  return std::string_view::npos;
}

struct OctetCount {
  enum class Is : std::uint8_t { kNo, kPerhaps, kYes } is = Is::kNo;
  std::size_t header = 0;
  std::uint64_t size = 0;
};

// "112 <": digits, a space and the beginning of a priority.
OctetCount octet_count(std::string_view text) {
  OctetCount count;
  std::size_t at = 0;
  while (at < text.size() && at < kCountDigitsMax && is_digit(text[at])) {
    count.size = count.size * 10 + static_cast<std::uint64_t>(text[at] - '0');
    ++at;
  }
  if (at == 0) {
    return count;
  }
  const std::string_view rest = text.substr(at);
  if (rest.empty() || rest == " ") {
    count.is = OctetCount::Is::kPerhaps;
  } else if (rest.starts_with(" <")) {
    count.is = OctetCount::Is::kYes;
    count.header = at + 1;
  }
  return count;
}

bool is_end_mark(char c) {
  return c == '\n' || c == '\r' || c == '\0';
}

}  // namespace

void SyslogFramer::emit(std::string_view message, const OnMessage& on_message) const {
  while (!message.empty() && is_end_mark(message.back())) {
    message.remove_suffix(1);
  }
  if (message.size() > message_bytes_max_) {
    on_message(message.substr(0, message_bytes_max_), Cut::kYes);
  } else if (!message.empty()) {
    on_message(message, Cut::kNo);
  }
}

void SyslogFramer::feed(std::string_view bytes, const OnMessage& on_message) {
  const bool marks_unknown = mode_ == Mode::kUnknown || mode_ == Mode::kUnframed;
  if (marks_unknown && !buffer_.empty() && !skipping_ && skip_octets_ == 0 &&
      priority_size(bytes) != 0 && priority_size(buffer_) != 0) {
    mode_ = Mode::kUnframed;
    emit(buffer_, on_message);
    buffer_.clear();
    scanned_ = 0;
  }
  buffer_.append(bytes);
  extract(on_message);
}

void SyslogFramer::extract(const OnMessage& on_message) {
  std::string_view data = buffer_;
  while (!data.empty() && take_one(data, on_message) == Step::kTaken) {
    scanned_ = 0;
  }
  buffer_.erase(0, buffer_.size() - data.size());
}

SyslogFramer::Step SyslogFramer::take_one(std::string_view& data, const OnMessage& on_message) {
  if (skip_octets_ != 0) {
    const std::uint64_t skipped = std::min<std::uint64_t>(skip_octets_, data.size());
    skip_octets_ -= skipped;
    data.remove_prefix(skipped);
    return Step::kTaken;
  }
  if (skipping_) {
    const std::size_t mark = find_mark(data, 0);
    skipping_ = mark == std::string_view::npos;
    data.remove_prefix(skipping_ ? data.size() : mark);
    return Step::kTaken;
  }
  if (is_end_mark(data.front())) {
    data.remove_prefix(1);
    return Step::kTaken;
  }
  const OctetCount count = octet_count(data);
  switch (count.is) {
    case OctetCount::Is::kPerhaps:
      return Step::kNeedsMore;
    case OctetCount::Is::kYes:
      if (count.size != 0) {
        return take_octets(data, count.header, count.size, on_message);
      }
      ++bad_frames_;
      data.remove_prefix(count.header);
      return Step::kTaken;
    case OctetCount::Is::kNo:
      break;
  }
  return take_marked(data, on_message);
}

SyslogFramer::Step SyslogFramer::take_octets(std::string_view& data, std::size_t header,
                                             std::uint64_t size, const OnMessage& on_message) {
  const std::string_view body = data.substr(header);
  if (size > message_bytes_max_) {
    // One byte over the limit is enough to know that it is cut.
    if (body.size() <= message_bytes_max_) {
      return Step::kNeedsMore;
    }
    on_message(body.substr(0, message_bytes_max_), Cut::kYes);
    skip_octets_ = size - message_bytes_max_;
    data.remove_prefix(header + message_bytes_max_);
    return Step::kTaken;
  }
  if (body.size() < size) {
    return Step::kNeedsMore;
  }
  emit(body.substr(0, size), on_message);
  data.remove_prefix(header + size);
  return Step::kTaken;
}

// Where the message that begins at data[0] ends, at `from` or later, or npos. Learns the
// connection's end mark.
std::size_t SyslogFramer::find_mark(std::string_view data, std::size_t from) {
  if (mode_ == Mode::kNul) {
    return data.find('\0', from);
  }
  const std::size_t line_end = data.find('\n', from);
  if (mode_ == Mode::kUnknown) {
    const std::size_t nul = data.substr(0, line_end).find('\0', from);
    const bool ends_message =
        nul != std::string_view::npos && (nul + 1 == data.size() || data[nul + 1] == '<');
    if (ends_message) {
      mode_ = Mode::kNul;
      return nul;
    }
  }
  if (mode_ == Mode::kUnframed) {
    const std::size_t next = next_header(data, from);
    if (next < line_end) {
      return next;
    }
  }
  if (line_end != std::string_view::npos) {
    mode_ = Mode::kLines;
  }
  return line_end;
}

SyslogFramer::Step SyslogFramer::take_marked(std::string_view& data, const OnMessage& on_message) {
  const std::size_t end = find_mark(data, scanned_ - std::min(scanned_, kHeadBytesMax));
  if (end != std::string_view::npos) {
    emit(data.substr(0, end), on_message);
    data.remove_prefix(end);
    return Step::kTaken;
  }
  // Two bytes over may be the CR and LF of a message that just fits.
  if (data.size() <= message_bytes_max_ + 2) {
    scanned_ = data.size();
    return Step::kNeedsMore;
  }
  on_message(data.substr(0, message_bytes_max_), Cut::kYes);
  skipping_ = true;
  data.remove_prefix(data.size());
  return Step::kTaken;
}

void SyslogFramer::silence(const OnMessage& on_message) {
  if (mode_ == Mode::kLines || mode_ == Mode::kNul || buffer_.empty() ||
      octet_count(buffer_).is != OctetCount::Is::kNo) {
    return;
  }
  mode_ = Mode::kUnframed;
  scanned_ = 0;
  extract(on_message);
  emit(buffer_, on_message);
  buffer_.clear();
  scanned_ = 0;
}

void SyslogFramer::finish(const OnMessage& on_message) {
  if (mode_ == Mode::kUnknown) {
    mode_ = Mode::kUnframed;
  }
  scanned_ = 0;
  extract(on_message);
  if (!skipping_ && skip_octets_ == 0) {
    const OctetCount count = octet_count(buffer_);
    emit(std::string_view(buffer_).substr(count.header), on_message);
  }
  buffer_.clear();
}

std::string_view datagram_message(std::string_view datagram) {
  while (!datagram.empty() && is_end_mark(datagram.back())) {
    datagram.remove_suffix(1);
  }
  return datagram;
}

}  // namespace tocsin
