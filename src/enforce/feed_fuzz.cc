// Whatever a server or somebody in its place answers: read or refused, and what is read is whole.
#include "base/check.h"
#include "enforce/standing.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace tocsin;
  const auto batch = parse_feed({reinterpret_cast<const char*>(data), size});
  if (batch) {
    StandingDecisions standing([](const EnforcedDecision&) { return true; }, 1'000);
    static_cast<void>(standing.take(*batch, Span(0)));
    CHECK(standing.size() <= batch->added.size());
  }
  return 0;
}
