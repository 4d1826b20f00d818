// Connection: where a command's server is, and one HTTP exchange with it.
//
// In this order: --url and --key (or TOCSIN_URL, TOCSIN_KEY); else the server that runs on --data
// (or TOCSIN_DATA; else ./var, ./var/demo), which leaves its address and a key for local use there.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "http/client.h"

namespace tocsin {

struct ConnectionOptions {
  std::string url;
  std::string key;
  std::string data;
  std::string ca_file;
};

void add_connection_options(CLI::App& command, ConnectionOptions& options);

class Connection {
 public:
  static Result<Connection> find(const ConnectionOptions& options);

  // `path` begins with "/api/v1". A status of 400 and above is an Error with the problem's detail.
  Result<std::string> get(const std::string& path);
  Result<std::string> send(const std::string& method, const std::string& path,
                           const std::string& json_body);
  // Pieces of an endless or long answer, until the end or until `on_bytes` gives false.
  Status stream(const std::string& path, const std::function<bool(std::string_view)>& on_bytes);
  Status post_stream(const std::string& path, const std::string& json_body,
                     const std::function<bool(std::string_view)>& on_bytes);

  const std::string& url() const { return url_; }
  const std::string& key() const { return key_; }

 private:
  Connection(std::string url, std::string key, const std::string& ca_file);
  HttpClientRequest request(const std::string& method, const std::string& path) const;
  Status run_stream(const HttpClientRequest& request,
                    const std::function<bool(std::string_view)>& on_bytes);

  std::string url_;
  std::string key_;
  std::unique_ptr<HttpClient> client_;
};

// "%20" and so on: everything but letters, digits and "-._~".
std::string url_encode(std::string_view text);
// "?a=1&b=2" of the pairs whose value is not empty; "" when none is left.
std::string url_query(const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace tocsin
