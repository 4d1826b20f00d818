#include "query/command/list.h"

namespace tocsin {

const std::vector<CommandName>& command_list() {
  static const std::vector<CommandName> kCommands = {
      {"where", parse_where},         {"eval", parse_eval},   {"stats", parse_stats},
      {"timechart", parse_timechart}, {"top", parse_top},     {"rare", parse_rare},
      {"sort", parse_sort},           {"head", parse_head},   {"tail", parse_tail},
      {"fields", parse_fields},       {"dedup", parse_dedup},
  };
  return kCommands;
}

}  // namespace tocsin
