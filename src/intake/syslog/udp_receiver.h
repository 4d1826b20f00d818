// UdpReceiver: takes datagrams from a socket many at a time (recvmmsg), and how many the kernel
// had to drop (SO_RXQ_OVFL). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin {

class UdpReceiver {
 public:
  // `peer`: address in text, without the port.
  using OnDatagram = std::function<void(const std::string& peer, std::string_view bytes)>;

  // `descriptor` is borrowed; asks the kernel for a receive buffer of this size.
  UdpReceiver(int descriptor, std::size_t receive_buffer_bytes);
  ~UdpReceiver();
  UdpReceiver(const UdpReceiver&) = delete;
  UdpReceiver& operator=(const UdpReceiver&) = delete;

  // Takes what is there, at most one round of kRoundMax; how many.
  std::size_t receive(const OnDatagram& on_datagram);
  // Datagrams that the kernel dropped since the last call, as of the last one received.
  std::uint64_t take_drops();

  static constexpr std::size_t kRoundMax = 64;

 private:
  struct Slots;

  const int descriptor_;
  std::unique_ptr<Slots> slots_;
  std::uint32_t drops_seen_ = 0;
  std::uint64_t drops_ = 0;
};

}  // namespace tocsin
