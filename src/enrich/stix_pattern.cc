#include "enrich/stix_pattern.h"

#include <optional>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr int kDepthMax = 16;
constexpr std::size_t kTermsMax = 10'000;

bool is_path_byte(char c) {
  return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' || c == '-' ||
         c == '.' || c == ':';
}

// The kind that a value under this path has; paths are in lower case, without quotes.
std::optional<IndicatorKind> kind_of_path(std::string_view path, std::string_view text) {
  if (path == "ipv4-addr:value" || path == "ipv6-addr:value") {
    return IndicatorKind::kAddress;
  }
  if (path == "domain-name:value") {
    return IndicatorKind::kDomain;
  }
  if (path == "url:value") {
    return IndicatorKind::kUrl;
  }
  if (path.starts_with("file:hashes.") || path.starts_with("artifact:hashes.")) {
    const std::string_view hash = path.substr(path.find('.') + 1);
    const bool known = hash == "md5" || hash == "sha-1" || hash == "sha-256" || hash == "sha-512" ||
                       hash == "sha1" || hash == "sha256" || hash == "sha512";
    return known ? std::optional(IndicatorKind::kHash) : std::nullopt;
  }
  if (path == "network-traffic:extensions.http-request-ext.request_header.user-agent") {
    return IndicatorKind::kAgent;
  }
  if (path == "network-traffic:dst_ref.value" || path == "network-traffic:src_ref.value") {
    return parse_network(text) ? IndicatorKind::kAddress : IndicatorKind::kDomain;
  }
  return std::nullopt;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<StixPattern> read() {
    TRY(observations(0));
    blanks();
    if (at_ < text_.size()) {
      return unexpected("the end");
    }
    return std::move(out_);
  }

 private:
  void blanks() {
    while (at_ < text_.size() && is_space(text_[at_])) {
      ++at_;
    }
  }

  bool take(char c) {
    blanks();
    if (at_ < text_.size() && text_[at_] == c) {
      ++at_;
      return true;
    }
    return false;
  }

  // The word that stands here, without taking it.
  std::string_view word() {
    blanks();
    std::size_t end = at_;
    while (end < text_.size() && ascii_lower(text_[end]) >= 'a' && ascii_lower(text_[end]) <= 'z') {
      ++end;
    }
    return text_.substr(at_, end - at_);
  }

  bool take_word(std::string_view wanted) {
    if (!equals_ignore_case(word(), wanted)) {
      return false;
    }
    at_ += wanted.size();
    return true;
  }

  Error unexpected(std::string_view wanted) {
    blanks();
    return fail(ErrorCode::kInvalid, "at byte {} of the pattern: {} is expected, not \"{}\"",
                at_ + 1, wanted, text_.substr(at_, 24));
  }

  Status observations(int depth) {
    do {
      if (take('(')) {
        if (depth >= kDepthMax) {
          return unexpected("less nesting");
        }
        TRY(observations(depth + 1));
        if (!take(')')) {
          return unexpected("OR or )");
        }
      } else if (take('[')) {
        TRY(disjunction(depth));
        if (!take(']')) {
          return unexpected("OR or ]");
        }
      } else {
        return unexpected("[");
      }
    } while (take_word("OR"));
    return {};
  }

  Status disjunction(int depth) {
    do {
      if (take('(')) {
        if (depth >= kDepthMax) {
          return unexpected("less nesting");
        }
        TRY(disjunction(depth + 1));
        if (!take(')')) {
          return unexpected("OR or )");
        }
      } else {
        TRY(comparison());
      }
    } while (take_word("OR"));
    return {};
  }

  // "file:hashes.'SHA-256'" as "file:hashes.sha-256"; indexes stay out.
  Result<std::string> path() {
    blanks();
    std::string out;
    while (at_ < text_.size()) {
      if (is_path_byte(text_[at_])) {
        out += ascii_lower(text_[at_++]);
      } else if (text_[at_] == '\'') {
        TRY_ASSIGN(const std::string step, text());
        out += to_lower(step);
      } else if (text_[at_] == '[') {
        const std::size_t end = text_.find(']', at_);
        if (end == std::string_view::npos) {
          return unexpected("]");
        }
        at_ = end + 1;
      } else {
        break;
      }
    }
    if (out.find(':') == std::string::npos) {
      return unexpected("an object path such as ipv4-addr:value");
    }
    return out;
  }

  Result<std::string> text() {
    if (!take('\'')) {
      return unexpected("a text in single quotes");
    }
    std::string out;
    while (at_ < text_.size() && text_[at_] != '\'') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        ++at_;
      }
      out += text_[at_++];
    }
    if (!take('\'')) {
      return unexpected("the closing quote");
    }
    return out;
  }

  Status comparison() {
    TRY_ASSIGN(const std::string where, path());
    if (take('=')) {
      take('=');
      TRY_ASSIGN(std::string value, text());
      return put(where, std::move(value));
    }
    if (take_word("IN")) {
      if (!take('(')) {
        return unexpected("(");
      }
      do {
        TRY_ASSIGN(std::string value, text());
        TRY(put(where, std::move(value)));
      } while (take(','));
      return take(')') ? Status{} : unexpected(", or )");
    }
    if (take_word("ISSUBSET")) {
      TRY_ASSIGN(std::string value, text());
      return put(where, std::move(value));
    }
    if (take_word("LIKE")) {
      TRY_ASSIGN(const std::string value, text());
      return put_like(where, value);
    }
    return unexpected("=, IN, LIKE or ISSUBSET");
  }

  // SQL's wildcards; only user agents may have them.
  Status put_like(const std::string& where, const std::string& value) {
    if (kind_of_path(where, value) != IndicatorKind::kAgent ||
        value.find_first_of("_*") != std::string::npos) {
      return fail(ErrorCode::kInvalid, "LIKE is understood for user agents with % only, not for {}",
                  where.substr(0, 80));
    }
    std::string pattern;
    for (const char c : value) {
      pattern += c == '%' ? '*' : c;
    }
    return put(where, std::move(pattern));
  }

  Status put(const std::string& where, std::string value) {
    if (out_.terms.size() + out_.unread.size() >= kTermsMax) {
      return unexpected("fewer alternatives");
    }
    if (const auto kind = kind_of_path(where, value)) {
      out_.terms.push_back({*kind, std::move(value)});
    } else {
      out_.unread.push_back(where.substr(0, 80));
    }
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  StixPattern out_;
};

}  // namespace

Result<StixPattern> parse_stix_pattern(std::string_view pattern) {
  if (pattern.size() > kStixPatternBytesMax) {
    return fail(ErrorCode::kTooLarge, "a pattern of {} bytes is longer than {}", pattern.size(),
                kStixPatternBytesMax);
  }
  return Reader(pattern).read();
}

}  // namespace tocsin
