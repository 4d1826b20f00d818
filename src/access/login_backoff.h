// LoginBackoff: how long an account rests after wrong passwords, whether it exists or not.
//
// `free_failures` cost nothing; each further one doubles the rest, from `rest_first` to `rest_max`.
// A success forgets everything; so does an hour without a failure. In memory: a restart forgets,
// and nobody can restart the server from outside. Bounded: past `names_max` the name that failed
// longest ago goes. Thread-safe.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"

namespace tocsin {

struct BackoffLimits {
  int free_failures = 5;
  Span rest_first = span_s(60);
  Span rest_max = span_s(900);
  Span forget = span_s(3'600);
  std::size_t names_max = 10'000;
};

class LoginBackoff {
 public:
  LoginBackoff(BackoffLimits limits, Clock& clock) : limits_(limits), clock_(clock) {}

  // The rest that begins with this failure; zero while failures are free.
  Span failed(std::string_view name) EXCLUDES(mutex_);
  void succeeded(std::string_view name) EXCLUDES(mutex_);
  // Zero: it may try. Else how long until it may.
  Span wait(std::string_view name) EXCLUDES(mutex_);

 private:
  struct Entry {
    std::string name;
    int failures = 0;
    Span failed_at;
    Span rests_until;
  };

  const BackoffLimits limits_;
  Clock& clock_;
  Mutex mutex_;
  std::list<Entry> entries_ GUARDED_BY(mutex_);  // failed last at the front
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_name_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
