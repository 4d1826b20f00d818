#include "detect/match/pattern_database.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>

#include <fmt/format.h>
#include <hs/hs.h>

#include "base/check.h"
#include "base/encoding.h"
#include "base/fail.h"
#include "base/hash.h"

namespace tocsin::match {
namespace {

// Serialised: count of refused patterns, their numbers, Vectorscan's own bytes. Numbers are of four
// bytes, little-endian.
void put_number(std::string& out, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>(number >> shift);
  }
}

Result<std::uint32_t> take_number(std::string_view& bytes) {
  if (bytes.size() < 4) {
    return fail(ErrorCode::kCorrupt, "a pattern database of {} bytes is too short", bytes.size());
  }
  std::uint32_t number = 0;
  for (unsigned i = 0; i < 4; ++i) {
    number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  bytes.remove_prefix(4);
  return number;
}

unsigned int flags_of(const Pattern& pattern, PatternKind kind) {
  const unsigned int common =
      (pattern.ignore_case ? HS_FLAG_CASELESS : 0U) | (pattern.once ? HS_FLAG_SINGLEMATCH : 0U);
  switch (kind) {
    case PatternKind::kLiterals:
      return common;
    case PatternKind::kRegexes:
      return common | HS_FLAG_UTF8 | HS_FLAG_PREFILTER | HS_FLAG_ALLOWEMPTY |
             (pattern.multi_line ? HS_FLAG_MULTILINE : 0U) |
             (pattern.dot_all ? HS_FLAG_DOTALL : 0U);
  }
  return common;
}

// Vectorscan's parameters for the patterns `numbers` of a set.
struct Arguments {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned int> flags;

  Arguments(const PatternSet& set, const std::vector<unsigned int>& numbers) {
    for (const unsigned int number : numbers) {
      texts.push_back(set.patterns[number].text.c_str());
      sizes.push_back(set.patterns[number].text.size());
      flags.push_back(flags_of(set.patterns[number], set.kind));
    }
  }
};

struct Compiled {
  hs_database_t* database = nullptr;
  std::string reason;  // when there is none
  int at = -1;         // which pattern was to blame, when that is known
};

Compiled compile_patterns(const PatternSet& set, const std::vector<unsigned int>& numbers) {
  const Arguments arguments(set, numbers);
  const auto count = static_cast<unsigned int>(numbers.size());
  Compiled compiled;
  hs_compile_error_t* error = nullptr;
  const hs_error_t built =
      set.kind == PatternKind::kLiterals
          ? hs_compile_lit_multi(arguments.texts.data(), arguments.flags.data(), numbers.data(),
                                 arguments.sizes.data(), count, HS_MODE_BLOCK, nullptr,
                                 &compiled.database, &error)
          : hs_compile_multi(arguments.texts.data(), arguments.flags.data(), numbers.data(), count,
                             HS_MODE_BLOCK, nullptr, &compiled.database, &error);
  if (built != HS_SUCCESS) {
    compiled.database = nullptr;
    compiled.reason = error == nullptr ? "unknown" : error->message;
    compiled.at = error == nullptr ? -1 : error->expression;
    hs_free_compile_error(error);
  }
  return compiled;
}

struct ScanCall {
  PatternDatabase::Found found;
  void* context;
};

int on_match(unsigned int id, unsigned long long /*from*/, unsigned long long to,
             unsigned int /*flags*/, void* context) {
  const auto* call = static_cast<const ScanCall*>(context);
  call->found(call->context, id, static_cast<std::size_t>(to));
  return 0;
}

}  // namespace

ScanScratch::~ScanScratch() {
  hs_free_scratch(scratch_);
}

void ScanScratch::prepare(const hs_database* database) {
  CHECK(hs_alloc_scratch(database, &scratch_) == HS_SUCCESS);
}

std::string pattern_platform() {
  hs_platform_info_t platform{};
  hs_populate_platform(&platform);
  return fmt::format("{}/{}/{}", hs_version(), platform.tune, platform.cpu_features);
}

std::string PatternSet::key() const {
  std::string all = pattern_platform();
  all += static_cast<char>('0' + static_cast<int>(kind));
  for (const Pattern& pattern : patterns) {
    put_number(all, flags_of(pattern, kind));
    put_number(all, static_cast<std::uint32_t>(pattern.text.size()));
    all += pattern.text;
  }
  return hex_encode(digest_view(sha256(all)));
}

Result<std::shared_ptr<const PatternDatabase>> PatternDatabase::compile(const PatternSet& set) {
  std::shared_ptr<PatternDatabase> made(new PatternDatabase);
  std::vector<unsigned int> numbers(set.patterns.size());
  std::iota(numbers.begin(), numbers.end(), 0U);
  if (set.kind == PatternKind::kRegexes) {
    // Vectorscan takes C strings: a pattern with a NUL byte cannot be given to it.
    std::erase_if(numbers, [&](unsigned int number) {
      return set.patterns[number].text.find('\0') != std::string::npos;
    });
  }
  while (!numbers.empty() && made->database_ == nullptr) {
    const Compiled compiled = compile_patterns(set, numbers);
    made->database_ = compiled.database;
    if (compiled.database != nullptr) {
      break;
    }
    if (set.kind == PatternKind::kLiterals) {
      return fail(ErrorCode::kInternal, "compiling {} literals: {}", numbers.size(),
                  compiled.reason);
    }
    if (compiled.at >= 0 && static_cast<std::size_t>(compiled.at) < numbers.size()) {
      numbers.erase(numbers.begin() + compiled.at);
    } else {
      numbers.clear();  // one by one they may be fine, together they are too large
    }
  }
  for (std::uint32_t i = 0; i < set.patterns.size(); ++i) {
    if (!std::ranges::binary_search(numbers, i)) {
      made->refused_.push_back(i);
    }
  }
  return std::shared_ptr<const PatternDatabase>(std::move(made));
}

Result<std::string> PatternDatabase::to_bytes() const {
  std::string bytes;
  put_number(bytes, static_cast<std::uint32_t>(refused_.size()));
  for (const std::uint32_t number : refused_) {
    put_number(bytes, number);
  }
  if (database_ == nullptr) {
    return bytes;
  }
  char* serialised = nullptr;
  std::size_t size = 0;
  if (const hs_error_t code = hs_serialize_database(database_, &serialised, &size);
      code != HS_SUCCESS) {
    return fail(ErrorCode::kInternal, "Vectorscan cannot serialise a database: error {}", code);
  }
  bytes.append(serialised, size);
  std::free(serialised);
  return bytes;
}

Result<std::shared_ptr<const PatternDatabase>> PatternDatabase::from_bytes(std::string_view bytes) {
  std::shared_ptr<PatternDatabase> made(new PatternDatabase);
  TRY_ASSIGN(const std::uint32_t refused, take_number(bytes));
  for (std::uint32_t i = 0; i < refused; ++i) {
    TRY_ASSIGN(const std::uint32_t number, take_number(bytes));
    made->refused_.push_back(number);
  }
  if (!bytes.empty()) {
    if (const hs_error_t code =
            hs_deserialize_database(bytes.data(), bytes.size(), &made->database_);
        code != HS_SUCCESS) {
      made->database_ = nullptr;
      return fail(ErrorCode::kInvalid, "Vectorscan does not take the database: error {}", code);
    }
  }
  return std::shared_ptr<const PatternDatabase>(std::move(made));
}

PatternDatabase::~PatternDatabase() {
  hs_free_database(database_);
}

void PatternDatabase::prepare(ScanScratch& scratch) const {
  if (database_ != nullptr) {
    scratch.prepare(database_);
  }
}

void PatternDatabase::scan(std::string_view text, ScanScratch& scratch, Found found,
                           void* context) const {
  if (database_ == nullptr) {
    return;
  }
  CHECK(text.size() <= std::numeric_limits<unsigned int>::max());
  ScanCall call{found, context};
  const char* data = text.empty() ? "" : text.data();
  const hs_error_t scanned = hs_scan(database_, data, static_cast<unsigned int>(text.size()), 0,
                                     scratch.get(), on_match, &call);
  CHECK(scanned == HS_SUCCESS);
}

std::size_t PatternDatabase::memory_bytes() const {
  std::size_t size = 0;
  if (database_ != nullptr) {
    hs_database_size(database_, &size);
  }
  return size;
}

}  // namespace tocsin::match
