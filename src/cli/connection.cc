#include "cli/connection.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/fail.h"
#include "base/text.h"
#include "server/local_access.h"

namespace tocsin {
namespace {

Result<LocalAccess> local_server(const std::string& data) {
  PosixFileSystem files;
  std::vector<std::string> candidates = {data};
  if (data.empty()) {
    candidates = {"./var", "./var/demo"};
  }
  for (const std::string& candidate : candidates) {
    auto access = read_local_access(files, candidate);
    if (access || access.error().code() != ErrorCode::kNotFound) {
      return access;
    }
  }
  return fail(ErrorCode::kNotFound,
              "no server has run on {}: start one with «tocsin serve --data DIR», name its "
              "directory with --data, or its address with --url and --key",
              data.empty() ? "./var" : data);
}

// RFC 9457's "detail", or the body's beginning.
std::string detail_of(const HttpClientResponse& response) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view detail;
  if (parser.parse(simdjson::padded_string(response.body)).get(root) == simdjson::SUCCESS &&
      root["detail"].get(detail) == simdjson::SUCCESS) {
    return std::string(detail);
  }
  return response.body.substr(0, 300);
}

Error refused(const HttpClientRequest& request, const HttpClientResponse& response) {
  const ErrorCode code = response.status == 401 || response.status == 403 ? ErrorCode::kDenied
                         : response.status == 404                         ? ErrorCode::kNotFound
                         : response.status < 500                          ? ErrorCode::kInvalid
                                                                          : ErrorCode::kUnavailable;
  std::string text = detail_of(response);
  if (text.empty()) {
    text = fmt::format("{} {}: status {}", request.method, request.url, response.status);
  }
  return Error(code, std::move(text));
}

}  // namespace

void add_connection_options(CLI::App& command, ConnectionOptions& options) {
  command.add_option("--url", options.url, "Address of the server, e.g. http://127.0.0.1:7117")
      ->envname("TOCSIN_URL");
  command.add_option("--key", options.key, "API key")->envname("TOCSIN_KEY");
  command.add_option("--data", options.data, "Data directory of a server on this machine")
      ->envname("TOCSIN_DATA");
  command.add_option("--ca", options.ca_file,
                     "PEM file with the authority of the server's certificate");
}

Result<Connection> Connection::find(const ConnectionOptions& options) {
  if (!options.url.empty()) {
    std::string url = options.url;
    while (url.ends_with('/')) {
      url.pop_back();
    }
    return Connection(url, options.key, options.ca_file);
  }
  TRY_ASSIGN(const LocalAccess access, local_server(options.data));
  return Connection(access.url, options.key.empty() ? access.key : options.key, options.ca_file);
}

Connection::Connection(std::string url, std::string key, const std::string& ca_file)
    : url_(std::move(url)), key_(std::move(key)) {
  HttpClientOptions options;
  options.ca_file = ca_file;
  client_ = std::make_unique<HttpClient>(options);
}

HttpClientRequest Connection::request(const std::string& method, const std::string& path) const {
  HttpClientRequest request;
  request.method = method;
  request.url = url_ + path;
  if (!key_.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + key_});
  }
  return request;
}

Result<std::string> Connection::get(const std::string& path) {
  const HttpClientRequest wanted = request("GET", path);
  TRY_ASSIGN(HttpClientResponse response, client_->request(wanted));
  if (response.status >= 400) {
    return refused(wanted, response);
  }
  return std::move(response.body);
}

Result<std::string> Connection::send(const std::string& method, const std::string& path,
                                     const std::string& json_body) {
  HttpClientRequest wanted = request(method, path);
  wanted.headers.push_back({"Content-Type", "application/json"});
  wanted.body = json_body;
  TRY_ASSIGN(HttpClientResponse response, client_->request(wanted));
  if (response.status >= 400) {
    return refused(wanted, response);
  }
  return std::move(response.body);
}

Status Connection::stream(const std::string& path,
                          const std::function<bool(std::string_view)>& on_bytes) {
  return run_stream(request("GET", path), on_bytes);
}

Status Connection::post_stream(const std::string& path, const std::string& json_body,
                               const std::function<bool(std::string_view)>& on_bytes) {
  HttpClientRequest wanted = request("POST", path);
  wanted.headers.push_back({"Content-Type", "application/json"});
  wanted.body = json_body;
  return run_stream(wanted, on_bytes);
}

Status Connection::run_stream(const HttpClientRequest& wanted,
                              const std::function<bool(std::string_view)>& on_bytes) {
  TRY_ASSIGN(const HttpClientResponse response,
             client_->stream(wanted, on_bytes, [] { return true; }));
  if (response.status >= 400) {
    return refused(wanted, response);
  }
  return {};
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string url_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) {
      out += out.empty() ? '?' : '&';
      out += name + "=" + url_encode(value);
    }
  }
  return out;
}

}  // namespace tocsin
