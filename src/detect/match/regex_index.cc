#include "detect/match/regex_index.h"

#include <cstdlib>
#include <limits>

#include <hs/hs.h>

#include "base/check.h"

namespace tocsin::match {
namespace {

unsigned int flags_of(const Regex& regex) {
  const RegexFlags flags = regex.flags();
  return HS_FLAG_UTF8 | HS_FLAG_SINGLEMATCH | HS_FLAG_PREFILTER | HS_FLAG_ALLOWEMPTY |
         (flags.ignore_case ? HS_FLAG_CASELESS : 0U) | (flags.multi_line ? HS_FLAG_MULTILINE : 0U) |
         (flags.dot_all ? HS_FLAG_DOTALL : 0U);
}

// Vectorscan takes C strings: a pattern with a NUL byte cannot be given to it.
bool accepts(const Regex& regex) {
  if (regex.pattern().find('\0') != std::string::npos) {
    return false;
  }
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t looked =
      hs_expression_info(regex.pattern().c_str(), flags_of(regex), &info, &error);
  if (looked != HS_SUCCESS) {
    hs_free_compile_error(error);
    return false;
  }
  std::free(info);
  return true;
}

struct ScanCall {
  RegexIndex::MayMatch may_match;
  void* context;
};

int on_match(unsigned int id, unsigned long long /*from*/, unsigned long long /*to*/,
             unsigned int /*flags*/, void* context) {
  const auto* call = static_cast<const ScanCall*>(context);
  call->may_match(call->context, id);
  return 0;
}

}  // namespace

RegexIndex RegexIndex::build(std::span<const std::shared_ptr<const Regex>> regexes) {
  RegexIndex index;
  std::vector<const char*> patterns;
  std::vector<unsigned int> flags;
  std::vector<unsigned int> ids;
  for (std::uint32_t i = 0; i < regexes.size(); ++i) {
    if (accepts(*regexes[i])) {
      patterns.push_back(regexes[i]->pattern().c_str());
      flags.push_back(flags_of(*regexes[i]));
      ids.push_back(i);
    } else {
      index.refused_.push_back(i);
    }
  }
  if (patterns.empty()) {
    return index;
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(patterns.data(), flags.data(), ids.data(),
                       static_cast<unsigned int>(patterns.size()), HS_MODE_BLOCK, nullptr,
                       &database, &error) != HS_SUCCESS) {
    // One by one they were fine, together too large: each is searched by itself.
    hs_free_compile_error(error);
    index.refused_.insert(index.refused_.end(), ids.begin(), ids.end());
    return index;
  }
  index.database_.reset(database);
  return index;
}

void RegexIndex::prepare(ScanScratch& scratch) const {
  if (database_ != nullptr) {
    scratch.prepare(database_.get());
  }
}

void RegexIndex::scan(std::string_view text, ScanScratch& scratch, MayMatch may_match,
                      void* context) const {
  if (database_ == nullptr) {
    return;
  }
  CHECK(text.size() <= std::numeric_limits<unsigned int>::max());
  ScanCall call{may_match, context};
  const char* data = text.empty() ? "" : text.data();
  const hs_error_t scanned = hs_scan(database_.get(), data, static_cast<unsigned int>(text.size()),
                                     0, scratch.get(), on_match, &call);
  CHECK(scanned == HS_SUCCESS);
}

std::size_t RegexIndex::memory_bytes() const {
  std::size_t size = 0;
  if (database_ != nullptr) {
    hs_database_size(database_.get(), &size);
  }
  return size;
}

}  // namespace tocsin::match
