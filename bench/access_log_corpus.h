// AccessLogCorpus: combined access-log lines as a busy shop writes them, repeatable by seed.
//
// Request bodies of a fixed number of lines are built once; stamp() writes the present second into
// every line of one body in place (the time is of fixed width), so that sending costs no
// formatting. Clients, paths, agents and referrers follow skewed distributions; about one line in
// two hundred is a probe or a failed log-in, the rest is ordinary. A value; one thread each.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include "base/rng.h"

namespace tocsin::bench {

struct CorpusOptions {
  std::uint64_t seed = 1;
  std::size_t bodies = 100;
  std::size_t lines_per_body = 1000;
  std::size_t clients = 100'000;
};

class AccessLogCorpus {
 public:
  explicit AccessLogCorpus(const CorpusOptions& options);

  // Body number `index` modulo the number of bodies, with every line's time set to `now`.
  const std::string& stamp(std::size_t index, std::time_t now);
  std::size_t bytes() const;
  std::size_t lines() const { return bodies_.size() * lines_per_body_; }

 private:
  struct Body {
    std::string text;
    std::vector<std::size_t> times;  // where each line's time begins
    std::time_t stamped = 0;
  };

  void add_line(Body& body, Rng& rng);

  std::size_t lines_per_body_;
  std::vector<std::string> clients_;
  std::vector<std::string> paths_;
  std::vector<Body> bodies_;
};

}  // namespace tocsin::bench
