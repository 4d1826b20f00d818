// The steps and conditions of a playbook in YAML. Part of playbook_yaml.h; for nobody else.
#pragma once

#include <string>
#include <vector>

#include "config/section.h"
#include "respond/playbook/playbook.h"

namespace tocsin {

void read_condition(Section& section, PlaybookCondition& condition);
// `steps:` (each goes on to the next) or CACAO's `workflow_start:` and `workflow:`.
void read_workflow(const YamlFile& file, const YamlNode& root, Section& head,
                   std::vector<std::string>& problems, Playbook& playbook);

}  // namespace tocsin
