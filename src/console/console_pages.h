// ConsolePages: the web console over HTTP.
//
// A path of a file gives the file; any other path without a dot gives the first page, which finds
// its way by itself. Files named after their content may be kept for a year, the first page is
// asked for each time: it carries the nonce that the content policy lets style elements in with.
// Immutable after construction; thread-safe.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "console/console_asset.h"
#include "http/message.h"

namespace tocsin {

class ConsolePages {
 public:
  explicit ConsolePages(std::span<const ConsoleAsset> assets);

  // Nothing: not a request for a page (another method, or no such file).
  std::optional<HttpResponse> answer(const HttpRequest& request) const;

 private:
  struct File {
    ConsoleAsset asset;
    std::shared_ptr<const std::string> plain, gzip;
  };
  HttpResponse first_page(const HttpRequest& request) const;
  static HttpResponse file(const HttpRequest& request, const File& file);

  std::map<std::string, File, std::less<>> files_;
};

}  // namespace tocsin
