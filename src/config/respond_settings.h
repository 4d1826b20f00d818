// RespondSettings: what the section "respond:" of tocsin.yaml can say; docs/decisions.md explains.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"

namespace tocsin {

struct NeverBlockFileSettings {
  std::string name;  // "cdn", "monitoring": named in refusals
  std::string file;  // one address or network a line; # begins a comment
};

struct RespondSettings {
  bool dry_run = false;  // everything is recorded, nothing reaches an enforcer
  std::uint64_t decisions_max = 1'000'000;
  std::uint64_t dry_runs_max = 100'000;  // standing at the same time; more are only counted
  Span history = span_s(365 * 86'400);   // of what has ended

  Span first_duration = span_s(4 * 3'600);
  std::uint64_t factor = 2;  // for repeaters …
  std::vector<Span> steps;   // … or these
  Span longest_duration = span_s(7 * 86'400);
  Span forget_after = span_s(30 * 86'400);
  std::string throttle = "60/1m";

  std::vector<std::string> never_block;    // addresses and networks
  std::vector<std::string> never_disable;  // users, sessions, keys
  std::vector<NeverBlockFileSettings> never_block_files;
  bool protect_private = true;  // private, loopback and link-local ranges
  bool protect_machine = true;  // gateways and DNS servers of this machine
  Span admin_session = span_s(12 * 3'600);

  std::uint64_t shared_users_min = 10;  // distinct users on one address
  Span shared_window = span_s(86'400);
  Span shared_settle = span_s(600);  // log-ins so shortly before an attack do not count
  std::uint64_t login_addresses_max = 200'000;

  std::uint64_t breaker_per_minute = 300;
  std::uint64_t breaker_share_percent = 1;  // of the last day's legitimate addresses, but …
  std::uint64_t breaker_addresses_min = 5;  // … never fewer than these
  Span breaker_open = span_s(600);

  std::uint64_t v4_prefix_min = 24;      // widest network of a rule; people: 16
  std::uint64_t v6_prefix_min = 48;      // … people: 32
  std::uint64_t v6_address_prefix = 64;  // a rule's IPv6 address stands for so much
  Span approval_time = span_s(3'600);

  std::vector<std::string> playbooks;  // files, besides the shipped ones; the same name wins
  std::map<std::string, std::string> playbook_variables;
};

}  // namespace tocsin
