// What the journal's tests share: small options, records that tell their own number, a hand clock.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/fail.h"
#include "journal/options.h"
#include "journal/store.h"
#include "model/record.h"

namespace tocsin::journal {

class HandClock final : public Clock {
 public:
  Micros now() override { return Micros(1'780'000'000'000'000 + since_boot().value); }
  Span since_boot() override { return Span(value_.load()); }
  void advance(Span by) { value_ += by.value; }

 private:
  std::atomic<std::int64_t> value_{0};
};

inline JournalOptions small_options() {
  JournalOptions options;
  options.directory = "/d/journal";
  options.key_directory = "/d/keys";
  options.origin = "test/journal";
  options.block_raw_bytes_max = 2000;
  options.block_records_max = 16;
  options.segment_bytes_max = 6000;
  options.segment_blocks_max = 8;
  options.wal_bytes_max = 1500;
  options.free_bytes_min = 0;
  return options;
}

inline std::string record_text(std::uint64_t number) {
  return fmt::format("record {} GET /orders/{} HTTP/1.1 {}", number, number * 7919 % 1000,
                     std::string(number % 40, 'x'));
}

inline std::shared_ptr<RecordBatch> numbered_batch(std::uint64_t first, std::size_t count) {
  auto batch = std::make_shared<RecordBatch>();
  for (std::uint64_t n = first; n < first + count; ++n) {
    const std::uint32_t origin =
        batch->add_origin({"http:test", n % 3 == 0 ? "192.0.2.1" : "2001:db8::1", ""});
    CHECK(batch->add(origin, Micros(1'780'000'000'000'000 + static_cast<std::int64_t>(n)),
                     record_text(n)));
  }
  return batch;
}

// Repeatable salts.
inline SeedSource counted_seeds() {
  return [n = 0U]() mutable {
    BlockSeed seed{};
    seed[0] = static_cast<unsigned char>(++n);
    return seed;
  };
}

inline std::vector<std::string> read_all(Archive& archive) {
  std::vector<std::string> out;
  for (Seq from = archive.begin(); from < archive.end();) {
    const auto batch = archive.read(from, 1000, 1U << 20U);
    CHECK(batch.has_value());
    if ((*batch)->empty()) {
      break;
    }
    for (std::size_t i = 0; i < (*batch)->size(); ++i) {
      out.emplace_back((**batch)[i].bytes);
    }
    from = (*batch)->end_seq();
  }
  return out;
}

}  // namespace tocsin::journal
