#include "detect/match/literal_index.h"

#include <limits>
#include <vector>

#include <hs/hs.h>

#include "base/check.h"
#include "base/fail.h"

namespace tocsin::match {
namespace {

struct ScanCall {
  LiteralIndex::Found found;
  void* context;
};

int on_match(unsigned int id, unsigned long long /*from*/, unsigned long long to,
             unsigned int /*flags*/, void* context) {
  const auto* call = static_cast<const ScanCall*>(context);
  call->found(call->context, id, static_cast<std::size_t>(to));
  return 0;
}

}  // namespace

void DatabaseDeleter::operator()(hs_database* database) const {
  hs_free_database(database);
}

ScanScratch::~ScanScratch() {
  hs_free_scratch(scratch_);
}

void ScanScratch::prepare(const hs_database* database) {
  CHECK(hs_alloc_scratch(database, &scratch_) == HS_SUCCESS);
}

Result<LiteralIndex> LiteralIndex::build(std::span<const std::string> literals) {
  LiteralIndex index;
  if (literals.empty()) {
    return index;
  }
  std::vector<const char*> texts;
  std::vector<unsigned int> flags(literals.size(), 0);
  std::vector<unsigned int> ids;
  std::vector<std::size_t> sizes;
  for (const std::string& literal : literals) {
    CHECK(!literal.empty());
    ids.push_back(static_cast<unsigned int>(texts.size()));
    texts.push_back(literal.data());
    sizes.push_back(literal.size());
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t built = hs_compile_lit_multi(
      texts.data(), flags.data(), ids.data(), sizes.data(), static_cast<unsigned int>(texts.size()),
      HS_MODE_BLOCK, nullptr, &database, &error);
  if (built != HS_SUCCESS) {
    const std::string reason = error == nullptr ? "unknown" : error->message;
    hs_free_compile_error(error);
    return fail(ErrorCode::kInternal, "compiling {} literals: {}", literals.size(), reason);
  }
  index.database_.reset(database);
  return index;
}

void LiteralIndex::prepare(ScanScratch& scratch) const {
  if (database_ != nullptr) {
    scratch.prepare(database_.get());
  }
}

void LiteralIndex::scan(std::string_view text, ScanScratch& scratch, Found found,
                        void* context) const {
  if (database_ == nullptr || text.empty()) {
    return;
  }
  CHECK(text.size() <= std::numeric_limits<unsigned int>::max());
  ScanCall call{found, context};
  const hs_error_t scanned =
      hs_scan(database_.get(), text.data(), static_cast<unsigned int>(text.size()), 0,
              scratch.get(), on_match, &call);
  CHECK(scanned == HS_SUCCESS);
}

std::size_t LiteralIndex::memory_bytes() const {
  std::size_t size = 0;
  if (database_ != nullptr) {
    hs_database_size(database_.get(), &size);
  }
  return size;
}

}  // namespace tocsin::match
