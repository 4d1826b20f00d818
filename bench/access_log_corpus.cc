#include "access_log_corpus.h"

#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace tocsin::bench {
namespace {

constexpr std::string_view kTimeOfNoTime = "00/Jan/0000:00:00:00 +0000";
constexpr std::size_t kPaths = 4000;

constexpr std::array<std::string_view, 12> kAgents = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "shop-app/5.12.1 (Android 14; build 51201)",
    "shop-app/5.12.1 (iOS 17.5; build 51201)",
    "UptimeMonitor/1.4",
};
constexpr std::array<std::string_view, 8> kReferrers = {
    "-",
    "https://shop.example.com/",
    "https://shop.example.com/search?q=garden+chair",
    "https://shop.example.com/category/outdoor",
    "https://www.google.com/",
    "https://shop.example.com/cart",
    "https://news.example.net/articles/2026/11/the-best-chairs",
    "-",
};
constexpr std::array<std::string_view, 10> kProducts = {
    "oak-table", "garden-chair", "desk-lamp",    "wool-rug", "steel-shelf",
    "sofa-bed",  "wall-clock",   "floor-mirror", "bean-bag", "coat-rack"};
constexpr std::array<std::string_view, 6> kProbes = {"/.env",
                                                     "/wp-login.php",
                                                     "/product?id=1%27%20OR%201%3D1--",
                                                     "/../../etc/passwd",
                                                     "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
                                                     "/.git/config"};

// Small indexes come up more often; `skew` 1 is even, 3 is a strong preference.
std::size_t skewed(Rng& rng, std::size_t count, double skew) {
  return static_cast<std::size_t>(std::pow(rng.unit(), skew) * static_cast<double>(count));
}

std::string make_path(Rng& rng, std::size_t number) {
  const std::string_view product = kProducts[rng.below(kProducts.size())];
  switch (rng.below(6)) {
    case 0:
      return fmt::format("/static/{:08x}/{}.{}", rng.next() & 0xFFFF'FFFFU, product,
                         number % 2 == 0 ? "js" : "css");
    case 1:
      return fmt::format("/images/{}/{}-{}.webp", number % 97, product, number);
    case 2:
      return fmt::format("/api/v2/products/{}/reviews?page={}&sort=newest", number,
                         rng.below(20) + 1);
    case 3:
      return fmt::format("/category/{}?page={}&color={}", product, rng.below(30) + 1,
                         rng.below(2) == 0 ? "green" : "black");
    case 4:
      return fmt::format("/product/{}-{}", product, number);
    default:
      return fmt::format("/api/v2/cart/items/{}", number);
  }
}

struct Answer {
  unsigned status;
  std::uint64_t bytes;
};

Answer make_answer(Rng& rng) {
  const std::uint64_t dice = rng.below(1000);
  const std::uint64_t bytes = 200 + static_cast<std::uint64_t>(60'000 * std::pow(rng.unit(), 4));
  if (dice < 880) {
    return {200, bytes};
  }
  if (dice < 950) {
    return {304, 0};
  }
  if (dice < 980) {
    return {302, 154};
  }
  return dice < 996 ? Answer{404, 548} : Answer{500, 177};
}

}  // namespace

AccessLogCorpus::AccessLogCorpus(const CorpusOptions& options)
    : lines_per_body_(options.lines_per_body) {
  Rng rng(options.seed);
  for (std::size_t i = 0; i < options.clients; ++i) {
    clients_.push_back(fmt::format("{}.{}.{}.{}", 11 + rng.below(110), rng.below(256),
                                   rng.below(256), 1 + rng.below(254)));
  }
  for (std::size_t i = 0; i < kPaths; ++i) {
    paths_.push_back(make_path(rng, i));
  }
  bodies_.resize(options.bodies);
  for (Body& body : bodies_) {
    body.text.reserve(options.lines_per_body * 260);
    for (std::size_t i = 0; i < options.lines_per_body; ++i) {
      add_line(body, rng);
    }
  }
}

void AccessLogCorpus::add_line(Body& body, Rng& rng) {
  const std::string& client = clients_[skewed(rng, clients_.size(), 1.3)];
  const bool is_probe = rng.below(1000) < 2;
  const bool is_login = !is_probe && rng.below(1000) < 10;
  std::string_view method = "GET";
  std::string_view path = paths_[skewed(rng, paths_.size(), 3)];
  Answer answer = make_answer(rng);
  if (is_probe) {
    path = kProbes[rng.below(kProbes.size())];
    answer = {404, 548};
  } else if (is_login) {
    method = "POST";
    path = "/api/v2/login";
    answer = rng.below(4) == 0 ? Answer{401, 61} : Answer{200, 912};
  }
  body.text += client;
  body.text += " - - [";
  body.times.push_back(body.text.size());
  body.text += kTimeOfNoTime;
  body.text += fmt::format("] \"{} {} HTTP/1.1\" {} {} \"{}\" \"{}\"\n", method, path,
                           answer.status, answer.bytes, kReferrers[rng.below(kReferrers.size())],
                           kAgents[skewed(rng, kAgents.size(), 2)]);
}

const std::string& AccessLogCorpus::stamp(std::size_t index, std::time_t now) {
  Body& body = bodies_[index % bodies_.size()];
  if (body.stamped == now) {
    return body.text;
  }
  body.stamped = now;
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%d/%b/%Y:%H:%M:%S +0000", &parts);
  for (const std::size_t at : body.times) {
    body.text.replace(at, length, text.data(), length);
  }
  return body.text;
}

std::size_t AccessLogCorpus::bytes() const {
  std::size_t sum = 0;
  for (const Body& body : bodies_) {
    sum += body.text.size();
  }
  return sum;
}

}  // namespace tocsin::bench
