#include "http/client.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>

#include <curl/curl.h>

#include "base/fail.h"
#include "base/text.h"

namespace tocsin {
namespace {

constexpr std::size_t kHeaderBytesMax = 256 * 1024;

void init_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

long milliseconds(Span span) {
  return static_cast<long>(std::max<std::int64_t>(0, span.value / kMicrosPerMilli));
}

// What one exchange collects while curl calls back.
struct Transfer {
  HttpClientResponse response;
  std::uint64_t body_bytes_max = 0;
  std::size_t header_bytes = 0;
  const std::function<bool(std::string_view)>* on_bytes = nullptr;
  const std::function<bool()>* keep_going = nullptr;
  bool too_large = false;
  bool stopped = false;
};

void begin_response(Transfer& transfer, std::string_view status_line) {
  transfer.response = {};
  transfer.header_bytes = 0;
  const std::size_t space = status_line.find(' ');
  if (space != std::string_view::npos) {
    transfer.response.status =
        static_cast<int>(parse_int(status_line.substr(space + 1, 3)).value_or(0));
  }
}

std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::string_view line = trim(std::string_view(bytes, size));
  transfer.header_bytes += size;
  if (line.starts_with("HTTP/")) {
    begin_response(transfer, line);
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    transfer.response.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
  }
  if (transfer.header_bytes > kHeaderBytesMax) {
    transfer.too_large = true;
    return 0;
  }
  return size;
}

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const int status = transfer.response.status;
  if (transfer.on_bytes != nullptr && status >= 200 && status < 300) {
    if (!(*transfer.on_bytes)({bytes, size})) {
      transfer.stopped = true;
      return 0;
    }
    return size;
  }
  if (transfer.response.body.size() + size > transfer.body_bytes_max) {
    transfer.too_large = true;
    return 0;
  }
  transfer.response.body.append(bytes, size);
  return size;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  if (transfer.keep_going != nullptr && *transfer.keep_going && !(*transfer.keep_going)()) {
    transfer.stopped = true;
    return 1;
  }
  return 0;
}

std::string_view what_to_do(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return "is the server running?";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "is the name right?";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "name its certificate authority, or use the right host name";
    case CURLE_SSL_CACERT_BADFILE:
      return "the file of trusted certificates cannot be read";
    default:
      return {};
  }
}

ErrorCode code_of(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return ErrorCode::kInvalid;
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::kTimeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
      return ErrorCode::kDenied;
    default:
      return ErrorCode::kUnavailable;
  }
}

Error transfer_error(CURLcode code, const char* detail, const HttpClientRequest& request) {
  const std::string_view advice = what_to_do(code);
  std::string_view said = detail[0] == '\0' ? curl_easy_strerror(code) : detail;
  if (code == CURLE_COULDNT_CONNECT && contains_ignore_case(said, "refused")) {
    said = "connection refused";
  }
  return fail(code_of(code), "{} {}: {}{}{}", request.method, request.url, said,
              advice.empty() ? "" : ": ", advice);
}

}  // namespace

std::string_view HttpClientResponse::header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (equals_ignore_case(header.name, name)) {
      return header.value;
    }
  }
  return {};
}

struct HttpClient::Impl {
  HttpClientOptions options;
  CURL* handle = nullptr;
  char detail[CURL_ERROR_SIZE] = {};

  Result<HeaderList> prepare(const HttpClientRequest& request, Transfer& transfer);
  void prepare_body(const HttpClientRequest& request);
  void ask_to_go_on(Transfer& transfer);
  Result<HttpClientResponse> perform(const HttpClientRequest& request, Transfer& transfer);
};

HttpClient::HttpClient(HttpClientOptions options) : impl_(std::make_unique<Impl>()) {
  init_curl_once();
  impl_->options = std::move(options);
  impl_->handle = curl_easy_init();
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(impl_->handle);
}

void HttpClient::Impl::prepare_body(const HttpClientRequest& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    return;
  }
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
      request.method == "PATCH") {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

Result<HeaderList> HttpClient::Impl::prepare(const HttpClientRequest& request, Transfer& transfer) {
  curl_easy_reset(handle);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_timeout));
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, options.verify_certificate ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, options.verify_certificate ? 2L : 0L);
  if (!options.ca_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  HeaderList list;
  const auto append = [&list](const std::string& line) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer != nullptr) {
      static_cast<void>(list.release());
      list.reset(longer);
    }
  };
  append("Expect:");
  bool has_content_type = false;
  for (const HttpHeader& header : request.headers) {
    if (header.name.find_first_of("\r\n:") != std::string::npos ||
        header.value.find_first_of("\r\n") != std::string::npos) {
      return fail(ErrorCode::kInvalid, "header {} has a line end or colon in it", header.name);
    }
    has_content_type |= equals_ignore_case(header.name, "Content-Type");
    // "Name;" is curl's way to send a header with an empty value.
    append(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  if (!has_content_type) {
    append("Content-Type:");
  }
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list.get());
  prepare_body(request);
  return list;
}

Result<HttpClientResponse> HttpClient::Impl::perform(const HttpClientRequest& request,
                                                     Transfer& transfer) {
  detail[0] = '\0';
  const CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_OK || transfer.stopped) {
    return std::move(transfer.response);
  }
  if (transfer.too_large) {
    return fail(ErrorCode::kTooLarge, "{} {}: the answer has more than {} bytes", request.method,
                request.url, transfer.body_bytes_max);
  }
  return transfer_error(code, detail, request);
}

void HttpClient::Impl::ask_to_go_on(Transfer& transfer) {
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
}

Result<HttpClientResponse> HttpClient::request(const HttpClientRequest& request) {
  return this->request(request, {});
}

Result<HttpClientResponse> HttpClient::request(const HttpClientRequest& request,
                                               const std::function<bool()>& keep_going) {
  Transfer transfer;
  transfer.body_bytes_max = request.response_bytes_max;
  transfer.keep_going = &keep_going;
  TRY_ASSIGN(const HeaderList headers, impl_->prepare(request, transfer));
  curl_easy_setopt(impl_->handle, CURLOPT_TIMEOUT_MS, milliseconds(request.timeout));
  if (keep_going) {
    impl_->ask_to_go_on(transfer);
  }
  auto response = impl_->perform(request, transfer);
  if (transfer.stopped) {
    return fail(ErrorCode::kCancelled, "{} {}: stopped", request.method, request.url);
  }
  return response;
}

Result<HttpClientResponse> HttpClient::stream(const HttpClientRequest& request,
                                              const std::function<bool(std::string_view)>& on_bytes,
                                              const std::function<bool()>& keep_going) {
  Transfer transfer;
  transfer.body_bytes_max = request.response_bytes_max;
  transfer.on_bytes = &on_bytes;
  transfer.keep_going = &keep_going;
  TRY_ASSIGN(const HeaderList headers, impl_->prepare(request, transfer));
  impl_->ask_to_go_on(transfer);
  return impl_->perform(request, transfer);
}

}  // namespace tocsin
