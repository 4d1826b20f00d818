#include "server/local_access.h"

#include <simdjson.h>

#include "base/fail.h"
#include "base/json_writer.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kFileBytesMax = 16 * 1024;

std::string path_in(const std::string& data_directory) {
  return data_directory + "/keys/local.json";
}

}  // namespace

Status write_local_access(FileSystem& files, const std::string& data_directory,
                          const LocalAccess& access) {
  TRY(files.create_directories(data_directory + "/keys"));
  JsonWriter json;
  json.begin_object().member("url", access.url).member("key", access.key).end_object();
  return write_file_atomically(files, path_in(data_directory), json.take() + "\n",
                               OpenMode::kCreatePrivate);
}

Result<LocalAccess> read_local_access(FileSystem& files, const std::string& data_directory) {
  const std::string path = path_in(data_directory);
  TRY_ASSIGN(const std::string text, read_file(files, path, kFileBytesMax));
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view url;
  std::string_view key;
  if (parser.parse(text).get(root) != simdjson::SUCCESS ||
      root["url"].get(url) != simdjson::SUCCESS || root["key"].get(key) != simdjson::SUCCESS) {
    return fail(ErrorCode::kCorrupt, "{} is not what a server writes there", path);
  }
  return LocalAccess{std::string(url), std::string(key)};
}

}  // namespace tocsin
