// LapiStream: the bodies of GET /v1/decisions/stream, made once for many bouncers.
//
// The whole listing is serialised once for each filter and kept as one immutable buffer, plain and
// gzip'd, as long as no decision changes and kFreshMax at most (durations are written in it); a
// hundred bouncers that start together share it. What changed since a cursor is made for each
// request: it is small. Memory: at most kKept listings, those that nobody asks for are let go by
// drop_stale(). Thread-safe; whoever needs a listing that is being made waits for it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/lapi/lapi_filter.h"
#include "base/mutex.h"
#include "respond/decision_book.h"

namespace tocsin {

struct StreamBody {
  std::shared_ptr<const std::string> bytes;
  bool gzip = false;
  std::uint64_t cursor = 0;   // the bouncer's, once it has this
  std::uint64_t through = 0;  // with this every decision up to this id was told
};

enum class BodyCoding : std::uint8_t { kPlain, kGzip };

class LapiStream {
 public:
  static constexpr Span kFreshMax = span_s(5);
  static constexpr std::size_t kKept = 4;
  static constexpr std::size_t kLiftedMax = 30'000;  // told to a bouncer whose cursor is lost
  static constexpr Span kLiftedWithin = span_s(24 * 3'600);

  LapiStream(DecisionBook& book, Clock& clock) : book_(book), clock_(clock) {}

  // Everything that is in force.
  StreamBody listing(const LapiFilter& filter, BodyCoding coding) EXCLUDES(mutex_);
  // What began and ended since; nothing when the cursor is too old or not from this run.
  std::optional<StreamBody> changes(const LapiFilter& filter, std::uint64_t cursor);
  // For a bouncer that was here before, and whose cursor is lost: everything that is in force, and
  // what ended lately.
  Result<StreamBody> renewal(const LapiFilter& filter);

  void drop_stale() EXCLUDES(mutex_);

 private:
  struct Listing {
    std::uint64_t cursor = 0;
    Span made;
    std::uint64_t through = 0;
    std::shared_ptr<const std::string> plain;
    std::shared_ptr<const std::string> gzip;  // null until somebody asks
  };
  bool is_fresh(const Listing& listing, std::uint64_t cursor) const;
  Listing make(const DecisionSnapshot& snapshot, const LapiFilter& filter) const;

  DecisionBook& book_;
  Clock& clock_;
  Mutex mutex_;
  std::map<std::string, Listing> listings_ GUARDED_BY(mutex_);
};

}  // namespace tocsin
