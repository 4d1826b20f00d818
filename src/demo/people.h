// People: who lives in the demo's day: customers, offices behind one address each, administrators,
// robots and probes. Made from the seed; immutable. None of them may ever be alerted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"

namespace tocsin {

struct Person {
  std::string user;
  std::string address;
  std::string_view agent;
};

struct Office {
  std::string address;
  std::vector<Person> staff;  // all with the office's address
};

struct Robot {
  std::string address;
  std::string_view agent;
};

struct PeopleCounts {
  std::size_t customers = 2'000;
  std::size_t offices = 3;
  std::size_t staff_per_office = 40;
};

struct People {
  std::vector<Person> customers;
  std::vector<Office> offices;
  std::vector<Person> admins;
  std::vector<Robot> crawlers;
  std::vector<Robot> probes;

  std::vector<std::string> addresses() const;  // of all of them, without repetition
  std::vector<std::string> users() const;
};

People make_people(std::uint64_t seed, const PeopleCounts& counts = {});

// A browser's user agent.
std::string_view any_browser(Rng& rng);
// Somebody at home, somewhere; ordinary provider ranges.
std::string any_home_address(Rng& rng);

}  // namespace tocsin
