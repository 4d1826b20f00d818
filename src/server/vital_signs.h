// ServerVitals: is everything well? Put together for /health from what the parts tell.
#pragma once

#include <string>

#include "api/services.h"
#include "base/clock.h"
#include "index/event_store.h"
#include "server/pipeline.h"
#include "server/undecoded_counts.h"
#include "sys/file_system.h"

namespace tocsin {

struct VitalParts {
  const Settings& settings;
  Pipeline& pipeline;
  EventStore& events;
  const UndecodedCounts& undecoded;
  FileSystem& files;
};

class ServerVitals final : public Vitals {
 public:
  ServerVitals(const VitalParts& parts, Micros started) : parts_(parts), started_(started) {}

  VitalSigns signs() override;
  std::uint64_t undecoded(std::string_view source) override { return parts_.undecoded.of(source); }

 private:
  const VitalParts parts_;
  const Micros started_;
};

}  // namespace tocsin
