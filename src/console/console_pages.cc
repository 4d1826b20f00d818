#include "console/console_pages.h"

#include <array>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "base/check.h"
#include "base/encoding.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::string_view kFirstPage = "/index.html";
constexpr std::string_view kNonceSlot = "<meta name=\"csp-nonce\" content=\"\"";
constexpr std::size_t kNonceBytes = 16;

// No script but our own files, nothing from elsewhere, nobody may frame us.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";

std::string new_nonce() {
  std::array<unsigned char, kNonceBytes> random{};
  CHECK(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  std::string bytes;
  for (const unsigned char byte : random) {
    bytes.push_back(static_cast<char>(byte));
  }
  return base64_encode(bytes);
}

void add_safety(HttpResponse& response, const HttpRequest& request) {
  response.with("X-Content-Type-Options", "nosniff")
      .with("Referrer-Policy", "no-referrer")
      .with("Cross-Origin-Opener-Policy", "same-origin")
      .with("Cross-Origin-Resource-Policy", "same-origin")
      .with("X-Frame-Options", "DENY")
      .with("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  if (request.tls) {
    response.with("Strict-Transport-Security", "max-age=31536000");
  }
}

// "gzip" is named, and not with a quality of zero.
bool takes_gzip(const HttpRequest& request) {
  for (const std::string_view part : split(request.header("Accept-Encoding"), ',')) {
    const std::string_view coding = trim(part);
    const std::size_t semicolon = coding.find(';');
    if (equals_ignore_case(trim(coding.substr(0, semicolon)), "gzip")) {
      const std::string_view quality =
          semicolon == std::string_view::npos ? "" : trim(coding.substr(semicolon + 1));
      return quality != "q=0" && quality != "q=0.0" && quality != "q=0.00" && quality != "q=0.000";
    }
  }
  return false;
}

bool is_known(const HttpRequest& request, std::string_view etag) {
  for (const std::string_view part : split(request.header("If-None-Match"), ',')) {
    const std::string_view tag = trim(part);
    if (tag == etag || (tag.starts_with("W/") && tag.substr(2) == etag)) {
      return true;
    }
  }
  return false;
}

// The API's own paths stay the API's, whatever is asked of them.
bool is_api(std::string_view path) {
  return path == "/api" || path.starts_with("/api/") || path == "/v1" || path.starts_with("/v1/") ||
         path == "/health" || path == "/metrics";
}

}  // namespace

ConsolePages::ConsolePages(std::span<const ConsoleAsset> assets) {
  for (const ConsoleAsset& asset : assets) {
    File file{asset, std::make_shared<const std::string>(asset.plain), nullptr};
    if (!asset.gzip.empty()) {
      file.gzip = std::make_shared<const std::string>(asset.gzip);
    }
    files_.emplace(asset.path, std::move(file));
  }
}

HttpResponse ConsolePages::first_page(const HttpRequest& request) const {
  const std::string nonce = new_nonce();
  std::string page(files_.find(kFirstPage)->second.asset.plain);
  if (const std::size_t slot = page.find(kNonceSlot); slot != std::string::npos) {
    page.insert(slot + kNonceSlot.size() - 1, nonce);
  }
  HttpResponse response = HttpResponse::bytes(200, "text/html; charset=utf-8", std::move(page));
  response.with("Cache-Control", "no-store");
  response.with("Content-Security-Policy", fmt::format(kPolicy, nonce));
  add_safety(response, request);
  return response;
}

HttpResponse ConsolePages::file(const HttpRequest& request, const File& file) {
  const bool known = is_known(request, file.asset.etag);
  HttpResponse response =
      known ? HttpResponse::empty(304) : HttpResponse::bytes(200, file.asset.content_type, "");
  response.with("ETag", file.asset.etag);
  response.with("Cache-Control", "public, max-age=31536000, immutable");
  if (file.gzip != nullptr) {
    response.with("Vary", "Accept-Encoding");
  }
  if (!known && file.gzip != nullptr && takes_gzip(request)) {
    response.shared_body = file.gzip;
    response.with("Content-Encoding", "gzip");
  } else if (!known) {
    response.shared_body = file.plain;
  }
  add_safety(response, request);
  return response;
}

std::optional<HttpResponse> ConsolePages::answer(const HttpRequest& request) const {
  if ((request.method != "GET" && request.method != "HEAD") || is_api(request.path) ||
      files_.find(kFirstPage) == files_.end()) {
    return std::nullopt;
  }
  const auto found = files_.find(request.path);
  if (found != files_.end() && found->first != kFirstPage) {
    return file(request, found->second);
  }
  const bool page = found != files_.end() || request.path.find('.') == std::string::npos;
  return page ? std::optional(first_page(request)) : std::nullopt;
}

}  // namespace tocsin
