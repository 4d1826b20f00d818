#include "intake/syslog/udp_receiver.h"

#include <array>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/ip.h"

namespace tocsin {
namespace {

constexpr std::size_t kDatagramBytesMax = 64 * 1024;
constexpr std::size_t kControlBytes = 64;

std::string peer_text(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return ip_text(IpAddress::from_v4(ntohl(v4.sin_addr.s_addr)));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  std::array<unsigned char, 16> bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return ip_text(IpAddress::from_bytes(bytes));
}

}  // namespace

struct UdpReceiver::Slots {
  std::array<std::array<char, kDatagramBytesMax>, kRoundMax> bytes;
  std::array<sockaddr_storage, kRoundMax> peers;
  std::array<std::array<char, kControlBytes>, kRoundMax> controls;
  std::array<iovec, kRoundMax> vectors;
  std::array<mmsghdr, kRoundMax> headers;
  sockaddr_storage last_peer{};
  std::string last_peer_text;
};

UdpReceiver::UdpReceiver(int descriptor, std::size_t receive_buffer_bytes)
    : descriptor_(descriptor), slots_(std::make_unique<Slots>()) {
  const int size = static_cast<int>(receive_buffer_bytes);
  const int on = 1;
  // Both are wishes: a kernel that grants less only drops more, which is counted.
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
}

UdpReceiver::~UdpReceiver() = default;

std::size_t UdpReceiver::receive(const OnDatagram& on_datagram) {
  Slots& slots = *slots_;
  for (std::size_t i = 0; i < kRoundMax; ++i) {
    slots.vectors[i] = {slots.bytes[i].data(), kDatagramBytesMax};
    slots.headers[i] = {};
    msghdr& header = slots.headers[i].msg_hdr;
    header.msg_name = &slots.peers[i];
    header.msg_namelen = sizeof(sockaddr_storage);
    header.msg_iov = &slots.vectors[i];
    header.msg_iovlen = 1;
    header.msg_control = slots.controls[i].data();
    header.msg_controllen = kControlBytes;
  }
  const int got = ::recvmmsg(descriptor_, slots.headers.data(), kRoundMax, MSG_DONTWAIT, nullptr);
  for (std::size_t i = 0; got > 0 && i < static_cast<std::size_t>(got); ++i) {
    msghdr& header = slots.headers[i].msg_hdr;
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
         control = CMSG_NXTHDR(&header, control)) {
      if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
        std::uint32_t total = 0;
        std::memcpy(&total, CMSG_DATA(control), sizeof total);
        // Counts modulo 2^32 since the socket was opened.
        drops_ += static_cast<std::uint32_t>(total - drops_seen_);
        drops_seen_ = total;
      }
    }
    if (slots.last_peer_text.empty() ||
        std::memcmp(&slots.last_peer, &slots.peers[i], header.msg_namelen) != 0) {
      slots.last_peer = slots.peers[i];
      slots.last_peer_text = peer_text(slots.peers[i]);
    }
    on_datagram(slots.last_peer_text, {slots.bytes[i].data(), slots.headers[i].msg_len});
  }
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

std::uint64_t UdpReceiver::take_drops() {
  return std::exchange(drops_, 0);
}

}  // namespace tocsin
