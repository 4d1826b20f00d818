#include "http/url.h"

#include <utility>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

int hex_digit(char c) {
  if (is_digit(c)) {
    return c - '0';
  }
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_unreserved(char c) {
  const char lower = ascii_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

// The byte that the escape at text[at] stands for, or -1.
int escaped_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) {
    return -1;
  }
  const int high = hex_digit(text[at + 1]);
  const int low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string decode_query_part(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = text[i] == '%' ? escaped_byte(text, i) : -1;
    if (byte >= 0) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

// Nothing when ".." leaves the root.
std::optional<std::string> resolve_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const std::vector<std::string_view> segments = split(path.substr(1), '/');
  for (const std::string_view segment : segments) {
    if (segment == "..") {
      if (kept.empty()) {
        return std::nullopt;
      }
      kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string resolved;
  for (const std::string_view segment : kept) {
    resolved += '/';
    resolved += segment;
  }
  const std::string_view last = segments.back();
  if (resolved.empty() || last.empty() || last == "." || last == "..") {
    resolved += '/';
  }
  return resolved;
}

}  // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4U];
    encoded += kDigits[byte & 15U];
  }
  return encoded;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int byte = escaped_byte(text, i);
    if (byte < 0) {
      return std::nullopt;
    }
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

std::vector<QueryParameter> parse_query(std::string_view query, std::size_t parameters_max) {
  std::vector<QueryParameter> parameters;
  while (!query.empty() && parameters.size() < parameters_max) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (pair.empty()) {
      continue;
    }
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    parameters.push_back({decode_query_part(pair.substr(0, equals)), decode_query_part(value)});
  }
  return parameters;
}

Result<RequestTarget> parse_target(std::string_view target) {
  if (target == "*") {
    return RequestTarget{"*", {}};
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equals_ignore_case(target.substr(0, scheme.size()), scheme)) {
      const std::size_t slash = target.find_first_of("/?", scheme.size());
      target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
      break;
    }
  }
  target = target.substr(0, target.find('#'));
  const std::size_t question = target.find('?');
  std::string_view raw_path = target.substr(0, question);
  if (raw_path.empty() && question == 0) {
    raw_path = "/";
  }
  if (raw_path.empty() || raw_path[0] != '/') {
    return fail(ErrorCode::kInvalid, "the request target does not begin with '/'");
  }
  const std::optional<std::string> decoded = percent_decode(raw_path);
  if (!decoded || decoded->find('\0') != std::string::npos) {
    return fail(ErrorCode::kInvalid, "the path of the request target has a bad escape");
  }
  std::optional<std::string> path = resolve_segments(*decoded);
  if (!path) {
    return fail(ErrorCode::kInvalid, "the path of the request target leaves the root");
  }
  RequestTarget parsed;
  parsed.path = *std::move(path);
  if (question != std::string_view::npos) {
    parsed.query = parse_query(target.substr(question + 1));
  }
  return parsed;
}

}  // namespace tocsin
