#include "intake/syslog/syslog_server.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "http/raw_socket_test.h"
#include "intake/fake_sink_test.h"

namespace tocsin {
namespace {

class SyslogServerTest : public testing::Test {
 protected:
  void start(const SyslogLimits& limits) {
    SyslogListener udp;
    udp.port = 0;
    SyslogListener tcp;
    tcp.port = 0;
    tcp.transport = SyslogTransport::kTcp;
    tcp.name = "syslog-tcp:test";
    auto started =
        SyslogServer::start({udp, tcp}, limits, IntakeContext{sink_, stats_, clock_, log_});
    ASSERT_TRUE(started) << started.error().full_text();
    server_ = *std::move(started);
  }
  void send_datagram(std::string_view bytes) {
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port(0));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::sendto(socket, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&address),
             sizeof address);
    ::close(socket);
  }
  RawSocket connect() { return RawSocket(server_->port(1)); }
  std::uint64_t lost(std::string_view reason) {
    for (const SourceSnapshot& source : stats_.snapshot()) {
      for (const auto& [name, count] : source.losses) {
        if (name == reason) {
          return count;
        }
      }
    }
    return 0;
  }

  FakeSink sink_;
  Metrics metrics_;
  SourceStats stats_{metrics_};
  SystemClock clock_;
  Log log_;
  std::unique_ptr<SyslogServer> server_;
};

TEST_F(SyslogServerTest, TakesDatagramsWithTheirSender) {
  start({});
  send_datagram("<13>one\n");
  send_datagram("");
  send_datagram("<13>two");
  const auto lines = sink_.wait_for_lines(2);
  EXPECT_EQ(lines, (std::vector<std::string>{"<13>one", "<13>two"}));
  EXPECT_EQ(sink_.origins()[0].source, "syslog-udp:" + std::to_string(server_->port(0)));
  EXPECT_EQ(sink_.origins()[0].peer, "127.0.0.1");
  EXPECT_EQ(lost("empty"), 1U);
}

TEST_F(SyslogServerTest, CutsLongDatagramsAndMessages) {
  SyslogLimits limits;
  limits.message_bytes_max = 100;
  start(limits);
  send_datagram(std::string(5000, 'u'));
  EXPECT_EQ(sink_.wait_for_lines(1)[0], std::string(100, 'u'));
  RawSocket tcp = connect();
  tcp.send(std::string(5'000'000, 't') + "\nnext\n");
  const auto lines = sink_.wait_for_lines(3);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1], std::string(100, 't'));
  EXPECT_EQ(lines[2], "next");
}

TEST_F(SyslogServerTest, EachConnectionHasItsOwnFraming) {
  start({});
  RawSocket octets = connect();
  RawSocket lines = connect();
  RawSocket unframed = connect();
  octets.send("5 <1>aa");
  lines.send("<1>bb\n");
  unframed.send("<13>Nov 23 cc");
  auto all = sink_.wait_for_lines(3);
  std::ranges::sort(all);
  EXPECT_EQ(all, (std::vector<std::string>{"<13>Nov 23 cc", "<1>aa", "<1>bb"}));
}

TEST_F(SyslogServerTest, KeepsWhatAHalfClosedOrResetConnectionHasSent) {
  start({});
  {
    RawSocket half = connect();
    half.send("<13>half closed");
    half.shut_down_sending();
    EXPECT_EQ(half.read_to_end(), "");
  }
  EXPECT_EQ(sink_.wait_for_lines(1)[0], "<13>half closed");
  for (int i = 0; i < 20; ++i) {
    RawSocket socket = connect();
    socket.send("x");
    socket.reset();
  }
  RawSocket good = connect();
  good.send("<13>still here\n");
  while (true) {
    const auto lines = sink_.lines();
    if (std::ranges::find(lines, "<13>still here") != lines.end()) {
      break;
    }
    std::this_thread::yield();
  }
}

TEST_F(SyslogServerTest, MakesSendersWaitWhenTheSinkIsFull) {
  SyslogLimits limits;
  limits.batch_bytes_max = 10'000;
  start(limits);
  sink_.hold();
  RawSocket sender = connect();
  const std::string line = "<13>" + std::string(95, 'x') + "\n";
  std::string block;
  for (int i = 0; i < 1000; ++i) {
    block += line;
  }
  std::thread sending([&] {
    for (int i = 0; i < 200; ++i) {
      sender.send(block);
    }
    sender.shut_down_sending();
  });
  sink_.wait_for_waiting(1);
  EXPECT_EQ(sink_.waiting(), 1U);
  sink_.release();
  sending.join();
  EXPECT_EQ(sink_.wait_for_lines(200'000).size(), 200'000U);
}

TEST_F(SyslogServerTest, DeliversARefusedBatchLater) {
  start({});
  sink_.refuse(2, ErrorCode::kExhausted);
  send_datagram("<13>again");
  EXPECT_EQ(sink_.wait_for_lines(1)[0], "<13>again");
}

TEST_F(SyslogServerTest, RefusesConnectionsOverTheLimitAndCutsIdleOnes) {
  SyslogLimits limits;
  limits.connections_max = 1;
  limits.idle_timeout = span_ms(300);
  start(limits);
  RawSocket first = connect();
  first.send("<13>a\n");
  sink_.wait_for_lines(1);
  RawSocket second = connect();
  EXPECT_EQ(second.read_to_end(), "");
  EXPECT_EQ(lost("too_many_connections"), 1U);
  EXPECT_EQ(first.read_to_end(), "");
  EXPECT_EQ(lost("idle_connection"), 1U);
}

TEST_F(SyslogServerTest, StopDeliversWhatWasRead) {
  SyslogLimits limits;
  limits.linger = span_s(3600);
  start(limits);
  RawSocket socket = connect();
  socket.send("<13>kept\n");
  while (metrics_.total("tocsin_intake_records_total") == 0) {
    std::this_thread::yield();
  }
  server_->stop();
  EXPECT_EQ(sink_.lines(), std::vector<std::string>{"<13>kept"});
}

TEST_F(SyslogServerTest, SaysWhatIsWrongWithItsAddress) {
  start({});
  SyslogListener taken;
  taken.transport = SyslogTransport::kTcp;
  taken.port = server_->port(1);
  const auto second = SyslogServer::start({taken}, {}, IntakeContext{sink_, stats_, clock_, log_});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
}

}  // namespace
}  // namespace tocsin
