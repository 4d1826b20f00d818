#include "enrich/feed_source.h"

#include <array>

#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"
#include "enrich/json_members.h"

namespace tocsin {

std::string_view feed_kind_name(FeedKind kind) {
  static constexpr std::array<std::string_view, 4> kNames = {"file", "url", "taxii", "misp"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string FeedState::text() const {
  JsonWriter json;
  json.begin_object()
      .member("source", source)
      .member("version", version)
      .member("last_modified", last_modified);
  json.member("added_after", added_after).member("fetched_us", fetched.value).end_object();
  return json.take();
}

Result<FeedState> FeedState::parse(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
    return fail(ErrorCode::kCorrupt, "the state of a feed is no JSON object");
  }
  FeedState state;
  state.source = json_text(root, "source");
  state.version = json_text(root, "version");
  state.last_modified = json_text(root, "last_modified");
  state.added_after = json_text(root, "added_after");
  state.fetched = Micros(json_number(root, "fetched_us").value_or(0));
  return state;
}

}  // namespace tocsin
