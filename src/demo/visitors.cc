#include "demo/visitors.h"

#include <array>

#include <fmt/format.h>

#include "demo/line_text.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kProducts = 900;
constexpr double kOfficeShare = 0.08;
constexpr double kCustomerShare = 0.45;  // the rest is only passing by
constexpr double kTypoChance = 0.07;
constexpr double kForgottenChance = 0.01;
constexpr double kMfaChance = 0.15;

constexpr auto kSearches = std::to_array<std::string_view>(
    {"lamp", "drop+leaf+table", "rock%27n%27roll+shirt", "blue+mug", "men%27s+and+women%27s+socks",
     "union+jack+flag", "k%C3%A4sebrett", "cat+food%7Cdog+food", "desk", "O%27Brien+poster"});
constexpr auto kAssets = std::to_array<std::string_view>(
    {"/assets/app.6f2c.css", "/assets/app.91ab.js", "/assets/logo.svg", "/favicon.ico",
     "/assets/fonts/inter.woff2"});
constexpr auto kPages = std::to_array<std::string_view>(
    {"/about", "/shipping", "/blog/", "/blog/how-we-pack", "/returns", "/contact",
     "/category/kitchen", "/category/office", "/category/garden"});

}  // namespace

struct Visitors::Session {
  std::string address;
  std::string user;  // empty: does not log in
  std::string_view agent;
  Micros now;
  std::string referrer = "-";

  void get(LineHeap& lines, std::string_view url, int status, std::uint64_t bytes) {
    request(lines, "GET", url, status, bytes);
  }
  void request(LineHeap& lines, std::string_view method, std::string_view url, int status,
               std::uint64_t bytes) {
    lines.add(now, Channel::kWebAccess,
              web_line(now, {address, method, url, status, bytes, referrer, agent}));
  }
  void auth(LineHeap& lines, std::string_view action, std::string_view outcome,
            std::string_view reason = {}) {
    lines.add(now, Channel::kAppAuth, auth_line(now, {action, outcome, user, address, reason}));
  }
};

Visitors::Visitors(const People& people, std::uint64_t seed, Micros start, double sessions_per_hour)
    : people_(people),
      rng_(seed ^ 0x76697369746F72ULL),
      next_(start),
      sessions_per_hour_(sessions_per_hour) {
  begin_next();
}

// A Poisson process whose rate follows the time of the day (by thinning).
void Visitors::begin_next() {
  do {
    next_ = next_ + by_chance(rng_, sessions_per_hour_);
  } while (!rng_.chance(busyness(next_)));
}

void Visitors::act(LineHeap& lines) {
  Session session;
  session.now = next_;
  const double who = rng_.unit();
  if (who < kOfficeShare && !people_.offices.empty()) {
    const Office& office = people_.offices[rng_.below(people_.offices.size())];
    const Person& person = office.staff[rng_.below(office.staff.size())];
    session.address = person.address;
    session.user = person.user;
    session.agent = person.agent;
  } else if (who < kOfficeShare + kCustomerShare) {
    const Person& person = people_.customers[rng_.below(people_.customers.size())];
    session.address = person.address;
    session.user = person.user;
    session.agent = person.agent;
  } else {
    session.address = any_home_address(rng_);
    session.agent = any_browser(rng_);
  }
  browse(session, lines);
  if (!session.user.empty()) {
    if (rng_.chance(kForgottenChance)) {
      forget_password(session, lines);
    }
    log_in(session, lines);
    shop(session, lines);
  }
  begin_next();
}

void Visitors::browse(Session& session, LineHeap& lines) {
  session.get(lines, "/", 200, 8'000 + rng_.below(900));
  const std::uint64_t assets = rng_.below(kAssets.size() + 1);
  session.referrer = "https://shop.example/";
  for (std::uint64_t i = 0; i < assets; ++i) {
    session.now = session.now + seconds(0.02 + rng_.unit() * 0.2);
    session.get(lines, kAssets[i], rng_.chance(0.6) ? 304 : 200, rng_.chance(0.6) ? 0 : 21'000);
  }
  const std::uint64_t pages = 1 + rng_.below(9);
  for (std::uint64_t i = 0; i < pages; ++i) {
    session.now = session.now + seconds(3 + rng_.unit() * 40);
    const double what = rng_.unit();
    if (what < 0.25) {
      session.get(lines, fmt::format("/search?q={}", kSearches[rng_.below(kSearches.size())]), 200,
                  5'000 + rng_.below(4'000));
    } else if (what < 0.75) {
      const std::uint64_t product = 1'000 + rng_.below(kProducts);
      session.get(lines, fmt::format("/products/{}", product), 200, 9'000 + rng_.below(3'000));
      session.get(lines, fmt::format("/api/v1/products/{}/stock", product), 200, 64);
    } else if (what < 0.985) {
      session.get(lines, kPages[rng_.below(kPages.size())], 200, 6'000 + rng_.below(2'000));
    } else {
      session.get(lines, fmt::format("/products/{}", 100 + rng_.below(900)), 404, 1'200);
    }
  }
}

void Visitors::log_in(Session& session, LineHeap& lines) {
  session.now = session.now + seconds(4 + rng_.unit() * 20);
  session.get(lines, "/login", 200, 2'300);
  for (int typos = 0; typos < 2 && rng_.chance(kTypoChance); ++typos) {
    session.now = session.now + seconds(6 + rng_.unit() * 10);
    session.request(lines, "POST", "/login", 401, 2'400);
    session.auth(lines, "login", "failure", "wrong password");
  }
  session.now = session.now + seconds(6 + rng_.unit() * 10);
  if (rng_.chance(kMfaChance)) {
    session.auth(lines, "mfa_challenge", "unknown");
    session.now = session.now + seconds(8 + rng_.unit() * 15);
    session.auth(lines, "mfa", "success");
  }
  session.request(lines, "POST", "/login", 302, 0);
  session.auth(lines, "login", "success");
}

void Visitors::shop(Session& session, LineHeap& lines) {
  const std::uint64_t steps = 2 + rng_.below(8);
  for (std::uint64_t i = 0; i < steps; ++i) {
    session.now = session.now + seconds(4 + rng_.unit() * 45);
    const double what = rng_.unit();
    if (what < 0.5) {
      session.get(lines, fmt::format("/api/v1/products/{}", 1'000 + rng_.below(kProducts)), 200,
                  900 + rng_.below(500));
    } else if (what < 0.75) {
      session.request(lines, "POST", "/api/v1/cart", 201, 180);
    } else if (what < 0.97) {
      session.get(lines, "/api/v1/me/orders", 200, 1'500 + rng_.below(3'000));
    } else {
      session.get(lines, "/api/v1/recommendations", rng_.chance(0.1) ? 503 : 200, 700);
    }
  }
  if (rng_.chance(0.4)) {
    session.now = session.now + seconds(20 + rng_.unit() * 60);
    session.request(lines, "POST", "/checkout", 302, 0);
  }
  if (rng_.chance(0.3)) {
    session.now = session.now + seconds(5 + rng_.unit() * 30);
    session.request(lines, "POST", "/logout", 302, 0);
    session.auth(lines, "logout", "success");
  }
}

void Visitors::forget_password(Session& session, LineHeap& lines) {
  session.now = session.now + seconds(5 + rng_.unit() * 10);
  session.request(lines, "POST", "/account/forgot-password", 200, 1'900);
  session.auth(lines, "password_reset", "success");
  session.now = session.now + seconds(60 + rng_.unit() * 120);
  session.request(lines, "POST", "/account/reset-password", 302, 0);
}

}  // namespace tocsin
