// SyslogFramer: the bytes of one syslog TCP connection → messages. Pure; one thread.
//
// Recognised per message and connection, because senders do not say what they do:
// - octet counting (RFC 6587 3.4.1): "112 <13>1 …";
// - an end mark (3.4.2): LF, CRLF or NUL, whichever the connection shows first;
// - nothing at all: some libraries write one message after the other. Then a message ends where a
//   read begins with a priority ("<13>"), where a priority and a header follow inside ("<13>1 ",
//   "<13>Nov "), or when nothing comes for a while (the owner calls silence()).
// A message over the limit is given out cut, once; its rest is skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tocsin {

class SyslogFramer {
 public:
  enum class Cut : bool { kNo, kYes };
  using OnMessage = std::function<void(std::string_view, Cut)>;

  explicit SyslogFramer(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  // What one read has brought.
  void feed(std::string_view bytes, const OnMessage& on_message);
  // Nothing has come for a while: ends a message of a connection without end marks.
  void silence(const OnMessage& on_message);
  // The connection has ended.
  void finish(const OnMessage& on_message);

  bool has_partial() const { return !buffer_.empty(); }
  // Octet counts that could not be (0); what follows is taken as lines.
  std::uint64_t bad_frames() const { return bad_frames_; }

 private:
  enum class Mode : std::uint8_t { kUnknown, kLines, kNul, kUnframed };
  enum class Step : std::uint8_t { kTaken, kNeedsMore };

  void extract(const OnMessage& on_message);
  Step take_one(std::string_view& data, const OnMessage& on_message);
  Step take_octets(std::string_view& data, std::size_t header, std::uint64_t size,
                   const OnMessage& on_message);
  Step take_marked(std::string_view& data, const OnMessage& on_message);
  std::size_t find_mark(std::string_view data, std::size_t from);
  void emit(std::string_view message, const OnMessage& on_message) const;

  const std::size_t message_bytes_max_;
  std::string buffer_;
  Mode mode_ = Mode::kUnknown;
  std::uint64_t skip_octets_ = 0;
  std::size_t scanned_ = 0;  // bytes of buffer_ known to hold no end of the message
  bool skipping_ = false;
  std::uint64_t bad_frames_ = 0;
};

// A datagram without the line end or NULs that some senders put behind it.
std::string_view datagram_message(std::string_view datagram);

}  // namespace tocsin
