// fields NAME [, NAME …]       only these, in this order; `*` stands for any part of a name
// fields - NAME [, NAME …]     all but these
#include <algorithm>

#include "query/command/list.h"
#include "query/stage.h"

namespace tocsin {
namespace {

enum class Mode : std::uint8_t { kOnly, kWithout };

class Fields final : public Command {
 public:
  Fields(Mode mode, std::vector<std::string> patterns)
      : mode_(mode), patterns_(std::move(patterns)) {}

  void collect_fields(std::set<std::string>& names) const override {
    if (mode_ == Mode::kOnly) {
      names.insert(patterns_.begin(), patterns_.end());
    }
  }
  Status apply(Stage& stage) const override {
    if (mode_ == Mode::kOnly) {
      stage.show_only(patterns_);
    } else {
      stage.hide(patterns_);
    }
    return {};
  }
  bool is_row_wise() const override { return true; }

 private:
  Mode mode_;
  std::vector<std::string> patterns_;
};

}  // namespace

Result<CommandPtr> parse_fields(Cursor& cursor) {
  constexpr std::size_t kPatternsMax = 128;
  const Mode mode = cursor.take("-") ? Mode::kWithout : Mode::kOnly;
  static_cast<void>(cursor.take("+"));
  std::vector<std::string> patterns;
  while (!cursor.at_command_end()) {
    TRY_ASSIGN(std::string pattern, cursor.name_pattern("a field"));
    if (patterns.size() >= kPatternsMax) {
      return cursor.error("too many fields");
    }
    patterns.push_back(std::move(pattern));
    static_cast<void>(cursor.take(","));
  }
  if (patterns.empty()) {
    return cursor.error("a field is expected here");
  }
  return CommandPtr(std::make_unique<const Fields>(mode, std::move(patterns)));
}

}  // namespace tocsin
