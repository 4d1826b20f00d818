#include "api/request_audit.h"

#include <array>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/hash.h"
#include "base/utf8.h"

namespace tocsin {
namespace {

constexpr int kFirstFailure = 400;  // of the status codes
constexpr std::size_t kBodyReadMax = std::size_t{64} << 10U;
constexpr std::size_t kTargetBytesMax = 256;
constexpr std::array<std::string_view, 3> kQueryNames = {"query", "q", "sql"};

std::string cut(std::string_view text, std::size_t bytes_max) {
  return std::string(utf8_prefix(to_valid_utf8(text), bytes_max));
}

// What was looked for: of the address, or of a JSON body that is not too long to read twice.
std::string query_of(const HttpRequest& request) {
  for (const std::string_view name : kQueryNames) {
    if (const auto given = request.parameter(name)) {
      return cut(*given, RequestAudit::kQueryBytesMax);
    }
  }
  if (request.body.empty() || request.body.size() > kBodyReadMax) {
    return {};
  }
  simdjson::dom::parser parser;
  simdjson::dom::element body;
  simdjson::dom::object members;
  if (parser.parse(request.body.data(), request.body.size()).get(body) != simdjson::SUCCESS ||
      body.get(members) != simdjson::SUCCESS) {
    return {};
  }
  for (const std::string_view name : kQueryNames) {
    std::string_view text;
    if (members.at_key(name).get(text) == simdjson::SUCCESS) {
      return cut(text, RequestAudit::kQueryBytesMax);
    }
  }
  return {};
}

std::string target_of(const std::vector<std::string>& path_values) {
  return cut(fmt::format("{}", fmt::join(path_values, "/")), kTargetBytesMax);
}

std::string sentence_of(const Deed& deed, const Principal& who, const AuditRequest& request) {
  std::string by =
      who.is_person() ? who.name : fmt::format("the key {} ({})", who.name, who.key_id);
  std::string what(deed.said);
  if (!request.target.empty()) {
    what += " " + request.target;
  }
  if (!request.query.empty()) {
    what += ": " + request.query;
  }
  return request.status < kFirstFailure
             ? fmt::format("{} {}", by, what)
             : fmt::format("{} was refused ({}): {}", by, request.status, what);
}

}  // namespace

std::function<void(int status)> RequestAudit::watch(const Deed& deed, const Call& call) {
  if (deed.kind != DeedKind::kDone && deed.kind != DeedKind::kLook) {
    return {};
  }
  AuditRequest request;
  request.peer = call.request.peer_ip;
  request.target = target_of(call.path_values);
  request.is_read = deed.kind == DeedKind::kLook;
  if (request.is_read) {
    request.query = query_of(call.request);
  }
  const Span begun = clock_.since_boot();
  return [this, &deed, who = call.who, request = std::move(request), begun](int status) mutable {
    request.status = status;
    request.took = Span(clock_.since_boot().value - begun.value);
    if (deed.kind == DeedKind::kLook) {
      const std::optional<std::uint64_t> again =
          repeats(fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}", who.key_id, deed.action, request.target,
                              request.query, status < kFirstFailure));
      if (!again) {
        return;
      }
      request.repeats = *again;
    }
    write(deed, who, std::move(request));
  };
}

void RequestAudit::refused(const Deed& deed, const Principal& who, const HttpRequest& request,
                           int status) {
  if (deed.kind == DeedKind::kQuiet || who.key_id.empty()) {
    return;
  }
  AuditRequest asked;
  asked.peer = request.peer_ip;
  asked.target = cut(request.path, kTargetBytesMax);
  asked.status = status;
  const std::optional<std::uint64_t> again =
      repeats(fmt::format("{}\x1f{}\x1f{}\x1f{}", who.key_id, deed.action, asked.target, status));
  if (again) {
    asked.repeats = *again;
    write(deed, who, std::move(asked));
  }
}

void RequestAudit::write(const Deed& deed, const Principal& who, AuditRequest request) {
  AuditEntry entry;
  entry.at = clock_.now();
  entry.who = who.actor();
  entry.action = std::string(deed.action);
  entry.sentence = sentence_of(deed, who, request);
  entry.request = std::move(request);
  sink_.record(entry);
}

std::optional<std::uint64_t> RequestAudit::repeats(const std::string& what) {
  const std::uint64_t id = hash64(what, 0);
  const Micros now = clock_.now();
  const MutexLock lock(mutex_);
  if (const auto found = seen_.find(id); found != seen_.end()) {
    if (now < found->second.written + kRepeatsSpan) {
      ++found->second.since;
      return std::nullopt;
    }
    const std::uint64_t since = found->second.since;
    found->second = {now, 0};
    return since;
  }
  if (seen_.size() >= kRepeatsMax) {
    std::erase_if(seen_, [&](const auto& one) { return now >= one.second.written + kRepeatsSpan; });
  }
  if (seen_.size() < kRepeatsMax) {
    seen_[id] = {now, 0};
  }
  return 0;
}

}  // namespace tocsin
