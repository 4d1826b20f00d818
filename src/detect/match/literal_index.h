// LiteralIndex: many byte strings looked for in one pass over a text (Vectorscan's literal
// matcher).
//
// Immutable after build() and shared between threads; each thread scans with its own ScanScratch.
// Bytes are compared as they are: whoever wants case ignored folds literals and text alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

struct hs_database;
struct hs_scratch;

namespace tocsin::match {

struct DatabaseDeleter {
  void operator()(hs_database* database) const;
};
using Database = std::unique_ptr<hs_database, DatabaseDeleter>;

// Working memory for scans; grown for each database that the thread will use.
class ScanScratch {
 public:
  ScanScratch() = default;
  ~ScanScratch();
  ScanScratch(const ScanScratch&) = delete;
  ScanScratch& operator=(const ScanScratch&) = delete;

  void prepare(const hs_database* database);
  hs_scratch* get() const { return scratch_; }

 private:
  hs_scratch* scratch_ = nullptr;
};

class LiteralIndex {
 public:
  // Called for each place where a literal ends: its number in build()'s list, and the offset behind
  // its last byte.
  using Found = void (*)(void* context, std::uint32_t literal, std::size_t end);

  // No literal is empty. kInternal when Vectorscan refuses (out of memory).
  static Result<LiteralIndex> build(std::span<const std::string> literals);

  LiteralIndex() = default;
  bool empty() const { return database_ == nullptr; }
  void prepare(ScanScratch& scratch) const;
  void scan(std::string_view text, ScanScratch& scratch, Found found, void* context) const;
  std::size_t memory_bytes() const;

 private:
  Database database_;
};

}  // namespace tocsin::match
