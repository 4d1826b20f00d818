#include "server/source_names.h"

#include "base/text.h"

namespace tocsin {
namespace {

std::string port_of(const std::string& listen) {
  return listen.substr(listen.rfind(':') + 1);
}

}  // namespace

std::string source_name(const SourceSettings& source) {
  if (!source.name.empty()) {
    return source.name;
  }
  switch (source.kind) {
    case SourceKind::kFile:
      return "file:" + source.path;
    case SourceKind::kSyslogUdp:
      return "syslog-udp:" + port_of(source.listen);
    case SourceKind::kSyslogTcp:
      return "syslog-tcp:" + port_of(source.listen);
    case SourceKind::kStdin:
      return "stdin";
  }
  return {};
}

bool source_covers(const SourceSettings& source, std::string_view origin_source) {
  return glob_match(source_name(source), origin_source);
}

}  // namespace tocsin
