#include "demo/people.h"

#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/ip.h"

namespace tocsin {
namespace {

constexpr auto kFirstNames = std::to_array<std::string_view>(
    {"amelia", "boris", "chloe",  "dmitri", "elena", "farid", "greta", "hugo",  "ines",  "jonas",
     "kira",   "liam",  "mona",   "nils",   "olga",  "pavel", "quinn", "rosa",  "sven",  "tara",
     "umar",   "vera",  "wanda",  "xenia",  "yusuf", "zoe",   "anton", "bella", "carlo", "dora",
     "emil",   "frida", "gustav", "hanna",  "ivan",  "julia", "karl",  "lena",  "milan", "nora"});
constexpr auto kLastNames = std::to_array<std::string_view>(
    {"adler",  "berg",   "costa",  "dahl",    "ek",      "fischer", "garcia", "hansen", "ito",
     "jansen", "kowal",  "lopez",  "martin",  "novak",   "olsen",   "petrov", "quist",  "rossi",
     "silva",  "tanaka", "ulrich", "vogel",   "weber",   "yilmaz",  "zeller", "archer", "baker",
     "clarke", "dubois", "evans",  "ferrari", "grant",   "hughes",  "ivanov", "jones",  "klein",
     "lund",   "moore",  "nagy",   "owens",   "pereira", "reid",    "santos", "turner", "vance",
     "walsh",  "xu",     "york",   "zhang",   "acker"});
constexpr auto kBrowsers = std::to_array<std::string_view>({
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Mobile Safari/537.36",
});
// First two bytes of ranges of consumer providers.
constexpr auto kHomeRanges = std::to_array<std::pair<unsigned, unsigned>>({{84, 137},
                                                                           {91, 12},
                                                                           {93, 210},
                                                                           {86, 195},
                                                                           {90, 40},
                                                                           {86, 140},
                                                                           {81, 130},
                                                                           {73, 162},
                                                                           {24, 16},
                                                                           {98, 207},
                                                                           {77, 163},
                                                                           {90, 226},
                                                                           {79, 30},
                                                                           {83, 40},
                                                                           {187, 20},
                                                                           {126, 72}});

std::string address_of(unsigned a, unsigned b, std::uint64_t c, std::uint64_t d) {
  const std::uint32_t high = (a << 24U) | (b << 16U);
  const auto low = static_cast<std::uint32_t>((c % 256) << 8U | (d % 256));
  return ip_text(IpAddress::from_v4(high | low));
}

// Each call another name, until 40 · 50 · 10 are used up.
std::string user_name(std::size_t index) {
  const std::string_view first = kFirstNames[index % kFirstNames.size()];
  const std::size_t rest = index / kFirstNames.size();
  const std::string_view last = kLastNames[(rest + index * 7) % kLastNames.size()];
  const std::size_t round = rest / kLastNames.size();
  return round == 0 ? fmt::format("{}.{}{}", first, last, rest)
                    : fmt::format("{}.{}{}x{}", first, last, rest, round);
}

Office make_office(std::size_t number, const PeopleCounts& counts, std::size_t& names, Rng& rng) {
  Office office;
  office.address = address_of(62, 96, number + 10, 17);
  for (std::size_t i = 0; i < counts.staff_per_office; ++i) {
    office.staff.push_back({user_name(names++), office.address, any_browser(rng)});
  }
  return office;
}

}  // namespace

std::string_view any_browser(Rng& rng) {
  return kBrowsers[rng.below(kBrowsers.size())];
}

std::string any_home_address(Rng& rng) {
  const auto [a, b] = kHomeRanges[rng.below(kHomeRanges.size())];
  return address_of(a, b, rng.below(256), 1 + rng.below(254));
}

People make_people(std::uint64_t seed, const PeopleCounts& counts) {
  Rng rng(seed ^ 0x70656F706C65ULL);
  People people;
  std::size_t names = 0;
  for (std::size_t i = 0; i < counts.customers; ++i) {
    people.customers.push_back({user_name(names++), any_home_address(rng), any_browser(rng)});
  }
  for (std::size_t i = 0; i < counts.offices; ++i) {
    people.offices.push_back(make_office(i, counts, names, rng));
  }
  const auto admins = std::to_array<std::string_view>({"ops-anna", "ops-bruno", "ops-carla"});
  for (std::size_t i = 0; i < admins.size(); ++i) {
    people.admins.push_back({std::string(admins[i]), address_of(62, 96, 4, 21 + i), ""});
  }
  people.crawlers = {{address_of(66, 249, 73, 135),
                      "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
                     {address_of(157, 55, 39, 12),
                      "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"}};
  people.probes = {{address_of(62, 96, 4, 90), "Uptime-Kuma/1.23.13"},
                   {address_of(62, 96, 4, 91), "kube-probe/1.31"}};
  return people;
}

std::vector<std::string> People::addresses() const {
  std::set<std::string> all;
  for (const Person& person : customers) {
    all.insert(person.address);
  }
  for (const Office& office : offices) {
    all.insert(office.address);
  }
  for (const Person& person : admins) {
    all.insert(person.address);
  }
  for (const auto* robots : {&crawlers, &probes}) {
    for (const Robot& robot : *robots) {
      all.insert(robot.address);
    }
  }
  return {all.begin(), all.end()};
}

std::vector<std::string> People::users() const {
  std::set<std::string> all;
  for (const Person& person : customers) {
    all.insert(person.user);
  }
  for (const Office& office : offices) {
    for (const Person& person : office.staff) {
      all.insert(person.user);
    }
  }
  for (const Person& person : admins) {
    all.insert(person.user);
  }
  return {all.begin(), all.end()};
}

}  // namespace tocsin
