// For tests: a receiver on loopback that keeps what was sent to it, and alerts to send.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "alert/notify/channel.h"
#include "base/clock.h"
#include "http/server.h"

namespace tocsin {

class Receiver {
 public:
  Receiver() {
    auto server = HttpServer::start(
        {},
        [this](HttpRequest request, Responder responder) {
          const std::scoped_lock lock(mutex_);
          HttpResponse response = HttpResponse::text(status_, "answer");
          if (!retry_after_.empty()) {
            response.with("Retry-After", retry_after_);
          }
          requests_.push_back(std::move(request));
          responder.send(std::move(response));
        },
        metrics_, log_, clock_);
    EXPECT_TRUE(server) << server.error().full_text();
    server_ = std::move(*server);
  }

  std::string url(const std::string& path = "") const {
    return fmt::format("http://127.0.0.1:{}{}", server_->port(), path);
  }
  void answer_with(int status, const std::string& retry_after = "") {
    const std::scoped_lock lock(mutex_);
    status_ = status;
    retry_after_ = retry_after;
  }
  std::vector<HttpRequest> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(requests_, {});
  }
  void stop() { server_->stop(); }

 private:
  Metrics metrics_;
  Log log_;
  SystemClock clock_;
  std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  int status_ = 200;
  std::string retry_after_;
  std::unique_ptr<HttpServer> server_;
};

// A JSON document, asked by pointers.
class Json {
 public:
  explicit Json(const std::string& text) {
    EXPECT_EQ(parser_.parse(simdjson::padded_string(text)).get(root_), simdjson::SUCCESS) << text;
  }
  // Text of a text, JSON of anything else, "(absent)" when there is nothing.
  std::string at(std::string_view pointer) const {
    simdjson::dom::element value;
    if (root_.at_pointer(pointer).get(value) != simdjson::SUCCESS) {
      return "(absent)";
    }
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::to_string(value);
  }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
};

// Everything in it that came from log lines is hostile.
inline Notice hostile_notice(NoticeKind kind) {
  Notice notice;
  notice.id = "0123456789abcdef01234567";
  notice.kind = kind;
  notice.at = Micros(1'795'444'400'000'000);
  notice.who = "tok_ann00000";
  notice.link = "https://tocsin.example.com/alerts/a1";
  notice.alert.id = "a1";
  notice.alert.rule_id = "brute";
  notice.alert.title = "Brute <!channel> & @everyone";
  notice.alert.level = Level::kHigh;
  notice.alert.tags = {"attack.t1110"};
  notice.alert.key = {{"source.ip", "192.0.2.1"},
                      {"user.name", "*bold* <script>\r\nBcc: all@example.com"}};
  notice.alert.opened = notice.at;
  notice.alert.first = notice.at;
  notice.alert.last = notice.at;
  notice.alert.findings = 1;
  notice.alert.events = 12;
  notice.alert.sentence = "see http://evil.example/\"x\" \x1b[31m [a](b) \xE2\x80\xAEtxt \xff";
  return notice;
}

}  // namespace tocsin
