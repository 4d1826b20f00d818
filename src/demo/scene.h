// Scene: the stage of one attack: a clock that the attack moves on, an address of its own, and the
// logs that its deeds show up in. expect() writes down what must be noticed. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/rng.h"
#include "base/time.h"
#include "demo/line.h"
#include "demo/manifest.h"

namespace tocsin {

class Scene {
 public:
  // `number` chooses the addresses; scenes with different numbers share none for a long while.
  Scene(std::string_view attack, Micros start, std::uint64_t seed, std::uint32_t number,
        LineHeap& lines, DemoManifest& manifest);

  Rng& rng() { return rng_; }
  Micros now() const { return now_; }
  void wait(double seconds_long);
  // The attacker's address; `index` > 0 gives accomplices, 40 at most.
  std::string address(std::uint32_t index = 0) const;
  // An account that belongs to nobody innocent.
  std::string victim(std::uint32_t index = 0) const;

  void web(std::string_view address, std::string_view method, std::string_view url, int status,
           std::string_view agent = {});
  void auth(std::string_view action, std::string_view outcome, std::string_view user,
            std::string_view address, std::string_view reason = {});
  // A log-in on the shop's page: in the access log and in the shop's own.
  void log_in_failed(std::string_view user, std::string_view address,
                     std::string_view reason = "wrong password");
  void log_in_done(std::string_view user, std::string_view address);
  void owasp(std::string_view event, std::string_view address);
  void tool(std::string_view event, std::string_view details);
  void host(std::string_view host, std::string_view program, std::string_view text);
  void ssh_failed(std::string_view user, std::string_view address, bool known = true);
  void sudo(std::string_view host, std::string_view user, std::string_view text);

  void expect(std::string_view rule, std::string_view field = {}, std::string_view value = {});

 private:
  const std::string_view attack_;
  const Micros start_;
  Micros now_;
  Rng rng_;
  const std::uint32_t number_;
  const std::string_view agent_;
  LineHeap& lines_;
  DemoManifest& manifest_;
};

}  // namespace tocsin
