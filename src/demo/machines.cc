#include "demo/machines.h"

#include <array>

#include <fmt/format.h>

#include "demo/line_text.h"

namespace tocsin {
namespace {

constexpr auto kHosts = std::to_array<std::string_view>({"web1", "app1", "db1"});

int any_pid(Rng& rng) {
  return 700 + static_cast<int>(rng.below(30'000));
}

class Cron final : public Actor {
 public:
  Cron(std::uint64_t seed, Micros start) : rng_(seed), next_(start + seconds(17)) {}

  Micros next() const override { return next_; }
  void act(LineHeap& lines) override {
    for (const std::string_view host : kHosts) {
      const int pid = any_pid(rng_);
      const Micros at = next_ + seconds(rng_.unit());
      const auto add = [&](Micros time, std::string_view text) {
        lines.add(time, Channel::kHosts, syslog_line(time, host, "CRON", pid, text));
      };
      add(at, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)");
      add(at, "(root) CMD (cd / && run-parts --report /etc/cron.hourly)");
      add(at + seconds(1), "pam_unix(cron:session): session closed for user root");
    }
    next_ = next_ + seconds(600);
  }

 private:
  Rng rng_;
  Micros next_;
};

class Probe final : public Actor {
 public:
  Probe(const Robot& robot, std::string_view path, Span every, Micros start)
      : robot_(robot), path_(path), every_(every), next_(start) {}

  Micros next() const override { return next_; }
  void act(LineHeap& lines) override {
    lines.add(next_, Channel::kWebAccess,
              web_line(next_, {robot_.address, "GET", path_, 200, 15, "-", robot_.agent}));
    next_ = next_ + every_;
  }

 private:
  const Robot& robot_;
  const std::string_view path_;
  const Span every_;
  Micros next_;
};

class Crawler final : public Actor {
 public:
  Crawler(const Robot& robot, std::uint64_t seed, Micros start)
      : robot_(robot), rng_(seed), next_(start) {}

  Micros next() const override { return next_; }
  void act(LineHeap& lines) override {
    const bool gone = rng_.chance(0.02);
    const std::string url = rng_.chance(0.02) ? std::string("/robots.txt")
                            : gone            ? fmt::format("/products/{}", rng_.below(900))
                                   : fmt::format("/products/{}", 1'000 + rng_.below(900));
    lines.add(next_, Channel::kWebAccess,
              web_line(next_, {robot_.address, "GET", url, gone ? 404 : 200,
                               gone ? 1'200U : 9'000U + rng_.below(3'000), "-", robot_.agent}));
    next_ = next_ + seconds(4 + rng_.unit() * 20);
  }

 private:
  const Robot& robot_;
  Rng rng_;
  Micros next_;
};

// Logs in by key, looks after a machine, logs out; sometimes deploys.
class Administrator final : public Actor {
 public:
  Administrator(const Person& person, std::uint64_t seed, Micros start)
      : person_(person), rng_(seed), next_(start + by_chance(rng_, kVisitsPerHour)) {}

  Micros next() const override { return next_; }
  void act(LineHeap& lines) override {
    const std::string_view host = kHosts[rng_.below(kHosts.size())];
    Micros now = next_;
    const int pid = any_pid(rng_);
    const auto add = [&](std::string_view program, int of, const std::string& text) {
      lines.add(now, Channel::kHosts, syslog_line(now, host, program, of, text));
    };
    const std::uint64_t port = 40'000 + rng_.below(20'000);
    if (rng_.chance(0.05)) {
      add("sshd", pid,
          fmt::format("Failed password for {} from {} port {} ssh2", person_.user, person_.address,
                      port));
      now = now + seconds(7);
    }
    add("sshd", pid,
        fmt::format("Accepted publickey for {} from {} port {} ssh2: ED25519 "
                    "SHA256:k3ysAreBetterThanPasswords",
                    person_.user, person_.address, port));
    add("sshd", pid,
        fmt::format("pam_unix(sshd:session): session opened for user {}(uid=1001) "
                    "by (uid=0)",
                    person_.user));
    work(host, now, lines);
    now = now + seconds(400 + rng_.unit() * 900);
    add("sshd", pid,
        fmt::format("pam_unix(sshd:session): session closed for user {}", person_.user));
    next_ = next_ + by_chance(rng_, kVisitsPerHour * (0.3 + busyness(next_)));
  }

 private:
  static constexpr double kVisitsPerHour = 0.7;

  void work(std::string_view host, Micros now, LineHeap& lines) {
    constexpr auto kCommands = std::to_array<std::string_view>(
        {"/usr/bin/apt-get update", "/usr/bin/systemctl status nginx",
         "/usr/bin/systemctl reload nginx", "/usr/bin/journalctl -u shop -n 100",
         "/usr/bin/tail -f /var/log/nginx/error.log", "/usr/sbin/ufw status", "/usr/bin/df -h"});
    for (std::uint64_t i = rng_.below(4); i > 0; --i) {
      now = now + seconds(15 + rng_.unit() * 60);
      const std::string_view command = kCommands[rng_.below(kCommands.size())];
      lines.add(now, Channel::kHosts,
                syslog_line(now, host, "sudo", 0,
                            fmt::format("{:>8} : TTY=pts/0 ; PWD=/home/{} ; USER=root ; "
                                        "COMMAND={}",
                                        person_.user, person_.user, command)));
    }
    if (rng_.chance(0.15)) {
      now = now + seconds(30);
      lines.add(now, Channel::kAppText,
                python_line(now, "Configuration Change",
                            fmt::format("Release 4.{}.0 deployed by {}", 10 + rng_.below(80),
                                        person_.user)));
    }
  }

  const Person& person_;
  Rng rng_;
  Micros next_;
};

// The tools of PRODUCT §1: a Node.js gate and a Python stock keeper, used by office people.
class OfficeTools final : public Actor {
 public:
  OfficeTools(const People& people, std::uint64_t seed, Micros start)
      : people_(people), rng_(seed), next_(start) {}

  Micros next() const override { return next_; }
  void act(LineHeap& lines) override {
    const Office& office = people_.offices[rng_.below(people_.offices.size())];
    const std::string& user = office.staff[rng_.below(office.staff.size())].user;
    Micros now = next_;
    const auto add = [&](std::string text) { lines.add(now, Channel::kAppText, std::move(text)); };
    const double what = rng_.unit();
    if (what < 0.2) {
      add(node_line(now, fmt::format("Login attempt by user: {}", user)));
    } else if (what < 0.35) {
      if (rng_.chance(0.06)) {
        add(python_line(now, "Authentication Attempt",
                        fmt::format("User: {}, Status: Failed", user)));
        now = now + seconds(9);
      }
      add(python_line(now, "Authentication Attempt",
                      fmt::format("User: {}, Status: Success", user)));
    } else if (what < 0.98) {
      constexpr auto kEndpoints = std::to_array<std::string_view>(
          {"/stock", "/stock/low", "/labels/print", "/user/profile", "/orders/today"});
      add(python_line(
          now, "API Request",
          fmt::format("Endpoint: {}, Status: {}", kEndpoints[rng_.below(kEndpoints.size())],
                      rng_.chance(0.02) ? 404 : 200)));
    } else {
      add(python_line(now, "Configuration Change",
                      fmt::format("Label printer {} renamed by {}", 1 + rng_.below(6), user)));
    }
    next_ = next_ + by_chance(rng_, 20 + 400 * busyness(next_));
  }

 private:
  const People& people_;
  Rng rng_;
  Micros next_;
};

}  // namespace

std::vector<std::unique_ptr<Actor>> make_machines(const People& people, std::uint64_t seed,
                                                  Micros start) {
  Rng seeds(seed ^ 0x6D616368696E65ULL);
  std::vector<std::unique_ptr<Actor>> actors;
  actors.push_back(std::make_unique<Cron>(seeds.next(), start));
  for (const Robot& robot : people.crawlers) {
    actors.push_back(std::make_unique<Crawler>(robot, seeds.next(), start));
  }
  for (const Robot& robot : people.probes) {
    actors.push_back(std::make_unique<Probe>(robot, "/health", seconds(30), start));
  }
  for (const Person& person : people.admins) {
    actors.push_back(std::make_unique<Administrator>(person, seeds.next(), start));
  }
  if (!people.offices.empty()) {
    actors.push_back(std::make_unique<OfficeTools>(people, seeds.next(), start));
  }
  return actors;
}

}  // namespace tocsin
