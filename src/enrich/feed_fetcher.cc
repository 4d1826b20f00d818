#include "enrich/feed_fetcher.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/fail.h"
#include "base/text.h"
#include "enrich/misp.h"
#include "enrich/stix.h"
#include "http/url.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kSecretBytesMax = 64 * 1024;
constexpr std::size_t kHeaderBytesMax = 1'024;
constexpr std::string_view kTaxiiType = "application/taxii+json;version=2.1";

bool is_http(std::string_view location) {
  return location.starts_with("http://") || location.starts_with("https://");
}

// May carry a secret: HTTPS, or this machine.
bool is_private_way(std::string_view url) {
  if (url.starts_with("https://")) {
    return true;
  }
  const std::string_view rest = url.substr(std::string_view("http://").size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view host = authority.starts_with('[')
                                    ? authority.substr(0, authority.find(']') + 1)
                                    : authority.substr(0, authority.find(':'));
  const auto address = parse_ip(host);
  return host == "localhost" || host == "[::1]" ||
         (address && ip_scope(*address) == IpScope::kLoopback);
}

Error status_error(const std::string& url, const HttpClientResponse& response) {
  if (response.status >= 300 && response.status < 400) {
    return fail(ErrorCode::kInvalid, "GET {}: it has moved to {}; write that address", url,
                response.header("location").substr(0, kHeaderBytesMax));
  }
  const bool denied = response.status == 401 || response.status == 403;
  return fail(denied ? ErrorCode::kDenied : ErrorCode::kUnavailable, "GET {}: status {}: {}", url,
              response.status, trim(std::string_view(response.body).substr(0, 200)));
}

// One fetch: the client, the source, the way to be stopped.
class Fetch {
 public:
  Fetch(FileSystem& files, const FeedSource& source, const FeedState& before,
        const std::function<bool()>& keep_going)
      : files_(files),
        source_(source),
        before_(before),
        keep_going_(keep_going),
        client_({.ca_file = source.ca_file}) {
    out_.state = before;
  }

  Result<Fetched> run(std::string_view kept) {
    switch (source_.kind) {
      case FeedKind::kFile:
        TRY(from_file());
        break;
      case FeedKind::kUrl:
        TRY(from_url(kept));
        break;
      case FeedKind::kTaxii:
        TRY(from_taxii(kept));
        break;
      case FeedKind::kMisp:
        TRY(from_misp(kept));
        break;
    }
    return std::move(out_);
  }

 private:
  Status from_file() {
    TRY_ASSIGN(const FileInfo info, files_.info(source_.location));
    const std::string version = fmt::format("{}-{}-{}", info.inode, info.size, info.modified.value);
    if (version == before_.version) {
      return {};
    }
    TRY_ASSIGN(out_.text, read_file(files_, source_.location, source_.bytes_max));
    out_.changed = true;
    out_.state.version = version;
    out_.state.fetched = info.modified;
    return {};
  }

  Result<std::vector<HttpHeader>> secret_headers(const std::string& url) {
    const FeedSecret& secret = source_.secret;
    if (!secret.wanted()) {
      return std::vector<HttpHeader>{};
    }
    if (!is_private_way(url)) {
      return fail(ErrorCode::kDenied, "{}: the secret is not sent over plain HTTP", url);
    }
    std::string value;
    if (!secret.file.empty()) {
      TRY_ASSIGN(value, read_file(files_, secret.file, kSecretBytesMax));
      value = trim(value);
    } else if (const char* found = std::getenv(secret.environment.c_str())) {
      value = found;
    }
    if (value.empty()) {
      return fail(ErrorCode::kDenied, "the secret in {} is empty",
                  secret.file.empty() ? secret.environment : secret.file);
    }
    if (!secret.username.empty()) {
      return std::vector<HttpHeader>{
          {"Authorization", "Basic " + base64_encode(secret.username + ":" + value)}};
    }
    return std::vector<HttpHeader>{{secret.header, value}};
  }

  Result<HttpClientResponse> get(const std::string& url, std::vector<HttpHeader> headers) {
    if (!is_http(url)) {
      return fail(ErrorCode::kInvalid, "{} is no http:// or https:// address", url);
    }
    HttpClientRequest request;
    request.url = url;
    TRY_ASSIGN(request.headers, secret_headers(url));
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    request.timeout = source_.timeout;
    request.response_bytes_max = source_.bytes_max;
    TRY_ASSIGN(HttpClientResponse response, client_.request(request, keep_going_));
    if (response.status != 200 && response.status != 304) {
      return status_error(url, response);
    }
    return response;
  }

  // The document unless it is as it was.
  Result<std::optional<std::string>> get_if_changed(const std::string& url, bool have_it) {
    std::vector<HttpHeader> headers;
    if (have_it && !before_.version.empty()) {
      headers.push_back({"If-None-Match", before_.version});
    }
    if (have_it && !before_.last_modified.empty()) {
      headers.push_back({"If-Modified-Since", before_.last_modified});
    }
    TRY_ASSIGN(HttpClientResponse response, get(url, headers));
    if (response.status == 304) {
      return std::optional<std::string>();
    }
    out_.state.version = response.header("etag").substr(0, kHeaderBytesMax);
    out_.state.last_modified = response.header("last-modified").substr(0, kHeaderBytesMax);
    return std::optional(std::move(response.body));
  }

  Status from_url(std::string_view kept) {
    TRY_ASSIGN(std::optional<std::string> body, get_if_changed(source_.location, !kept.empty()));
    if (body) {
      out_.changed = *body != kept;
      out_.text = std::move(*body);
    }
    return {};
  }

  std::string taxii_page(const std::string& added_after, const std::string& next) const {
    std::string url = source_.location;
    url += url.ends_with('/') ? "" : "/";
    url += url.ends_with("/objects/") ? "" : "objects/";
    url += "?match%5Btype%5D=indicator";
    if (!added_after.empty()) {
      url += "&added_after=" + percent_encode(added_after);
    }
    return next.empty() ? url : url + "&next=" + percent_encode(next);
  }

  Status from_taxii(std::string_view kept) {
    StixCollection collection;
    if (kept.empty()) {
      out_.state.added_after.clear();
    } else {
      TRY(collection.take(kept, source_.bytes_max));
    }
    std::string added_after = out_.state.added_after;
    std::string next;
    for (std::size_t page = 0; page < FeedFetcher::kPagesMax; ++page) {
      TRY_ASSIGN(const HttpClientResponse response,
                 get(taxii_page(added_after, next), {{"Accept", std::string(kTaxiiType)}}));
      const std::string_view last = response.header("x-taxii-date-added-last");
      const std::string_view body = trim(response.body);
      TRY_ASSIGN(const StixEnvelope envelope,
                 collection.take(body.empty() ? "{}" : body, source_.bytes_max));
      out_.changed = out_.changed || envelope.objects > 0;
      if (!last.empty()) {
        out_.state.added_after = last.substr(0, kHeaderBytesMax);
      }
      const bool stuck = envelope.next == next && out_.state.added_after == added_after;
      if (!envelope.more) {
        return finish_taxii(collection);
      }
      if (envelope.objects == 0 || stuck) {
        return fail(ErrorCode::kCorrupt, "{}: page {} promises more and does not go on",
                    source_.location, page + 1);
      }
      next = envelope.next;
      added_after = next.empty() ? out_.state.added_after : added_after;
    }
    out_.incomplete = fmt::format("the collection has more than {} pages", FeedFetcher::kPagesMax);
    return finish_taxii(collection);
  }

  Status finish_taxii(const StixCollection& collection) {
    if (out_.changed) {
      out_.text = collection.bundle();
    }
    return {};
  }

  Result<std::string> misp_document(const std::string& name) {
    const std::string path = source_.location + (source_.location.ends_with('/') ? "" : "/") + name;
    if (!is_http(path)) {
      return read_file(files_, path, source_.bytes_max);
    }
    TRY_ASSIGN(HttpClientResponse response, get(path, {}));
    return std::move(response.body);
  }

  Status from_misp(std::string_view kept) {
    MispEvents events;
    if (!kept.empty()) {
      TRY(events.take(kept, source_.bytes_max));
    }
    const std::size_t before = events.size();
    TRY_ASSIGN(const std::string text, misp_document("manifest.json"));
    TRY_ASSIGN(const MispManifest manifest, read_misp_manifest(text));
    events.keep(manifest);
    out_.changed = events.size() != before;
    // The newest first: they matter most when not all can be read at once.
    std::vector<std::pair<std::int64_t, std::string>> wanted;
    for (const auto& [uuid, timestamp] : manifest) {
      if (timestamp > events.timestamp(uuid)) {
        wanted.emplace_back(timestamp, uuid);
      }
    }
    std::ranges::sort(wanted, std::greater<>());
    TRY(take_misp_events(wanted, events));
    if (out_.changed) {
      out_.text = events.text();
    }
    return {};
  }

  Status take_misp_events(const std::vector<std::pair<std::int64_t, std::string>>& wanted,
                          MispEvents& events) {
    std::size_t failed = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (i == FeedFetcher::kMispEventsMax) {
        out_.incomplete = fmt::format("{} events are not read yet", wanted.size() - i + failed);
        return {};
      }
      const std::string& uuid = wanted[i].second;
      auto document = misp_document(uuid + ".json");
      Status taken = document ? events.take(*document, source_.bytes_max) : document.error();
      if (taken) {
        out_.changed = true;
        continue;
      }
      const ErrorCode code = taken.error().code();
      if (code == ErrorCode::kCancelled || code == ErrorCode::kTooLarge) {
        return taken;
      }
      ++failed;
      out_.incomplete = fmt::format("{} events could not be read, the last: {}", failed,
                                    taken.error().full_text());
    }
    return {};
  }

  FileSystem& files_;
  const FeedSource& source_;
  const FeedState& before_;
  const std::function<bool()>& keep_going_;
  HttpClient client_;
  Fetched out_;
};

}  // namespace

Result<Fetched> FeedFetcher::fetch(const FeedSource& source, const FeedState& before,
                                   std::string_view kept, const std::function<bool()>& keep_going) {
  return Fetch(files_, source, before, keep_going).run(kept);
}

}  // namespace tocsin
