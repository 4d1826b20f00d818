#define PCRE2_CODE_UNIT_WIDTH 8
#include "detect/regex.h"

#include <array>

#include <pcre2.h>

#include "base/fail.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr std::size_t kJitStackFirst = 32 * 1024;
constexpr std::size_t kJitStackMax = 512 * 1024;
constexpr std::uint32_t kHeapKibMax = 1024;
constexpr std::uint32_t kParenthesesMax = 100;

std::string pcre_message(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  const int size = pcre2_get_error_message(code, text.data(), text.size());
  return size < 0 ? "unknown error"
                  : std::string(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
}

struct CompileContext {
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  ~CompileContext() { pcre2_compile_context_free(context); }
};

}  // namespace

struct Regex::Code {
  pcre2_code* code = nullptr;
  ~Code() { pcre2_code_free(code); }
};

Regex::Regex() : code_(std::make_unique<Code>()) {}
Regex::~Regex() = default;

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern, RegexFlags flags) {
  if (pattern.size() > kPatternBytesMax) {
    return fail(ErrorCode::kTooLarge, "regular expression of {} bytes, more than {}",
                pattern.size(), kPatternBytesMax);
  }
  if (!is_valid_utf8(pattern)) {
    return fail(ErrorCode::kInvalid, "regular expression is not UTF-8");
  }
  // "(*MARK)", "(*LIMIT_MATCH=…)" and the like would let a rule lift the limits.
  if (pattern.find("(*") != std::string_view::npos ||
      pattern.find("(?C") != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "regular expression \"{}\": verbs and callouts are refused",
                pattern);
  }
  const CompileContext context;
  pcre2_set_parens_nest_limit(context.context, kParenthesesMax);
  const std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
                                (flags.ignore_case ? PCRE2_CASELESS : 0U) |
                                (flags.multi_line ? PCRE2_MULTILINE : 0U) |
                                (flags.dot_all ? PCRE2_DOTALL : 0U);
  std::shared_ptr<Regex> regex(new Regex);
  int error = 0;
  PCRE2_SIZE error_at = 0;
  regex->code_->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                     options, &error, &error_at, context.context);
  if (regex->code_->code == nullptr) {
    return fail(ErrorCode::kInvalid, "regular expression \"{}\": {} at character {}", pattern,
                pcre_message(error), error_at + 1);
  }
  // Without JIT (not on every machine) the interpreter serves, with the same limits.
  static_cast<void>(pcre2_jit_compile(regex->code_->code, PCRE2_JIT_COMPLETE));
  regex->pattern_ = pattern;
  regex->flags_ = flags;
  return std::shared_ptr<const Regex>(std::move(regex));
}

struct RegexSearcher::State {
  pcre2_match_data* match = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(kJitStackFirst, kJitStackMax, nullptr);

  State() {
    pcre2_set_match_limit(context, kStepsMax);
    pcre2_set_heap_limit(context, kHeapKibMax);
    pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~State() {
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
    pcre2_jit_stack_free(stack);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

RegexSearcher::RegexSearcher() : state_(std::make_unique<State>()) {}
RegexSearcher::~RegexSearcher() = default;

bool RegexSearcher::found(const Regex& regex, std::string_view text) {
  text = utf8_prefix(text, kTextBytesMax);
  const int result = pcre2_match(regex.code_->code, reinterpret_cast<PCRE2_SPTR>(text.data()),
                                 text.size(), 0, 0, state_->match, state_->context);
  if (result < 0 && result != PCRE2_ERROR_NOMATCH) {
    ++given_up_;
  }
  return result >= 0;
}

}  // namespace tocsin
