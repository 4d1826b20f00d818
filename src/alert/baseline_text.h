// A Baseline as the text of a database cell, and back. A cell that was damaged on disk gives none.
#pragma once

#include <memory>
#include <string>

#include "model/finding.h"

namespace tocsin {

// Empty for none.
std::string baseline_text(const Baseline* baseline);
std::shared_ptr<const Baseline> baseline_of(const std::string& text);

}  // namespace tocsin
