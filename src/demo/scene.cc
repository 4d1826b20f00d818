#include "demo/scene.h"

#include <fmt/format.h>

#include "base/ip.h"
#include "demo/actor.h"
#include "demo/line_text.h"
#include "demo/people.h"

namespace tocsin {
namespace {

constexpr std::uint32_t kAccomplicesMax = 40;

// Addresses that belong to nobody: RFC 5737's three networks and RFC 2544's.
std::uint32_t unowned_address(std::uint32_t index) {
  constexpr std::uint32_t kTestNet2 = 0xC633'6400;   // 198.51.100.0/24
  constexpr std::uint32_t kTestNet3 = 0xCB00'7100;   // 203.0.113.0/24
  constexpr std::uint32_t kBenchmark = 0xC612'0000;  // 198.18.0.0/15
  constexpr std::uint32_t kSmall = 250;
  if (index < kSmall) {
    return kTestNet3 + 1 + index;
  }
  if (index < 2 * kSmall) {
    return kTestNet2 + 1 + index - kSmall;
  }
  return kBenchmark + 1 + (index - 2 * kSmall) % 130'000;
}

}  // namespace

Scene::Scene(std::string_view attack, Micros start, std::uint64_t seed, std::uint32_t number,
             LineHeap& lines, DemoManifest& manifest)
    : attack_(attack),
      start_(start),
      now_(start),
      rng_(seed),
      number_(number),
      agent_(any_browser(rng_)),
      lines_(lines),
      manifest_(manifest) {}

void Scene::wait(double seconds_long) {
  now_ = now_ + seconds(seconds_long);
}

std::string Scene::address(std::uint32_t index) const {
  if (index == 0) {
    return ip_text(IpAddress::from_v4(unowned_address(number_ % 500)));
  }
  const std::uint32_t crowd = 500 + (number_ * kAccomplicesMax) % 100'000;
  return ip_text(IpAddress::from_v4(unowned_address(crowd + index % kAccomplicesMax)));
}

std::string Scene::victim(std::uint32_t index) const {
  return fmt::format("member{:05}", (number_ * 100 + index) % 100'000);
}

void Scene::web(std::string_view address, std::string_view method, std::string_view url, int status,
                std::string_view agent) {
  const std::uint64_t bytes = status == 200 ? 4'000 + rng_.below(2'000) : 500 + rng_.below(400);
  lines_.add(
      now_, Channel::kWebAccess,
      web_line(now_, {address, method, url, status, bytes, "-", agent.empty() ? agent_ : agent}));
}

void Scene::auth(std::string_view action, std::string_view outcome, std::string_view user,
                 std::string_view address, std::string_view reason) {
  lines_.add(now_, Channel::kAppAuth, auth_line(now_, {action, outcome, user, address, reason}));
}

void Scene::log_in_failed(std::string_view user, std::string_view address,
                          std::string_view reason) {
  web(address, "POST", "/login", 401);
  auth("login", "failure", user, address, reason);
}

void Scene::log_in_done(std::string_view user, std::string_view address) {
  web(address, "POST", "/login", 302);
  auth("login", "success", user, address);
}

void Scene::owasp(std::string_view event, std::string_view address) {
  lines_.add(now_, Channel::kAppAuth, owasp_line(now_, event, "WARN", address));
}

void Scene::tool(std::string_view event, std::string_view details) {
  lines_.add(now_, Channel::kAppText, python_line(now_, event, details));
}

void Scene::host(std::string_view host, std::string_view program, std::string_view text) {
  const int pid = 1'000 + static_cast<int>(rng_.below(60'000));
  lines_.add(now_, Channel::kHosts, syslog_line(now_, host, program, pid, text));
}

void Scene::ssh_failed(std::string_view user, std::string_view address, bool known) {
  host("web1", "sshd",
       fmt::format("Failed password for {}{} from {} port {} ssh2", known ? "" : "invalid user ",
                   user, address, 30'000 + rng_.below(30'000)));
}

void Scene::sudo(std::string_view host, std::string_view user, std::string_view text) {
  lines_.add(now_, Channel::kHosts,
             syslog_line(now_, host, "sudo", 0, fmt::format("{:>8} : {}", user, text)));
}

void Scene::expect(std::string_view rule, std::string_view field, std::string_view value) {
  manifest_.expected.push_back(
      {std::string(attack_), std::string(rule), std::string(field), std::string(value), start_});
}

}  // namespace tocsin
