// PatternDatabase: many patterns looked for in one pass over a text (Vectorscan).
//
// A PatternSet says what is wanted; equal sets give equal databases, so a set's key() names its
// database on disk and in memory (database_cache.h). Immutable and shared between threads; each
// thread scans with its own ScanScratch. Literals are compared byte by byte, `ignore_case` for
// ASCII letters only. Regexes are answered with a superset: whoever needs certainty confirms with
// PCRE2 (detect/regex.h), whose meaning is the law; texts given to them must be valid UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct hs_database;
struct hs_scratch;

namespace tocsin::match {

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

enum class PatternKind : std::uint8_t { kLiterals, kRegexes };

struct Pattern {
  std::string text;  // never empty for literals
  bool ignore_case = false;
  bool multi_line = false;  // regexes only
  bool dot_all = false;     // regexes only
  bool once = false;        // one report a scan is enough
};

struct PatternSet {
  PatternKind kind = PatternKind::kLiterals;
  std::vector<Pattern> patterns;

  // 64 hexadecimal digits that depend on everything here and on Vectorscan's version and target.
  std::string key() const;
};

class PatternDatabase {
 public:
  // Called for each place where a pattern ends: its number in the set, and the offset behind it.
  using Found = void (*)(void* context, std::uint32_t pattern, std::size_t end);

  // kInternal when Vectorscan refuses literals (out of memory). Regexes that it refuses are in
  // refused().
  static Result<std::shared_ptr<const PatternDatabase>> compile(const PatternSet& set);
  // What to_bytes() gave. kCorrupt, and kInvalid when it was made for another machine or version.
  static Result<std::shared_ptr<const PatternDatabase>> from_bytes(std::string_view bytes);
  Result<std::string> to_bytes() const;

  ~PatternDatabase();
  PatternDatabase(const PatternDatabase&) = delete;
  PatternDatabase& operator=(const PatternDatabase&) = delete;

  // Numbers of patterns that scans never report: they must be searched each by itself.
  const std::vector<std::uint32_t>& refused() const { return refused_; }
  void prepare(ScanScratch& scratch) const;
  void scan(std::string_view text, ScanScratch& scratch, Found found, void* context) const;
  std::size_t memory_bytes() const;

 private:
  PatternDatabase() = default;

  hs_database* database_ = nullptr;  // null: everything was refused
  std::vector<std::uint32_t> refused_;
};

// What makes serialised databases fit this program: Vectorscan's version and the CPU's features.
std::string pattern_platform();

}  // namespace tocsin::match
